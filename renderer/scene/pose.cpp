#include "renderer/scene/pose.h"

#include <algorithm>
#include <cmath>

namespace impasto::render {
namespace {

glm::quat toQuat(const glm::vec4& v) { return glm::quat(v.w, v.x, v.y, v.z); }

glm::vec4 sample(const Channel& channel, float seconds) {
  const bool cubic = channel.interpolation == Interpolation::CubicSpline;
  const auto value = [&](size_t key) { return channel.values[cubic ? key * 3 + 1 : key]; };
  const auto next = std::upper_bound(channel.times.begin(), channel.times.end(), seconds);
  if (next == channel.times.begin()) return value(0);
  const auto key = static_cast<size_t>(next - channel.times.begin()) - 1;
  if (next == channel.times.end() || channel.interpolation == Interpolation::Step) return value(key);

  const float span = channel.times[key + 1] - channel.times[key];
  const float t = span > 0.0f ? (seconds - channel.times[key]) / span : 0.0f;
  if (cubic) {  // Hermite, glTF 2.0 appendix C.5
    const float t2 = t * t, t3 = t2 * t;
    return (2 * t3 - 3 * t2 + 1) * value(key) + span * (t3 - 2 * t2 + t) * channel.values[key * 3 + 2] +
           (-2 * t3 + 3 * t2) * value(key + 1) + span * (t3 - t2) * channel.values[(key + 1) * 3];
  }
  if (channel.path == Path::Rotation) {
    const glm::quat q = glm::slerp(toQuat(value(key)), toQuat(value(key + 1)), t);
    return {q.x, q.y, q.z, q.w};
  }
  return glm::mix(value(key), value(key + 1), t);
}

}  // namespace

Pose poseAt(const Scene& scene, double seconds, int animation) {
  Pose pose;
  pose.seconds = seconds;
  std::vector<glm::vec3> translations, scales;
  std::vector<glm::quat> rotations;
  for (const Node& node : scene.nodes) {
    translations.push_back(node.translation);
    rotations.push_back(node.rotation);
    scales.push_back(node.scale);
  }
  if (animation >= 0 && static_cast<size_t>(animation) < scene.animations.size()) {
    const Animation& playing = scene.animations[static_cast<size_t>(animation)];
    const double looped =
        playing.duration > 0.0f ? seconds - std::floor(seconds / playing.duration) * playing.duration : 0.0;
    for (const Channel& channel : playing.channels) {
      const glm::vec4 value = sample(channel, static_cast<float>(looped));
      const auto node = static_cast<size_t>(channel.node);
      switch (channel.path) {
        case Path::Translation:
          translations[node] = value;
          break;
        case Path::Scale:
          scales[node] = value;
          break;
        case Path::Rotation:
          if (glm::length(value) > 1e-8f) rotations[node] = glm::normalize(toQuat(value));
          break;
      }
    }
  }
  pose.world.resize(scene.nodes.size());
  for (size_t i = 0; i < scene.nodes.size(); ++i) {
    const Node& node = scene.nodes[i];
    const glm::mat4 local = glm::translate(glm::mat4(1.0f), translations[i]) * glm::mat4_cast(rotations[i]) *
                            glm::scale(glm::mat4(1.0f), scales[i]) * node.fixed;
    pose.world[i] = node.parent == kNone ? local : pose.world[static_cast<size_t>(node.parent)] * local;
  }
  for (const Skin& skin : scene.skins) {
    std::vector<glm::mat4>& joints = pose.joints.emplace_back();
    for (size_t j = 0; j < skin.joints.size(); ++j) {
      joints.push_back(pose.world[static_cast<size_t>(skin.joints[j])] * skin.inverse_bind[j]);
    }
  }
  return pose;
}

Bounds worldBounds(const Scene& scene, const Pose& pose) {
  Bounds bounds;
  for (size_t n = 0; n < scene.nodes.size(); ++n) {
    const Node& node = scene.nodes[n];
    if (node.mesh == kNone) continue;
    const auto* joints = node.skin == kNone ? nullptr : &pose.joints[static_cast<size_t>(node.skin)];
    for (const Primitive& primitive : scene.meshes[static_cast<size_t>(node.mesh)].primitives) {
      for (uint32_t i = 0; i < primitive.index_count; ++i) {
        const Vertex& vertex = scene.vertices[scene.indices[primitive.first_index + i]];
        glm::mat4 placed = pose.world[n];
        if (joints) {
          placed = glm::mat4(0.0f);
          for (glm::length_t c = 0; c < 4; ++c) {
            placed += (*joints)[vertex.joints[c]] * (static_cast<float>(vertex.weights[c]) / 65535.0f);
          }
        }
        bounds.add(glm::vec3(placed * glm::vec4(vertex.position, 1.0f)));
      }
    }
  }
  return bounds;
}

}  // namespace impasto::render
