// Graphics pipelines of the renderer: dynamic rendering, dynamic viewport, culling and winding.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "renderer/resources.h"

namespace impasto::render {

struct Shader {
  const char* name = "";            // of its source below shaders/, by which Device::replaceShaders() finds it
  std::span<const uint32_t> words;  // SPIR-V
};

struct PipelineInfo {
  const char* name = "";
  Shader vertex, fragment;  // the second may be left out
  VkPipelineLayout layout = VK_NULL_HANDLE;
  std::vector<VkFormat> color_formats;
  VkFormat depth_format = VK_FORMAT_UNDEFINED;
  VkSampleCountFlagBits samples = VK_SAMPLE_COUNT_1_BIT;
  VkPrimitiveTopology topology = VK_PRIMITIVE_TOPOLOGY_TRIANGLE_LIST;
  bool scene_vertices = false;  // Vertex of scene.h; otherwise none
  VkCompareOp depth_compare = VK_COMPARE_OP_GREATER_OR_EQUAL;
  bool depth_write = true;
  bool blend_first = false;    // blends into the first target and leaves the others alone
  bool without_first = false;  // writes all targets but the first
  uint32_t constant = 0;       // specialisation constant 0 of both shaders
  bool alpha_to_coverage = false;
  float depth_bias = 0.0f, depth_bias_slope = 0.0f;
};

UniquePipeline createPipeline(const Device& device, const PipelineInfo& info);

}  // namespace impasto::render
