// How long the stages of a frame take on the GPU, by timestamps; told when the frame's slot comes up again.
#pragma once

#include <array>
#include <span>

#include "viewer/gpu/frames.h"

namespace impasto::app {

struct StageTime {
  const char* name = "";  // lives as long as the program
  float milliseconds = 0.0f;
};

class StageTimes {
 public:
  explicit StageTimes(const render::Device& device);

  // Takes in the slot's last frame, which the GPU has finished, and begins the next.
  void begin(VkCommandBuffer commands, uint32_t slot);
  void end(VkCommandBuffer commands, const char* name);  // the stage that ends here

  // Of the last finished frame, in order; empty where the device keeps no time.
  std::span<const StageTime> stages() const { return {stages_.data(), count_}; }
  float total() const;

 private:
  static constexpr uint32_t kMostStages = 15;
  struct Slot {
    std::array<const char*, kMostStages> names{};
    uint32_t count = 0;
  };
  const render::Device& device_;
  render::UniqueQueryPool queries_;
  std::array<Slot, kFramesInFlight> slots_;
  uint32_t slot_ = 0;
  std::array<StageTime, kMostStages> stages_{};
  size_t count_ = 0;
};

}  // namespace impasto::app
