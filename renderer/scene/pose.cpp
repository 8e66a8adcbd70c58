#include "renderer/scene/pose.h"

#include <algorithm>
#include <cmath>

namespace impasto::render {
namespace {

glm::quat toQuat(const glm::vec4& v) { return glm::quat(v.w, v.x, v.y, v.z); }

// Where `seconds` falls among the keys: the key before it, and how far it is to the next, [0, 1].
struct Place {
  size_t key = 0;
  float t = 0.0f, span = 0.0f;  // span 0: exactly at `key`
};

Place placeOf(const Channel& channel, float seconds) {
  const auto next = std::upper_bound(channel.times.begin(), channel.times.end(), seconds);
  if (next == channel.times.begin()) return {};
  const auto key = static_cast<size_t>(next - channel.times.begin()) - 1;
  if (next == channel.times.end() || channel.interpolation == Interpolation::Step) return {key, 0.0f, 0.0f};
  const float span = channel.times[key + 1] - channel.times[key];
  return {key, span > 0.0f ? (seconds - channel.times[key]) / span : 0.0f, span};
}

// Between two keys, by the channel's interpolation; `at(i)` is stored value i.
template <typename At>
auto interpolate(const Channel& channel, const Place& place, At at) {
  const float t = place.t;
  if (channel.interpolation != Interpolation::CubicSpline) {
    return place.span > 0.0f ? at(place.key) * (1.0f - t) + at(place.key + 1) * t : at(place.key);
  }
  const size_t here = place.key * 3, next = here + 3;
  if (place.span <= 0.0f) return at(here + 1);
  const float t2 = t * t, t3 = t2 * t;  // Hermite, glTF 2.0 appendix C.5
  return at(here + 1) * (2 * t3 - 3 * t2 + 1) + at(here + 2) * (place.span * (t3 - 2 * t2 + t)) +
         at(next + 1) * (-2 * t3 + 3 * t2) + at(next) * (place.span * (t3 - t2));
}

glm::vec4 sample(const Channel& channel, float seconds) {
  const Place place = placeOf(channel, seconds);
  if (channel.path == Path::Rotation && channel.interpolation == Interpolation::Linear && place.span > 0.0f) {
    const glm::quat q = glm::slerp(toQuat(channel.values[place.key]), toQuat(channel.values[place.key + 1]), place.t);
    return {q.x, q.y, q.z, q.w};
  }
  return interpolate(channel, place, [&](size_t i) { return channel.values[i]; });
}

void sampleWeights(const Channel& channel, float seconds, std::vector<float>& weights) {
  const Place place = placeOf(channel, seconds);
  for (uint32_t target = 0; target < channel.weight_count && target < weights.size(); ++target) {
    weights[target] =
        interpolate(channel, place, [&](size_t i) { return channel.weights[i * channel.weight_count + target]; });
  }
}

void play(const Animation& playing, double seconds, Pose& pose) {
  Pose::Local& local = pose.local;
  const double looped =
      playing.duration > 0.0f ? seconds - std::floor(seconds / playing.duration) * playing.duration : 0.0;
  for (const Channel& channel : playing.channels) {
    const auto node = static_cast<size_t>(channel.node);
    if (channel.path == Path::Weights) {
      sampleWeights(channel, static_cast<float>(looped), pose.weights[node]);
      continue;
    }
    const glm::vec4 value = sample(channel, static_cast<float>(looped));
    if (channel.path == Path::Translation) {
      local.translations[node] = value;
    } else if (channel.path == Path::Scale) {
      local.scales[node] = value;
    } else if (glm::length(value) > 1e-8f) {
      local.rotations[node] = glm::normalize(toQuat(value));
    }
  }
}

}  // namespace

Pose poseAt(const Scene& scene, double seconds, int animation) {
  Pose pose;
  poseAt(scene, seconds, animation, pose);
  return pose;
}

void poseAt(const Scene& scene, double seconds, int animation, Pose& pose) {
  pose.seconds = seconds;
  pose.weights.resize(scene.nodes.size());
  Pose::Local& local = pose.local;
  local.translations.clear();
  local.rotations.clear();
  local.scales.clear();
  for (size_t i = 0; i < scene.nodes.size(); ++i) {
    const Node& node = scene.nodes[i];
    local.translations.push_back(node.translation);
    local.rotations.push_back(node.rotation);
    local.scales.push_back(node.scale);
    if (node.mesh == kNone) continue;
    const std::vector<float>& of_mesh = scene.meshes[static_cast<size_t>(node.mesh)].weights;
    pose.weights[i] = node.weights.empty() ? of_mesh : node.weights;
    pose.weights[i].resize(of_mesh.size());
  }
  if (animation == kAllAnimations) {
    for (const Animation& playing : scene.animations) play(playing, seconds, pose);
  } else if (animation >= 0 && static_cast<size_t>(animation) < scene.animations.size()) {
    play(scene.animations[static_cast<size_t>(animation)], seconds, pose);
  }
  pose.world.resize(scene.nodes.size());
  for (size_t i = 0; i < scene.nodes.size(); ++i) {
    const Node& node = scene.nodes[i];
    const glm::mat4 placed = glm::translate(glm::mat4(1.0f), local.translations[i]) *
                             glm::mat4_cast(local.rotations[i]) * glm::scale(glm::mat4(1.0f), local.scales[i]) *
                             node.fixed;
    pose.world[i] = node.parent == kNone ? placed : pose.world[static_cast<size_t>(node.parent)] * placed;
  }
  pose.joints.resize(scene.skins.size());
  for (size_t s = 0; s < scene.skins.size(); ++s) {
    const Skin& skin = scene.skins[s];
    pose.joints[s].clear();
    for (size_t j = 0; j < skin.joints.size(); ++j) {
      pose.joints[s].push_back(pose.world[static_cast<size_t>(skin.joints[j])] * skin.inverse_bind[j]);
    }
  }
}

glm::vec3 placedVertex(const Scene& scene, const Pose& pose, size_t node_index, const Primitive& primitive,
                       uint32_t vertex_index) {
  const Node& node = scene.nodes[node_index];
  const Vertex& vertex = scene.vertices[vertex_index];
  glm::vec3 position = vertex.position;
  for (uint32_t target = 0; target < primitive.morph_targets; ++target) {
    const size_t record =
        size_t{primitive.first_morph} + size_t{target} * primitive.vertex_count + vertex_index - primitive.first_vertex;
    position += scene.morphs[record].position * pose.weights[node_index][target];
  }
  glm::mat4 placed = pose.world[node_index];
  if (node.skin != kNone) {
    const auto& joints = pose.joints[static_cast<size_t>(node.skin)];
    placed = glm::mat4(0.0f);
    for (glm::length_t c = 0; c < 4; ++c) {
      placed += joints[vertex.joints[c]] * (static_cast<float>(vertex.weights[c]) / 65535.0f);
    }
  }
  return glm::vec3(placed * glm::vec4(position, 1.0f));
}

Bounds worldBounds(const Scene& scene, const Pose& pose) {
  Bounds bounds;
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    if (scene.nodes[n].mesh == kNone) continue;
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(scene.nodes[n].mesh)].primitives) {
      for (uint32_t i = 0; i < primitive.index_count; ++i) {
        bounds.add(placedVertex(scene, pose, n, primitive, scene.indices[primitive.first_index + i]));
      }
    }
  }
  return bounds;
}

}  // namespace impasto::render
