// A fragment shader over a whole picture: its pipeline, and a descriptor set for each frame in flight with textures at
// bindings 0, 1, ... and, if wanted, a storage buffer behind them. Push constants are the fragment shader's.
#pragma once

#include <array>
#include <initializer_list>
#include <vector>

#include "renderer/pipelines.h"
#include "viewer/gpu/frames.h"

namespace impasto::app {

struct FullscreenInfo {
  const char* name = "";
  render::Shader fragment;
  std::vector<VkFormat> targets;
  uint32_t textures = 0;
  bool storage_buffer = false;
  uint32_t push_bytes = 0;
};

class FullscreenPass {
 public:
  FullscreenPass(const render::Device& device, FullscreenInfo info);

  // For the next recording into `slot`, whose last one the GPU has finished. Textures are in SHADER_READ_ONLY_OPTIMAL.
  void setTexture(uint32_t slot, uint32_t binding, const render::Image& image, bool linear);
  void setBuffer(uint32_t slot, const render::Buffer& buffer);

  // Overwrites the top left `extent` of the targets, which end in SHADER_READ_ONLY_OPTIMAL, ready for kReaders. What read
  // them before is waited for.
  void record(VkCommandBuffer commands, uint32_t slot, std::initializer_list<const render::Image*> targets,
              VkExtent2D extent, const void* push);

  // The pipeline anew, by what Device::replaceShaders() says; the GPU must be idle. Throws Error and stays as it is.
  void reloadShaders();

 private:
  const render::Device& device_;
  FullscreenInfo info_;
  render::UniqueSampler nearest_, linear_;
  render::UniqueSetLayout set_layout_;
  render::UniqueDescriptorPool pool_;
  render::UniquePipelineLayout layout_;
  render::UniquePipeline pipeline_;
  std::array<VkDescriptorSet, kFramesInFlight> sets_{};
};

render::UniqueSampler createClampSampler(const render::Device& device, VkFilter filter, const char* name);

}  // namespace impasto::app
