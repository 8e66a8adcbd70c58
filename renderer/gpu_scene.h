// A Scene on the GPU: one vertex and one index buffer, textures with mipmaps, materials, and the list of draws.
// Immutable once made; every renderer of the device may draw it.
#pragma once

#include <vector>

#include "renderer/resources.h"
#include "renderer/scene/scene.h"

namespace impasto::render {

// One primitive of one node.
struct Draw {
  Shape shape = Shape::Triangles;
  uint32_t first_index = 0, index_count = 0;
  int node = 0;
  int skin = kNone;
  int material = 0;
  glm::vec3 center{0.0f};  // of the primitive's box, for sorting what is blended
  float radius = 0.0f;     // of the box; infinite where skin, targets or wind move vertices out of it
  uint32_t first_morph = 0, morph_targets = 0, first_vertex = 0, vertex_count = 0;  // as Primitive's
};

class GpuScene {
 public:
  // Uploads and waits. Throws Error when GPU memory runs out or a texture is larger than the device allows.
  GpuScene(const Device& device, const Scene& scene);

  VkDescriptorSetLayout materialSetLayout() const noexcept { return set_layout_.get(); }
  VkDescriptorSet materialSet(int material) const { return sets_[static_cast<size_t>(material)]; }
  VkBuffer materialBuffer() const noexcept { return materials_.handle.get(); }
  VkBuffer vertexBuffer() const noexcept { return vertices_.handle.get(); }
  VkBuffer indexBuffer() const noexcept { return indices_.handle.get(); }
  VkBuffer morphBuffer() const noexcept { return morphs_.handle.get(); }

  const std::vector<Draw>& opaque() const noexcept { return opaque_; }  // also masked
  const std::vector<Draw>& blended() const noexcept { return blended_; }
  uint32_t jointCount() const noexcept { return joint_count_; }  // of all skins together
  uint32_t firstJoint(int skin) const { return first_joints_[static_cast<size_t>(skin)]; }
  uint32_t weightCount() const noexcept { return weight_count_; }  // of morph targets, of all nodes together
  uint32_t firstWeight(int node) const { return first_weights_[static_cast<size_t>(node)]; }

 private:
  void uploadTextures(const Device& device, const Scene& scene);
  void createMaterials(const Device& device, const Scene& scene);
  VkSampler sampler(const Device& device, const Sampler& wanted);

  Buffer vertices_, indices_, materials_, morphs_;
  std::vector<Image> textures_;  // the scene's, then white and a flat normal
  std::vector<VkSampler> texture_samplers_;
  std::vector<std::pair<Sampler, UniqueSampler>> samplers_;
  UniqueSetLayout set_layout_;
  UniqueDescriptorPool pool_;
  std::vector<VkDescriptorSet> sets_;
  std::vector<Draw> opaque_, blended_;
  std::vector<uint32_t> first_joints_, first_weights_;
  uint32_t joint_count_ = 0, weight_count_ = 0;
};

}  // namespace impasto::render
