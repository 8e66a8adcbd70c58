// What a painter remembers of the frame that it painted before. Recording thread only.
//
// A frame becomes the previous one when its outputs are recorded; one that is given up before leaves no trace: it was
// painted beside the previous one, into the memory that the next frame is painted into.
#pragma once

#include <array>
#include <cstdint>

#include "pass/frame_settings.h"

namespace impasto {

struct PreviousFrame {
  uint32_t width = 0, height = 0;
  bool has_depth = false;
  std::array<Camera, kMaxLayers> cameras;
};

class HistoryState {
 public:
  // `outputs`: of the generator: 2 where history is kept, else 1.
  explicit HistoryState(uint32_t outputs) noexcept : outputs_(outputs) {}

  // Of the generator: where the frame that is recorded next is painted to.
  uint32_t outputIndex() const noexcept { return index_; }
  // Where the previous frame lies.
  uint32_t previousIndex() const noexcept { return (index_ + 1) % outputs_; }

  // What `frame` can take its history from; null when there is nothing.
  const PreviousFrame* previousFor(const FrameSettings& frame) const noexcept;

  // What was painted before is not there.
  void forget() noexcept { valid_ = false; }

  // `frame`'s outputs were recorded. `painted`: its strength is not 0.
  void recorded(const FrameSettings& frame, bool painted) noexcept;

 private:
  uint32_t outputs_;
  uint32_t index_ = 0;
  bool valid_ = false;
  PreviousFrame previous_;
};

}  // namespace impasto
