#include "pass/stage_timer.h"

namespace impasto {

void StageTimer::beginFrame(VkCommandBuffer command_buffer, uint32_t slot) {
  Slot& state = slots_[slot];
  if (state.recorded) {
    StageTimes times;
    bool known = addBetween(slot, Mark::OutputsBegin, Mark::OutputsEnd, 0, times.outputs);
    for (uint32_t layer = 0; known && state.generated && layer < state.layers; ++layer) {
      known = addBetween(slot, Mark::Begin, Mark::Packed, layer, times.inputs) &&
              addBetween(slot, Mark::Packed, Mark::Generated, layer, times.generator);
    }
    if (known) latest_ = times;
  }
  state = {};
  timestamps_.reset(command_buffer, slot * kQueries, kQueries);
}

void StageTimer::mark(VkCommandBuffer command_buffer, uint32_t slot, Mark mark, uint32_t layer) const {
  timestamps_.write(command_buffer, slot * kQueries + query(mark, layer));
}

void StageTimer::endFrame(uint32_t slot, uint32_t layers, bool generated) noexcept {
  slots_[slot] = {true, generated, layers};
}

bool StageTimer::addBetween(uint32_t slot, Mark from, Mark to, uint32_t layer, float& milliseconds) const noexcept {
  const uint32_t first = slot * kQueries;
  const std::optional<float> between = timestamps_.between(first + query(from, layer), first + query(to, layer));
  milliseconds += between.value_or(0.0f);
  return between.has_value();
}

}  // namespace impasto
