// GPU time of a pass's frames by stage: timestamps around the stages in the host's command buffers, read when a slot
// recurs, which says that the GPU has finished them. Nothing waits. Recording thread only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "pass/limits.h"
#include "vulkan/timestamps.h"

namespace impasto {

struct StageTimes {
  float inputs = 0, generator = 0, outputs = 0;  // milliseconds
};

class StageTimer {
 public:
  enum class Mark : uint32_t { Begin, Packed, Generated, OutputsBegin, OutputsEnd };

  // Throws Error(Unsupported) where the queue family has no timestamps.
  StageTimer(const vulkan::VulkanDevice& device, uint32_t slots) : timestamps_(device, kQueries * slots) {}

  // The first of a frame: reads what the slot's previous frame took.
  void beginFrame(VkCommandBuffer command_buffer, uint32_t slot);
  // When all that was recorded before is done. Begin, Packed and Generated for each layer, in this order; the last two
  // once in a frame.
  void mark(VkCommandBuffer command_buffer, uint32_t slot, Mark mark, uint32_t layer = 0) const;
  // The frame's outputs are recorded. `generated`: its first three marks are there.
  void endFrame(uint32_t slot, uint32_t layers, bool generated) noexcept;

  // Of the newest frame that is known to be done.
  const std::optional<StageTimes>& latest() const noexcept { return latest_; }

 private:
  static constexpr uint32_t kMarks = 5;
  static constexpr uint32_t kQueries = kMarks * kMaxLayers;  // of a slot
  struct Slot {
    bool recorded = false, generated = false;
    uint32_t layers = 1;
  };
  static constexpr uint32_t query(Mark mark, uint32_t layer) noexcept {
    return layer * kMarks + static_cast<uint32_t>(mark);
  }
  // Adds the milliseconds between two marks of a slot; false while the GPU has not written them.
  bool addBetween(uint32_t slot, Mark from, Mark to, uint32_t layer, float& milliseconds) const noexcept;

  vulkan::Timestamps timestamps_;
  std::array<Slot, kMaxFramesInFlight> slots_;
  std::optional<StageTimes> latest_;
};

}  // namespace impasto
