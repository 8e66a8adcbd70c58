#include "pass/reaper.h"

#include <system_error>
#include <utility>

namespace impasto {

Reaper::~Reaper() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Reaper::expect(size_t objects) {
  const std::lock_guard lock(mutex_);
  waiting_.reserve(capacity_ + objects);
  capacity_ += objects;
  if (thread_.joinable()) return;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
  }
}

void Reaper::forget(size_t objects) noexcept {
  const std::lock_guard lock(mutex_);
  capacity_ -= objects;
}

void Reaper::free(std::shared_ptr<const void> object) noexcept {
  if (object == nullptr) return;
  {
    const std::lock_guard lock(mutex_);
    // Full only if the thread is far behind: then the caller's own reference goes here, which is slow, not wrong.
    if (!thread_.joinable() || waiting_.size() == waiting_.capacity()) return;
    waiting_.push_back(std::move(object));
  }
  wake_.notify_one();
}

void Reaper::drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [&] { return !busy_ && waiting_.empty(); });
}

void Reaper::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    std::shared_ptr<const void> object = std::move(waiting_.back());
    waiting_.pop_back();
    busy_ = true;
    lock.unlock();
    object.reset();
    lock.lock();
    busy_ = false;
    if (waiting_.empty()) idle_.notify_all();
  }
}

}  // namespace impasto
