#include "logging/progress.h"

#include <unistd.h>

#include <cmath>
#include <cstdio>

namespace impasto::trainer {
namespace {

constexpr double kSmoothing = 0.05;  // of the losses shown

}  // namespace

std::string formatDuration(double seconds) {
  const auto total = static_cast<long long>(std::llround(std::max(0.0, seconds)));
  char text[64];
  if (total >= 3600) {
    std::snprintf(text, sizeof(text), "%lld h %02lld min", total / 3600, total % 3600 / 60);
  } else if (total >= 60) {
    std::snprintf(text, sizeof(text), "%lld min %02lld s", total / 60, total % 60);
  } else {
    std::snprintf(text, sizeof(text), "%lld s", total);
  }
  return text;
}

Progress::Progress(int64_t first, int64_t last, int64_t per_step, std::string items)
    : last_(last), per_step_(per_step), items_(std::move(items)), terminal_(isatty(STDERR_FILENO) == 1),
      printed_(Clock::now()), window_start_(printed_), window_step_(first - 1) {}

void Progress::update(int64_t step, const Scalars& scalars, const std::function<std::string()>& status) {
  torch::NoGradGuard no_grad;
  if (smooth_.size() != scalars.size()) smooth_.clear();
  for (size_t i = 0; i < scalars.size(); ++i) {
    const auto& [name, value] = scalars[i];
    if (i == smooth_.size()) smooth_.emplace_back(name, value.detach().clone());
    smooth_[i].first = name;
    smooth_[i].second.lerp_(value.detach().to(smooth_[i].second.device()), kSmoothing);
  }

  const Clock::time_point now = Clock::now();
  const auto seconds = [](Clock::duration d) { return std::chrono::duration<double>(d).count(); };
  if (seconds(now - printed_) < (terminal_ ? 0.5 : 15.0) && step != last_) return;
  printed_ = now;
  const double elapsed = seconds(now - window_start_);
  rate_ = static_cast<double>((step - window_step_) * per_step_) / std::max(elapsed, 1e-6);
  if (elapsed > 60.0) window_start_ = now, window_step_ = step;

  std::string line = "step " + std::to_string(step) + "/" + std::to_string(last_);
  char text[96];
  for (const auto& [name, value] : smooth_) {
    std::snprintf(text, sizeof(text), "  %s %.4f", name.c_str(), value.item<double>());
    line += text;
  }
  if (const std::string more = status ? status() : ""; !more.empty()) line += "  " + more;
  std::snprintf(text, sizeof(text), "  %.1f %s/s", rate_, items_.c_str());
  line += text;
  line += "  " + formatDuration(static_cast<double>((last_ - step) * per_step_) / std::max(rate_, 1e-6)) + " left";
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", line.c_str());
    open_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
}

void Progress::note(const std::string& message) {
  finish();
  std::fprintf(stderr, "%s\n", message.c_str());
}

void Progress::finish() {
  if (open_) std::fputc('\n', stderr);
  open_ = false;
}

}  // namespace impasto::trainer
