// One style at one extent, ready to be recorded: the generator, the high-pass buffer and the descriptor sets of every
// frame slot. Everything slow happens in the constructor, which may run on any thread; afterwards the recording thread
// alone uses it. Shared by the pass and by the frame slots that the GPU may still be working on: the last one frees it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "backend/generator.h"
#include "impasto/impasto.h"
#include "pass/composite_reference.h"
#include "pass/limits.h"
#include "pass/pass_pipelines.h"
#include "style/style.h"

namespace impasto {

class Painter {
 public:
  // Throws Error(OutOfMemory) or Error(Unsupported).
  Painter(const vulkan::VulkanDevice& device, const PassPipelines& pipelines, const Backend& backend, const Style& style,
          const GeneratorRequest& request);

  bool wants(InputKind kind) const noexcept;
  VkDeviceSize memoryUsage() const noexcept;

  // Packs the frame's inputs and runs the generator. `slot` is ImpastoFrame::frame_index; the GPU has finished the
  // commands recorded for it before.
  void recordInputs(VkCommandBuffer command_buffer, uint32_t slot, const ImpastoFrame& frame,
                    const CompositeSettings& settings) const;
  // The composite into frame.output.
  void recordOutputs(VkCommandBuffer command_buffer, uint32_t slot, const ImpastoFrame& frame,
                     const CompositeSettings& settings) const;

  // Generator::frameFinished.
  std::shared_ptr<const void> frameFinished(uint32_t slot) noexcept { return generator_->frameFinished(slot); }

 private:
  using SlotSets = std::array<VkDescriptorSet, kMaxFramesInFlight>;

  // One dispatch of pack.comp: a band of rows of one input tensor.
  struct PackStep {
    InputKind kind;
    VkBuffer buffer;
    VkDeviceSize offset, range;
    PackPush push;  // but for the exposure, which is the frame's
    SlotSets sets;
  };
  // One dispatch of high_pass.comp and of composite.comp: a band of rows of the frame.
  struct CompositeStep {
    VkBuffer painted_buffer;
    VkDeviceSize painted_offset, painted_range;
    CompositePush push;  // but for the controls, which are the frame's
    SlotSets sets;
  };

  void createDescriptorSets(uint32_t frames_in_flight);
  void dispatchComposite(VkCommandBuffer command_buffer, VkPipeline pipeline, uint32_t slot, bool has_mask,
                         const CompositeSettings& settings) const;
  void bindImage(VkDescriptorSet set, uint32_t binding, VkDescriptorType type, const ImpastoImage& image) const noexcept;
  void bindBuffer(VkDescriptorSet set, uint32_t binding, VkBuffer buffer, VkDeviceSize offset, VkDeviceSize range) const
      noexcept;
  void barrier(VkCommandBuffer command_buffer) const noexcept;

  const vulkan::VulkanDevice* device_;
  const PassPipelines* pipelines_;
  std::unique_ptr<Generator> generator_;
  vulkan::Buffer high_pass_;  // fp32, rows of high_pass_pitch_ floats
  uint32_t high_pass_pitch_;
  vulkan::DescriptorPool pool_;
  std::vector<PackStep> pack_steps_;
  std::vector<CompositeStep> composite_steps_;
};

}  // namespace impasto
