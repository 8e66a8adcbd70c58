// A pass: what paints one view of the host, frame after frame, behind the ImpastoPass handle.
//
// Owned by the handle. The recording thread calls recordInputs, execute, recordOutputs, resize, memoryUsage, getTimings
// and getOpTiming, one at a time; setStyle may run on any thread beside them. A new style travels as a finished Painter from the thread that
// built it, through `pending_`, to the next recorded frame. Painters are shared by the pass and by the frame slots whose
// commands use them. What a slot lets go of when it is recorded anew goes to the context's reaper: nothing is freed on the
// recording thread.
//
// One frame is open at a time: begun, then executed, then finished by its outputs, or given up by beginning another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>

#include "impasto/impasto.h"
#include "pass/context.h"
#include "pass/limits.h"
#include "pass/painter.h"
#include "pass/pass_pipelines.h"
#include "pass/pass_settings.h"
#include "pass/stage_timer.h"
#include "style/style.h"

namespace impasto {

class Pass {
 public:
  // Of `info`, all but the handles is read, and checked here.
  Pass(std::shared_ptr<Context> context, std::shared_ptr<const Style> style, const ImpastoPassInfo& info);
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  // What such a pass would take.
  static MemoryUse predictMemory(const Context& context, const Style& style, const ImpastoPassInfo& info);

  const Logger& logger() const noexcept { return context_->logger(); }

  void resize(uint32_t width, uint32_t height);
  void setStyle(std::shared_ptr<const Style> style);
  VkDeviceSize memoryUsage();
  void getTimings(ImpastoTimings& timings) const;
  void getOpTiming(uint32_t index, ImpastoOpTiming& timing) const;

  // Structs are this version's by then; values are checked here. Throw Error(InvalidArgument), allocate nothing.
  void recordInputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame);
  void execute(const ImpastoExecuteInfo& info);
  void recordOutputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame);

 private:
  struct Slot {
    std::shared_ptr<Painter> painter;  // of the frame recorded last
    bool finished = false;             // its outputs were recorded
  };

  std::shared_ptr<Painter> makePainter(const Style& style, uint32_t width, uint32_t height) const;
  Slot& slot(uint32_t frame_index);
  void takeUpStyle();
  void checkOpen(uint32_t frame_index) const;

  std::shared_ptr<Context> context_;
  PassSettings settings_;
  std::unique_ptr<PassPipelines> pipelines_;

  std::mutex build_mutex_;  // held while a painter is built, by setStyle and resize; guards the next three
  std::shared_ptr<const Style> style_;
  uint32_t width_ = 0, height_ = 0;

  std::mutex pending_mutex_;  // held for a pointer's swap only; taken inside build_mutex_, never around it
  std::shared_ptr<Painter> pending_;

  std::unique_ptr<StageTimer> timer_;  // null unless asked for

  // These belong to the recording thread.
  static constexpr uint32_t kNoSlot = UINT32_MAX;
  std::shared_ptr<Painter> current_;
  std::array<Slot, kMaxFramesInFlight> slots_;
  uint32_t open_slot_ = kNoSlot;  // of the open frame
  bool executed_ = false;         // the open frame is
};

}  // namespace impasto
