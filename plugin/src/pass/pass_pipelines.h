// The pass's own shaders around the generator (shaders/pass): pipelines and layouts, which depend on the device and on
// the PassSettings and nothing else. Built with the pass, immutable, shared by every painter of it.
#pragma once

#include <cstdint>
#include <map>

#include "pass/pass_settings.h"
#include "style/graph.h"
#include "vulkan/device.h"

namespace impasto {

struct PassPipelines {
  // `settings` from readPassInfo(). Throws Error(OutOfMemory).
  PassPipelines(const vulkan::VulkanDevice& device, const PassSettings& settings);

  static constexpr uint32_t kGroupWidth = 16, kGroupHeight = 8;  // local size of all that run per texel

  // Bindings: 0 the input image, 1 the band of the generator's input tensor, 2 FrameConstants.
  vulkan::DescriptorSetLayout pack_set_layout;
  // 0 colour, 1 depth, 2 motion, 3 the band of the history input, 4 the previous painted frame, 5 the previous plain
  // frame, 6 this frame's, 7 FrameConstants.
  vulkan::DescriptorSetLayout history_set_layout;
  // 0 colour, 1 mask, 2 target, 3 the band of the painted frame, 4 its high-pass rows, 5 FrameConstants.
  vulkan::DescriptorSetLayout composite_set_layout;
  vulkan::PipelineLayout pack_layout, history_layout, composite_layout;

  std::map<InputKind, vulkan::Pipeline> pack;  // of every kind but History
  vulkan::Pipeline keep, reproject, high_pass, composite;
};

}  // namespace impasto
