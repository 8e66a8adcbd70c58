#include "interop/frame_watch.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "vulkan/commands.h"

namespace impasto::interop {
namespace {

constexpr std::chrono::milliseconds kLook{10};
constexpr size_t kExpectedFrames = 64;  // more than that and the recording thread allocates

}  // namespace

FrameWatch::FrameWatch(const vulkan::VulkanDevice& device, const Logger& logger, std::chrono::milliseconds limit)
    : device_(&device), logger_(logger), limit_(limit) {
  frames_.reserve(kExpectedFrames);
  thread_ = std::thread([this] { run(); });
}

FrameWatch::~FrameWatch() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void FrameWatch::add(Watched& owner, uint64_t frame, uint32_t slot, const TimelinePoints& points, bool failed) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = frames_.empty();
    frames_.push_back({&owner, frame, slot, points, failed, std::nullopt});
  }
  if (first || failed) wake_.notify_all();
}

void FrameWatch::leave(Watched& owner) noexcept {
  const auto is_its = [&](const Frame& frame) { return frame.owner == &owner; };
  for (;;) {
    std::vector<std::string> log;
    bool gone = false;
    {
      std::unique_lock lock(mutex_);
      log = look(&owner);
      gone = std::none_of(frames_.begin(), frames_.end(), is_its);
      if (!gone) wake_.wait_for(lock, kLook);
    }
    tell(log);
    if (gone) return;
  }
}

void FrameWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (frames_.empty()) {
      wake_.wait(lock, [&] { return stop_ || !frames_.empty(); });
    } else {
      wake_.wait_for(lock, kLook);
    }
    const std::vector<std::string> log = look(nullptr);
    if (log.empty()) continue;
    lock.unlock();
    tell(log);
    lock.lock();
  }
}

// On a lost device nobody waits any more.
bool FrameWatch::reached(VkSemaphore semaphore, uint64_t value) const noexcept {
  uint64_t now = 0;
  return device_->vk.GetSemaphoreCounterValue(device_->device, semaphore, &now) != VK_SUCCESS || now >= value;
}

std::vector<std::string> FrameWatch::look(const Watched* leaving) {
  std::vector<std::string> log;
  for (size_t i = 0; i < frames_.size();) {
    Frame& frame = frames_[i];
    bool done = reached(frame.points.signal, frame.points.signal_value);
    if (!done) {
      judge(frame, leaving, log);
      if (frame.failed && isFirstOfItsSemaphore(frame)) {
        frame.owner->passThrough(frame.slot);
        try {
          vulkan::signalFromHost(*device_, frame.points.signal, frame.points.signal_value);
        } catch (const std::exception& error) {  // a lost device, where nobody waits
          log.emplace_back(error.what());
        }
        done = true;
      }
    }
    if (done) {
      frames_.erase(frames_.begin() + static_cast<ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  return log;
}

void FrameWatch::judge(Frame& frame, const Watched* leaving, std::vector<std::string>& log) {
  if (frame.failed) return;
  if (frame.owner->abandoned()) {
    frame.failed = true;
    return;
  }
  if (std::string why; frame.owner->hasFailed(frame.frame, why)) {
    frame.failed = true;
    if (!why.empty()) log.push_back(std::move(why));
    return;
  }
  const Clock::time_point now = Clock::now();
  if (!frame.begun && reached(frame.points.wait, frame.points.wait_value)) frame.begun = now;
  const bool late = frame.begun && now - *frame.begun > limit_;
  const bool never = !frame.begun && frame.owner == leaving;
  if (!late && !never) return;
  frame.failed = true;
  frame.owner->abandon();
  log.push_back(never ? "a pass goes whose frame was executed, but its inputs were not submitted"
                      : "the generator has not answered within " + std::to_string(limit_.count()) +
                            " ms: frames of this pass stay unpainted");
}

bool FrameWatch::isFirstOfItsSemaphore(const Frame& frame) const noexcept {
  for (const Frame& other : frames_) {
    if (&other == &frame) return true;
    if (other.points.signal == frame.points.signal) return false;
  }
  return true;
}

void FrameWatch::tell(const std::vector<std::string>& log) const noexcept {
  for (const std::string& line : log) logger_.log(IMPASTO_LOG_WARNING, line.c_str());
}

}  // namespace impasto::interop
