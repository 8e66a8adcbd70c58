// A plan turned into dispatches: pipelines, descriptor sets, push constants, and where a barrier is needed. Tensors
// that are longer than one descriptor can reach are worked on in bands of rows.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "vulkan/device.h"
#include "vulkan/pipelines.h"
#include "vulkan/plan.h"
#include "vulkan/tensor_view.h"
#include "vulkan/weights.h"

namespace impasto::vulkan {

struct DispatchCommand {
  PipelineSet::Entry pipeline;
  VkDescriptorSet set = VK_NULL_HANDLE;
  std::array<uint32_t, kPushConstantBytes / 4> push{};
  uint32_t push_words = 0;
  std::array<uint32_t, 3> groups{};
  bool barrier = false;  // before it: it touches what a dispatch since the last barrier wrote, or writes what one read
};

struct ProgramInputs {
  const Graph& graph;
  const Plan& plan;
  const std::map<uint32_t, PackedConv>& weights;  // by op
  VkBuffer arena = VK_NULL_HANDLE;
  VkBuffer weights_buffer = VK_NULL_HANDLE;
};

class Program {
 public:
  // Throws Error(Unsupported), naming the limit, when even a few rows are too much for a descriptor or a dispatch.
  Program(const VulkanDevice& device, const ProgramInputs& inputs);

  void record(VkCommandBuffer command_buffer) const;

 private:
  struct Bound;
  class Builder;

  const VulkanDevice* device_;
  DescriptorPool pool_;
  std::vector<BufferView> views_;
  std::vector<DispatchCommand> dispatches_;
};

}  // namespace impasto::vulkan
