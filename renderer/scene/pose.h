// Where everything in a scene is at one moment: world matrices of nodes and joint matrices of skins.
#pragma once

#include <vector>

#include "renderer/scene/scene.h"

namespace impasto::render {

struct Pose {
  double seconds = 0.0;
  std::vector<glm::mat4> world;                // one a node
  std::vector<std::vector<glm::mat4>> joints;  // one list a skin: joint to world times inverse bind
  std::vector<std::vector<float>> weights;     // one list a node: of its mesh's morph targets

  // One a node, before its parent's: what animations change.
  struct Local {
    std::vector<glm::vec3> translations, scales;
    std::vector<glm::quat> rotations;
  } local;
};

inline constexpr int kAllAnimations = -2;

// Plays animation `animation` (looped; kNone or out of range: the rest pose; kAllAnimations: every one, each looped by
// itself) at `seconds`.
Pose poseAt(const Scene& scene, double seconds, int animation = 0);

// The same into a pose whose memory is used again: of one scene it allocates nothing after the first time.
void poseAt(const Scene& scene, double seconds, int animation, Pose& pose);

// Where a vertex of one of a node's primitives is, morphed and skinned, before wind and waves.
glm::vec3 placedVertex(const Scene& scene, const Pose& pose, size_t node, const Primitive& primitive, uint32_t vertex);

// The world-space box of every vertex in a pose: exact, and slow for large scenes.
Bounds worldBounds(const Scene& scene, const Pose& pose);

}  // namespace impasto::render
