// How fast frames come and what they cost: what the graph and the status line show. Main thread only.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "common/impasto_device.h"
#include "viewer/gpu/stage_times.h"

namespace impasto::app {

class Performance {
 public:
  explicit Performance(const render::Device& device);

  static constexpr size_t kFrames = 160;   // that the graph shows
  static constexpr size_t kGroups = 3;     // rendering, painting, the rest
  struct Frame {
    std::array<float, kGroups> milliseconds{};  // on the GPU
  };

  void add(double seconds, const StageTimes& times, std::optional<ImpastoTimings> painting, uint64_t painting_bytes);

  const Frame& frame(size_t age) const { return frames_[(newest_ + kFrames - age) % kFrames]; }  // 0: the newest
  float framesPerSecond() const { return rate_; }
  const std::array<StageTime, 20>& stages() const { return stages_; }  // smoothed
  size_t stageCount() const { return stage_count_; }
  float group(size_t index) const { return groups_[index]; }  // smoothed
  uint64_t memoryUsed() const { return memory_used_; }      // bytes on the device: the program's where the driver says
  uint64_t memoryBudget() const { return memory_budget_; }  // 0: the driver does not say
  uint64_t paintingBytes() const { return painting_bytes_; }

 private:
  void lookAtMemory();

  const render::Device& device_;
  std::array<Frame, kFrames> frames_{};
  size_t newest_ = 0;
  std::array<StageTime, 20> stages_{};
  size_t stage_count_ = 0;
  std::array<float, kGroups> groups_{};
  float rate_ = 0.0f;
  double window_seconds_ = 0.0;
  int window_frames_ = 0;
  bool tells_memory_ = false;
  uint64_t memory_used_ = 0, memory_budget_ = 0, painting_bytes_ = 0;
};

}  // namespace impasto::app
