// Nodes in an order where parents come first, skins, cameras, animations.
#include <algorithm>
#include <cmath>

#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {
namespace {

std::vector<size_t> indexList(const Document& document, const Json& parent, const char* key, size_t limit,
                              const std::string& where) {
  std::vector<size_t> out;
  const auto found = parent.find(key);
  if (found == parent.end()) return out;
  if (!found->is_array()) document.fail(where, std::string(key) + " is not an array");
  for (const Json& item : *found) {
    if (!item.is_number_unsigned() || item.get<uint64_t>() >= limit) {
      document.fail(where,
                    std::string(key) + " holds " + quote(item) + ", but there are " + std::to_string(limit) + " nodes");
    }
    out.push_back(item.get<size_t>());
  }
  return out;
}

void readTransform(const Document& document, const Json& item, const std::string& where, Node& node) {
  const std::vector<float> matrix = document.numbers(item, "matrix", 16, where);
  if (!matrix.empty()) node.fixed = glm::make_mat4(matrix.data());
  const std::vector<float> translation = document.numbers(item, "translation", 3, where);
  if (!translation.empty()) node.translation = glm::make_vec3(translation.data());
  const std::vector<float> scale = document.numbers(item, "scale", 3, where);
  if (!scale.empty()) node.scale = glm::make_vec3(scale.data());
  const std::vector<float> rotation = document.numbers(item, "rotation", 4, where);
  if (!rotation.empty()) {
    const glm::quat q(rotation[3], rotation[0], rotation[1], rotation[2]);
    if (glm::length(q) > 1e-6f) node.rotation = glm::normalize(q);
  }
}

class NodeReader {
 public:
  NodeReader(const Document& document, Scene& scene, const std::vector<size_t>& joint_counts)
      : document_(document),
        scene_(scene),
        joint_counts_(joint_counts),
        items_(document.list("nodes")),
        place_(items_.size(), kNone) {}

  // Reads the default scene, then what is outside it: joints may be, but meshes there are not shown.
  void read() {
    std::vector<bool> is_child(items_.size(), false);
    for (size_t i = 0; i < items_.size(); ++i) {
      for (const size_t child : children(i)) {
        if (is_child[child]) document_.fail("node " + std::to_string(child), "has two parents");
        is_child[child] = true;
      }
    }
    std::vector<size_t> roots, shown;
    for (size_t i = 0; i < items_.size(); ++i) {
      if (!is_child[i]) roots.push_back(i);
    }
    const auto& scenes = document_.list("scenes");
    shown = roots;
    if (!scenes.empty()) {
      const size_t chosen = document_.index(document_.root(), "scene", "scenes", "scene").value_or(0);
      shown = indexList(document_, scenes[chosen], "nodes", items_.size(), "scene " + std::to_string(chosen));
    }
    for (const size_t root : shown) readTree(root, true);
    for (const size_t root : roots) {
      if (place_[root] == kNone) readTree(root, false);
    }
    for (size_t i = 0; i < items_.size(); ++i) {
      if (place_[i] == kNone) document_.fail("node " + std::to_string(i), "is its own ancestor");
    }
  }

  int place(size_t node) const { return place_[node]; }

 private:
  std::vector<size_t> children(size_t node) const {
    return indexList(document_, items_[node], "children", items_.size(), "node " + std::to_string(node));
  }

  void readTree(size_t root, bool shown) {
    struct Visit {
      size_t node;
      int parent;
    };
    std::vector<Visit> open = {{root, kNone}};
    while (!open.empty()) {
      const Visit visit = open.back();
      open.pop_back();
      const std::string where = "node " + std::to_string(visit.node);
      if (place_[visit.node] != kNone) document_.fail(where, "is in the scene twice, or its own ancestor");
      place_[visit.node] = static_cast<int>(scene_.nodes.size());
      const Json& item = items_[visit.node];
      Node node;
      node.name = document_.text(item, "name");
      node.parent = visit.parent;
      readTransform(document_, item, where, node);
      if (shown) {
        const auto mesh = document_.index(item, "mesh", "meshes", where);
        if (mesh) node.mesh = static_cast<int>(*mesh);
        const auto skin = document_.index(item, "skin", "skins", where);
        if (skin && mesh && joint_counts_[*mesh] > 0) node.skin = static_cast<int>(*skin);
      }
      scene_.nodes.push_back(node);
      for (const size_t child : children(visit.node)) open.push_back({child, place_[visit.node]});
    }
  }

  const Document& document_;
  Scene& scene_;
  const std::vector<size_t>& joint_counts_;
  const std::vector<Json>& items_;
  std::vector<int> place_;  // of a glTF node in scene.nodes
};

void readSkins(const Document& document, Scene& scene, const NodeReader& nodes) {
  const auto& items = document.list("skins");
  for (size_t s = 0; s < items.size(); ++s) {
    const std::string where = "skin " + std::to_string(s);
    Skin& skin = scene.skins.emplace_back();
    for (const size_t joint : indexList(document, items[s], "joints", scene.nodes.size(), where)) {
      skin.joints.push_back(nodes.place(joint));
    }
    if (skin.joints.empty()) document.fail(where, "no joints");
    skin.inverse_bind.assign(skin.joints.size(), glm::mat4(1.0f));
    const auto accessor = document.index(items[s], "inverseBindMatrices", "accessors", where);
    if (!accessor) continue;
    const Values values = readValues(document, *accessor, where);
    if (values.components != 16 || values.count < skin.joints.size()) document.fail(where, "wrong inverseBindMatrices");
    for (size_t j = 0; j < skin.joints.size(); ++j) skin.inverse_bind[j] = glm::make_mat4(&values.data[j * 16]);
  }
}

void checkSkinnedNodes(const Document& document, const Scene& scene, const std::vector<size_t>& joint_counts) {
  for (const Node& node : scene.nodes) {
    if (node.skin == kNone) continue;
    const size_t wanted = joint_counts[static_cast<size_t>(node.mesh)];
    const size_t have = scene.skins[static_cast<size_t>(node.skin)].joints.size();
    if (wanted > have) {
      document.fail("mesh " + std::to_string(node.mesh),
                    "refers to joint " + std::to_string(wanted - 1) + " of a skin with " + std::to_string(have));
    }
  }
}

void readCameras(const Document& document, Scene& scene, const NodeReader& nodes) {
  const auto& items = document.list("nodes");
  for (size_t n = 0; n < items.size(); ++n) {
    const std::string where = "node " + std::to_string(n);
    const auto index = document.index(items[n], "camera", "cameras", where);
    if (!index) continue;
    const Json& item = document.list("cameras")[*index];
    const Json& perspective = document.object(item, "perspective");
    if (perspective.empty()) {
      scene.warnings.push_back("camera " + std::to_string(*index) + " is not a perspective camera; left out");
      continue;
    }
    SceneCamera camera;
    camera.name = document.text(item, "name");
    camera.node = nodes.place(n);
    camera.vertical_fov = std::clamp(document.number(perspective, "yfov", 0.8f, where), 0.01f, 3.0f);
    camera.near_plane = std::max(document.number(perspective, "znear", 0.1f, where), 1e-6f);
    scene.cameras.push_back(camera);
  }
}

// One channel; false if it is of a kind that is not played.
bool readChannel(const Document& document, const Json& animation, const Json& item, const NodeReader& nodes,
                 const std::string& where, Channel& channel) {
  const Json& target = document.object(item, "target");
  const auto node = document.index(target, "node", "nodes", where);
  const std::string path = document.text(target, "path");
  if (!node || (path != "translation" && path != "rotation" && path != "scale")) return false;
  channel.node = nodes.place(*node);
  channel.path = path == "translation" ? Path::Translation : (path == "rotation" ? Path::Rotation : Path::Scale);

  const auto samplers = animation.find("samplers");
  const size_t index = document.count(item, "sampler", 0, where);
  if (samplers == animation.end() || !samplers->is_array() || index >= samplers->size() ||
      !(*samplers)[index].is_object()) {
    document.fail(where, "sampler " + std::to_string(index) + " is not there");
  }
  const Json& sampler = (*samplers)[index];
  const std::string interpolation = document.text(sampler, "interpolation");
  if (interpolation == "STEP") channel.interpolation = Interpolation::Step;
  if (interpolation == "CUBICSPLINE") channel.interpolation = Interpolation::CubicSpline;
  const auto input = document.index(sampler, "input", "accessors", where);
  const auto output = document.index(sampler, "output", "accessors", where);
  if (!input || !output) document.fail(where, "a sampler without input or output");
  const Values times = readValues(document, *input, where), values = readValues(document, *output, where);
  const size_t per_key = channel.interpolation == Interpolation::CubicSpline ? 3 : 1;
  const size_t components = channel.path == Path::Rotation ? 4 : 3;
  if (times.components != 1 || times.count == 0 || values.components != components ||
      values.count != times.count * per_key) {
    document.fail(where, std::to_string(values.count) + " values of " + std::to_string(values.components) + " for " +
                             std::to_string(times.count) + " times");
  }
  if (!std::is_sorted(times.data.begin(), times.data.end())) document.fail(where, "times that go backwards");
  channel.times = times.data;
  for (size_t i = 0; i < values.count; ++i) {
    channel.values.emplace_back(values.at(i, 0), values.at(i, 1), values.at(i, 2),
                                components == 4 ? values.at(i, 3) : 0.0f);
  }
  return true;
}

void readAnimations(const Document& document, Scene& scene, const NodeReader& nodes) {
  const auto& items = document.list("animations");
  for (size_t a = 0; a < items.size(); ++a) {
    Animation& animation = scene.animations.emplace_back();
    animation.name = document.text(items[a], "name");
    const auto channels = items[a].find("channels");
    if (channels == items[a].end() || !channels->is_array()) continue;
    for (size_t c = 0; c < channels->size(); ++c) {
      const std::string where = "animation " + std::to_string(a) + ", channel " + std::to_string(c);
      if (!(*channels)[c].is_object()) document.fail(where, "not an object");
      Channel channel;
      if (!readChannel(document, items[a], (*channels)[c], nodes, where, channel)) continue;
      animation.duration = std::max(animation.duration, channel.times.back());
      animation.channels.push_back(std::move(channel));
    }
  }
}

}  // namespace

void readNodes(const Document& document, Scene& scene, const std::vector<size_t>& joint_counts) {
  NodeReader nodes(document, scene, joint_counts);
  nodes.read();
  readSkins(document, scene, nodes);
  checkSkinnedNodes(document, scene, joint_counts);
  readCameras(document, scene, nodes);
  readAnimations(document, scene, nodes);
}

}  // namespace impasto::render::gltf
