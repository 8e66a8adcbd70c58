// A style generator on the Vulkan compute backend, for one style and one extent: pipelines, weights, the memory that the
// output and what is constant are kept in, and scratch memory, shared with others, for all intermediate tensors. Everything
// slow happens in the constructor, which submits nothing; recording allocates nothing and waits for nothing.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backend/generator.h"
#include "vulkan/device.h"
#include "vulkan/launch_timer.h"
#include "vulkan/program.h"
#include "vulkan/scratch.h"

namespace impasto::vulkan {

class VulkanGenerator final : public Generator {
 public:
  // Throws Error(Unsupported), naming the device limit that is too small, or Error(OutOfMemory).
  VulkanGenerator(const VulkanDevice& device, ScratchPool& scratch, const Style& style, const GeneratorRequest& request);

  // Bytes that the constructor would take.
  static MemoryUse predictMemory(const VulkanDevice& device, const Style& style, const GeneratorRequest& request);

  std::span<const Input> inputs(uint32_t layer) const noexcept override;
  TensorView output(uint32_t layer, uint32_t output_index) const noexcept override;
  uint32_t alignment() const noexcept override { return alignment_; }
  bool runsInCommandBuffer() const noexcept override { return true; }
  void beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) override;
  void endLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) override;
  void execute(const GeneratorFrame&, const TimelinePoints&) override {}
  std::shared_ptr<const void> slotReused(uint32_t slot, bool finished) noexcept override;
  MemoryUse memoryUse() const noexcept override;
  std::span<const LaunchCost> launches() const noexcept override { return costs_; }
  std::span<const float> launchTimes() const noexcept override {
    return timer_ ? timer_->latest() : std::span<const float>{};
  }

  const Plan& plan() const noexcept { return program_->plan(); }

 private:
  struct Prepared;

  static Prepared prepare(const VulkanDevice& device, const Style& style, const GeneratorRequest& request,
                          bool may_measure);
  void uploadWeights(std::span<const std::byte> bytes);
  TensorView viewOf(const PlannedTensor& tensor, VkBuffer buffer, VkDeviceSize offset) const noexcept;
  FrameExtent extentOf(const GeneratorFrame& frame) const noexcept;

  void recordConstants(VkCommandBuffer command_buffer, const GeneratorFrame& frame);

  const VulkanDevice* device_;
  uint32_t layers_, outputs_;
  uint32_t alignment_ = 1;
  std::shared_ptr<const Buffer> scratch_;
  Buffer kept_, weights_;
  std::shared_ptr<const Buffer> staging_;  // weights that the host cannot write in place; copied by each frame until one
                                           // is known to be finished
  std::unique_ptr<Program> program_;
  std::vector<LaunchCost> costs_;
  std::optional<LaunchTimer> timer_;  // if it was asked for
  std::vector<Input> inputs_;
  TensorView first_output_;
  VkDeviceSize output_stride_ = 0;

  // What is constant is computed for an extent, by each frame until one of these is known to be finished.
  FrameExtent constants_extent_;
  uint64_t constants_version_ = 0;  // one more with each change of extent: an extent may come again
  bool constants_done_ = false;
  // Of each slot's last frame.
  struct SlotUse {
    std::shared_ptr<const Buffer> staging;  // that it copies from
    uint64_t constants = 0;                 // version computed by it; 0: none
  };
  std::vector<SlotUse> slots_;
};

}  // namespace impasto::vulkan
