// One style at one extent, ready to be recorded: the generator, what the pass itself keeps (history, fine detail,
// constants) and the descriptor sets of every frame slot. Everything slow happens in the constructor, which may run on
// any thread; afterwards the recording thread alone uses it. Shared by the pass and by the frame slots that the GPU may
// still be working on; destroyed on any thread.
//
// A frame: recordInputs(), execute(), recordOutputs(). A frame of strength 0 runs no generator: it is copied.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "backend/generator.h"
#include "impasto/impasto.h"
#include "pass/constants_buffer.h"
#include "pass/frame_settings.h"
#include "pass/history_state.h"
#include "pass/pass_pipelines.h"
#include "pass/pass_settings.h"
#include "pass/stage_timer.h"
#include "style/style.h"

namespace impasto {

struct PainterRequest {
  uint32_t width = 0, height = 0;  // of the largest frame
  PassSettings settings;
};

class Painter final : private FrameListener {
 public:
  // Device, pipelines (made for the same settings) and backend outlive the painter; the style is copied from. Throws
  // Error(OutOfMemory) or Error(Unsupported).
  Painter(const vulkan::VulkanDevice& device, const PassPipelines& pipelines, const Backend& backend,
          const Style& style, const PainterRequest& request);
  ~Painter();

  // What a painter would take.
  static MemoryUse predictMemory(const vulkan::VulkanDevice& device, const Backend& backend, const Style& style,
                                 const PainterRequest& request);
  MemoryUse memoryUse() const noexcept;

  uint32_t width() const noexcept { return width_; }
  uint32_t height() const noexcept { return height_; }
  const Generator& generator() const noexcept { return *generator_; }
  bool wants(InputKind kind) const noexcept;                                       // the generator reads it
  bool needs(InputKind kind) const noexcept { return (needs_ & bit(kind)) != 0; }  // and cannot do without

  // That the frame has what the style needs, and a style vector of its length. Throws Error(InvalidArgument), naming
  // the member.
  void checkFrame(const FrameSettings& frame) const;

  // Packs the frame's inputs and runs the generator, or leaves it to execute(). `frame` from readFrame() for this
  // painter's extent, checked by checkFrame(); of `images` the images alone are read. The GPU has finished what was
  // recorded for frame.slot before. `timer` may be null.
  void recordInputs(VkCommandBuffer command_buffer, const FrameSettings& frame, const ImpastoFrame& images,
                    StageTimer* timer);
  // Of the frame that was recorded to `slot` last.
  bool runsInCommandBuffer() const noexcept { return generator_->runsInCommandBuffer(); }
  void execute(uint32_t slot, const TimelinePoints& points);
  // The composite into images.output, and the frame becomes the next one's history. Of the same frame.
  void recordOutputs(VkCommandBuffer command_buffer, const FrameSettings& frame, const ImpastoFrame& images,
                     StageTimer* timer);

  // See Generator::slotReused().
  std::shared_ptr<const void> slotReused(uint32_t slot, bool finished) noexcept {
    return generator_->slotReused(slot, finished);
  }

 private:
  using SlotSets = std::array<VkDescriptorSet, kMaxFramesInFlight>;

  // One dispatch of a pack shader or of reproject.comp: a band of rows of one input tensor of one layer.
  struct PackStep {
    InputKind kind;
    uint32_t layer;
    TensorView view;
    TensorBand band;
    SlotSets sets;
  };
  // One dispatch of high_pass.comp and of composite.comp: a band of rows of one layer of a painted frame.
  struct CompositeStep {
    uint32_t layer, output_index;
    TensorView view;
    TensorBand band;
    SlotSets sets;
  };
  struct SlotState {
    GeneratorFrame frame;
    FrameSettings settings;
    bool painted = false;
    // A frame of a generator outside the command buffer can fail at any time until its point is signalled.
    std::mutex mutex;              // of the next two, and of the constants of the composite
    bool failed = false;
    bool outputs_recorded = false;
  };

  void frameFailed(uint32_t slot) noexcept override;

  static uint32_t bit(InputKind kind) noexcept { return 1u << static_cast<uint32_t>(kind); }

  void makeSteps(uint32_t slots);
  uint32_t region(uint32_t slot, uint32_t layer, bool outputs) const noexcept;
  vulkan::Buffer& plainFrame(uint32_t layer, uint32_t index) noexcept { return plain_[layer * 2 + index]; }

  void recordPacking(VkCommandBuffer command_buffer, const SlotState& state, const ImpastoFrame& images,
                     uint32_t layer);
  void recordKeeping(VkCommandBuffer command_buffer, const SlotState& state, const ImpastoFrame& images,
                     uint32_t layer);
  void bindHistory(VkDescriptorSet set, const SlotState& state, const ImpastoFrame& images, uint32_t layer,
                   const TensorView& target, const TensorBand& band);
  void bindComposite(const CompositeStep& step, const SlotState& state, const ImpastoFrame& images);
  void dispatchComposite(VkCommandBuffer command_buffer, VkPipeline pipeline, const SlotState& state);
  void dispatch(VkCommandBuffer command_buffer, VkPipelineLayout layout, VkDescriptorSet set,
                const shaders::BandPush& push, uint32_t groups_x, uint32_t groups_y) const noexcept;

  const vulkan::VulkanDevice* device_;
  const PassPipelines* pipelines_;
  PassSettings settings_;
  uint32_t width_, height_;
  uint32_t needs_ = 0;  // bits of kinds
  std::vector<float> default_style_vector_;
  uint32_t outputs_;  // of the generator, for each layer
  std::unique_ptr<Generator> generator_;
  HistoryState history_;
  std::atomic<bool> history_lost_ = false;  // a frame failed that is, as recorded, the history of others
  uint32_t high_pass_pitch_;           // floats
  vulkan::Buffer high_pass_;           // fp32, the layers one after another
  std::vector<vulkan::Buffer> plain_;  // by layer and output index; none without history
  ConstantsBuffer constants_;
  vulkan::DescriptorPool pool_;
  std::vector<PackStep> pack_steps_;
  std::vector<SlotSets> keep_sets_;  // by layer
  std::vector<CompositeStep> composite_steps_;
  std::array<SlotState, kMaxFramesInFlight> slots_;
};

}  // namespace impasto
