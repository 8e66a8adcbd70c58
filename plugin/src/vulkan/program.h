// A plan turned into dispatches: pipelines, descriptor sets, and where a barrier is needed. Tensors that are longer than
// one descriptor can reach are worked on in bands of rows, and so are steps that would keep the GPU busy for longer than
// kMaxMultiplyAdds (device.h) allows: drivers give up on a dispatch that takes seconds. Push constants are made when a
// frame is recorded, for frames may be smaller than the plan.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "vulkan/device.h"
#include "vulkan/kernels/kernel.h"
#include "vulkan/launch_timer.h"
#include "vulkan/pipelines.h"
#include "vulkan/plan.h"

namespace impasto::vulkan {

// Where a plan's rooms are.
struct ProgramMemory {
  VkBuffer scratch = VK_NULL_HANDLE;
  VkBuffer weights = VK_NULL_HANDLE;
  VkBuffer kept = VK_NULL_HANDLE;  // outputs and constants
  VkDeviceSize constants = 0;      // offset in `kept`
  VkDeviceSize outputs = 0;        // likewise, of the first
  VkDeviceSize output_stride = 0;
  uint32_t output_count = 1;  // a frame names the one that it is written to
};

class Program {
 public:
  // `weights` by op. Throws Error(Unsupported), naming the limit, when even a few rows are too much for a descriptor or
  // a dispatch.
  Program(const VulkanDevice& device, const Graph& graph, Plan plan, const std::map<uint32_t, PackedWeights>& weights,
          const ProgramMemory& memory);
  ~Program();

  const Plan& plan() const noexcept { return plan_; }

  // Where the times of a frame's steps go.
  struct Timing {
    LaunchTimer* timer = nullptr;  // null: nowhere
    uint32_t slot = 0;
  };

  // Allocate nothing. `frame` is at most the plan's extent, in multiples of the alignment; `output` below output_count.
  void recordConstants(VkCommandBuffer command_buffer, FrameExtent frame) const;
  void record(VkCommandBuffer command_buffer, FrameExtent frame, uint32_t output, const Timing& timing) const;

 private:
  struct Bound;
  struct Dispatch;
  class Builder;

  void run(VkCommandBuffer command_buffer, const std::vector<Dispatch>& dispatches, FrameExtent frame, uint32_t output,
           const Timing& timing) const;

  const VulkanDevice* device_;
  const DeviceTraits traits_;
  Graph graph_;
  Plan plan_;
  DescriptorPool pool_;
  std::vector<BufferView> views_;
  std::vector<VkDescriptorSet> sets_;
  std::vector<Dispatch> constants_, dispatches_;
};

}  // namespace impasto::vulkan
