#include "vulkan/launch_timer.h"

#include <optional>
#include <utility>

namespace impasto::vulkan {

void LaunchTimer::begin(VkCommandBuffer command_buffer, uint32_t slot) noexcept {
  written_[slot] = true;
  timestamps_.reset(command_buffer, first(slot), steps_ + 1);
  timestamps_.write(command_buffer, first(slot));
}

void LaunchTimer::stepDone(VkCommandBuffer command_buffer, uint32_t slot, uint32_t step) const noexcept {
  timestamps_.write(command_buffer, first(slot) + step + 1);
}

void LaunchTimer::read(uint32_t slot) noexcept {
  if (!written_[slot]) return;
  written_[slot] = false;
  for (uint32_t step = 0; step < steps_; ++step) {
    const std::optional<float> time = timestamps_.between(first(slot) + step, first(slot) + step + 1);
    if (!time) return;
    being_read_[step] = *time;
  }
  std::swap(times_, being_read_);
  known_ = true;
}

}  // namespace impasto::vulkan
