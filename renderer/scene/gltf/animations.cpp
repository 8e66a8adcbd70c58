// Animations of nodes and of morph targets' weights.
#include <algorithm>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

Interpolation interpolationOf(const Document& document, const Json& sampler, const std::string& where) {
  const std::string name = document.text(sampler, "interpolation");
  if (name == "STEP") return Interpolation::Step;
  if (name == "CUBICSPLINE") return Interpolation::CubicSpline;
  if (name != "LINEAR" && !name.empty()) document.fail(where, "unknown interpolation '" + name + "'");
  return Interpolation::Linear;
}

// One channel; false, with a warning, if it is of a kind that is not played.
bool readChannel(const Document& document, Scene& scene, const Json& animation, const Json& item,
                 const NodePlaces& places, const std::string& where, Channel& channel) {
  const Json& target = document.object(item, "target");
  const auto node = document.index(target, "node", "nodes", where);
  const std::string path = document.text(target, "path");
  if (path == "translation") {
    channel.path = Path::Translation;
  } else if (path == "rotation") {
    channel.path = Path::Rotation;
  } else if (path == "scale") {
    channel.path = Path::Scale;
  } else if (path == "weights") {
    channel.path = Path::Weights;
  } else {
    scene.warnings.push_back(where + " moves '" + path.substr(0, 40) + "', which is not played");
    return false;
  }
  if (!node) {
    scene.warnings.push_back(where + " moves no node; left out");
    return false;
  }
  channel.node = places[*node];
  const int mesh = scene.nodes[static_cast<size_t>(channel.node)].mesh;
  const size_t targets = mesh == kNone ? 0 : scene.meshes[static_cast<size_t>(mesh)].weights.size();
  if (channel.path == Path::Weights && targets == 0) {
    scene.warnings.push_back(where + " moves morph targets of a node that has none; left out");
    return false;
  }

  const auto samplers = animation.find("samplers");
  const size_t index = document.count(item, "sampler", 0, where);
  if (samplers == animation.end() || !samplers->is_array() || index >= samplers->size() ||
      !(*samplers)[index].is_object()) {
    document.fail(where, "sampler " + std::to_string(index) + " is not there");
  }
  const Json& sampler = (*samplers)[index];
  channel.interpolation = interpolationOf(document, sampler, where);
  const auto input = document.index(sampler, "input", "accessors", where);
  const auto output = document.index(sampler, "output", "accessors", where);
  if (!input || !output) document.fail(where, "a sampler without input or output");
  Values times = readValues(document, *input, where), values = readValues(document, *output, where);
  const size_t per_key = channel.interpolation == Interpolation::CubicSpline ? 3 : 1;
  const size_t per_time = channel.path == Path::Weights ? per_key * targets : per_key;
  const size_t components = channel.path == Path::Weights ? 1 : (channel.path == Path::Rotation ? 4 : 3);
  if (times.components != 1 || times.count == 0 || values.components != components ||
      values.count != times.count * per_time) {
    document.fail(where, std::to_string(values.count) + " values of " + std::to_string(values.components) + " for " +
                             std::to_string(times.count) + " times");
  }
  if (!std::is_sorted(times.data.begin(), times.data.end())) document.fail(where, "times that go backwards");
  channel.times = std::move(times.data);
  if (channel.path == Path::Weights) {
    channel.weights = std::move(values.data);
    channel.weight_count = static_cast<uint32_t>(targets);
    return true;
  }
  for (size_t i = 0; i < values.count; ++i) {
    channel.values.emplace_back(values.at(i, 0), values.at(i, 1), values.at(i, 2),
                                components == 4 ? values.at(i, 3) : 0.0f);
  }
  return true;
}

}  // namespace

void readAnimations(const Document& document, Scene& scene, const NodePlaces& places) {
  const auto& items = document.list("animations");
  for (size_t a = 0; a < items.size(); ++a) {
    Animation& animation = scene.animations.emplace_back();
    animation.name = document.text(items[a], "name");
    const auto channels = items[a].find("channels");
    if (channels == items[a].end() || !channels->is_array()) {
      document.fail("animation " + std::to_string(a), "no channels");
    }
    for (size_t c = 0; c < channels->size(); ++c) {
      const std::string where = "animation " + std::to_string(a) + ", channel " + std::to_string(c);
      if (!(*channels)[c].is_object()) document.fail(where, "not an object");
      Channel channel;
      if (!readChannel(document, scene, items[a], (*channels)[c], places, where, channel)) continue;
      animation.duration = std::max(animation.duration, channel.times.back());
      animation.channels.push_back(std::move(channel));
    }
  }
}

}  // namespace impasto::render::gltf
