// The pass's own shaders around the generator (shaders/pass): pipelines and layouts, which depend on the device and on
// the colour encodings and nothing else. Built with the pass, immutable, shared by every painter of it.
#pragma once

#include <cstdint>

#include "pass/composite_reference.h"
#include "style/graph.h"
#include "vulkan/device.h"

namespace impasto {

// pack.comp. Bindings: 0 the input image, 1 the band of the generator's input tensor.
struct PackPush {
  uint32_t frame_width, frame_height;
  uint32_t width;
  uint32_t first_row, rows;
  uint32_t row_quads, quad;
  float exposure;
};

// high_pass.comp and composite.comp. Bindings: 0 colour, 1 mask, 2 target, 3 painted band, 4 high-pass band.
struct CompositePush {
  uint32_t frame_width, frame_height;
  uint32_t first_row, rows;
  uint32_t width;
  uint32_t row_quads, quad;
  uint32_t high_pass_pitch;
  uint32_t has_mask;
  float strength, color_preservation, detail, exposure;
};

struct PassPipelines {
  PassPipelines(const vulkan::VulkanDevice& device, ColorEncoding input, ColorEncoding output);

  VkPipeline pack(InputKind kind) const noexcept;

  static constexpr uint32_t kGroupWidth = 16, kGroupHeight = 8;  // local size of all three shaders

  vulkan::DescriptorSetLayout pack_set_layout, composite_set_layout;
  vulkan::PipelineLayout pack_layout, composite_layout;
  vulkan::Pipeline pack_color, pack_depth, pack_normals, high_pass, composite;
};

}  // namespace impasto
