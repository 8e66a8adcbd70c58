#include "pass/history_state.h"

namespace impasto {

const PreviousFrame* HistoryState::previousFor(const FrameSettings& frame) const noexcept {
  if (!valid_ || frame.reset || !frame.has_motion || !(frame.controls.temporal_weight > 0.0f)) return nullptr;
  return &previous_;
}

void HistoryState::recorded(const FrameSettings& frame, bool painted) noexcept {
  valid_ = painted && outputs_ > 1;
  if (!valid_) return;
  previous_ = {frame.width, frame.height, frame.has_depth, frame.cameras};
  index_ = (index_ + 1) % outputs_;
}

}  // namespace impasto
