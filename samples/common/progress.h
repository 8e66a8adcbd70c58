// A progress line on stderr: done, rate, time left. On a terminal it is rewritten in place; elsewhere (a log) a line is
// written every ten seconds at most. One thread.
#pragma once

#include <chrono>
#include <string>

namespace impasto::app {

class Progress {
 public:
  // `total` units of work; `unit` is what the rate counts ("pictures", "frames").
  Progress(double total, std::string unit, bool quiet = false);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` may be fractional; `what` is being worked on.
  void update(double done, const std::string& what);

  // Takes the line away, so that something else can be printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  double total_;
  std::string unit_;
  bool quiet_, terminal_;
  bool shown_ = false;
  Clock::time_point start_, last_;
};

// "1:02:03" or "2:03".
std::string formatDuration(double seconds);

}  // namespace impasto::app
