// One line that says how far training is: rewritten in place on a terminal, printed now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "logging/scalars.h"

namespace impasto::trainer {

class Progress {
 public:
  // Steps `first` to `last`, each of `per_step` items ("crops"). Writes to stderr.
  Progress(int64_t first, int64_t last, int64_t per_step, std::string items);

  // After step `step` (counted from 1). The rate is that of the last minute or so. Shows smoothed scalars, and reads them
  // only when it prints: reading waits for the device. So it does with `status`, a few words more.
  void update(int64_t step, const Scalars& scalars, const std::function<std::string()>& status = {});

  // A line of its own, clear of the progress line.
  void note(const std::string& message);

  // Ends the line; to be called once after the last update.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  int64_t last_, per_step_;
  std::string items_;
  bool terminal_, open_ = false;
  Clock::time_point printed_, window_start_;
  int64_t window_step_;
  double rate_ = 0;  // items per second
  Scalars smooth_;
};

// "1 h 05 min", "4 min 10 s", "12 s"
std::string formatDuration(double seconds);

}  // namespace impasto::trainer
