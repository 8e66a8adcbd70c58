#include "common/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

#include "common/message.h"

namespace impasto::app {
namespace {

constexpr std::chrono::milliseconds kTerminalInterval(100), kLogInterval(10000);

}  // namespace

std::string formatDuration(double seconds) {
  const auto total = static_cast<long long>(std::ceil(seconds));
  char text[64];
  if (total >= 3600) {
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text, sizeof text, "%lld:%02lld", total / 60, total % 60);
  }
  return text;
}

Progress::Progress(double total, std::string unit, bool quiet)
    : total_(total), unit_(std::move(unit)), quiet_(quiet), terminal_(isatty(STDERR_FILENO) != 0), start_(Clock::now()),
      last_(start_) {}

Progress::~Progress() { clear(); }

void Progress::update(double done, const std::string& what) {
  if (quiet_) return;
  const auto now = Clock::now();
  if (now - last_ < (terminal_ ? kTerminalInterval : kLogInterval)) return;
  last_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = done / seconds;
  const std::string left = done > 0 ? formatDuration((total_ - done) / rate) + " left" : "";
  // \x1b[K clears what a longer line left behind.
  std::fprintf(stderr, "%s%.0f of %.0f, %.3g %s/s, %s  %s%s", terminal_ ? "\r" : "", std::floor(done), total_, rate,
               unit_.c_str(), left.c_str(), oneLine(what).c_str(), terminal_ ? "\x1b[K" : "\n");
  std::fflush(stderr);
  shown_ = terminal_;
}

void Progress::clear() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace impasto::app
