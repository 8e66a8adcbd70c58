// A pass: what paints one view of the host, frame after frame, behind the ImpastoPass handle.
//
// Owned by the handle. The recording thread calls recordInputs, execute, recordOutputs, resize and memoryUsage, one at a
// time; setStyle may run on any thread beside them. A new style travels as a finished Painter from the thread that
// built it, through `pending_`, to the next recorded frame. Painters are shared by the pass and by the frame slots whose
// commands use them, and are freed when the last of these slots is recorded anew.
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
#include "style/style.h"

namespace impasto {

class Pass {
 public:
  // Of `info`, the extent, formats, encodings and frames in flight are read, and checked here.
  Pass(std::shared_ptr<Context> context, std::shared_ptr<const Style> style, const ImpastoPassInfo& info);
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  const Logger& logger() const noexcept { return context_->logger(); }

  void resize(uint32_t width, uint32_t height);
  void setStyle(std::shared_ptr<const Style> style);
  VkDeviceSize memoryUsage();

  // Structs are checked for NULL and size by then, values here. Throw Error(InvalidArgument), allocate nothing.
  void recordInputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame);
  void execute(const ImpastoExecuteInfo& info);
  void recordOutputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame);

 private:
  struct Slot {
    std::shared_ptr<Painter> painter;  // of the frame recorded last
    bool awaits_execute = false;
    bool awaits_outputs = false;
  };

  std::shared_ptr<Painter> makePainter(const Style& style, uint32_t width, uint32_t height) const;
  Slot& slot(uint32_t frame_index);

  std::shared_ptr<Context> context_;
  PassSettings settings_;
  std::unique_ptr<PassPipelines> pipelines_;

  std::mutex build_mutex_;  // held while a painter is built, by setStyle and resize; guards the next three
  std::shared_ptr<const Style> style_;
  uint32_t width_ = 0, height_ = 0;

  std::mutex pending_mutex_;  // held for a pointer's swap only; taken inside build_mutex_, never around it
  std::shared_ptr<Painter> pending_;

  std::unique_ptr<StageTimer> timer_;  // null unless asked for

  std::shared_ptr<Painter> current_;  // this and the slots belong to the recording thread
  std::array<Slot, kMaxFramesInFlight> slots_;
};

}  // namespace impasto
