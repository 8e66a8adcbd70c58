// Makes what will be asked for next on a thread of its own: item i of a sequence is a function of i.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace impasto::trainer {

template <class Item>
class Prefetch {
 public:
  // `make` is called from one thread of this object's, for `first`, `first` + 1 and so on, at most `ahead` items before
  // they are taken.
  Prefetch(std::function<Item(uint64_t index)> make, uint64_t first, size_t ahead)
      : make_(std::move(make)), next_(first), ahead_(ahead), thread_([this] { work(); }) {}

  ~Prefetch() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  // Called from one thread. Rethrows what stopped the work, once the items before it are used up.
  Item next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !ready_.empty() || failure_; });
    if (ready_.empty()) std::rethrow_exception(failure_);
    Item item = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return item;
  }

 private:
  void work() {
    for (;;) {
      Item item;
      std::exception_ptr failure;
      try {
        item = make_(next_++);
      } catch (...) {
        failure = std::current_exception();
      }
      std::unique_lock lock(mutex_);
      if (failure) {
        failure_ = failure;
        changed_.notify_all();
        return;
      }
      changed_.wait(lock, [this] { return stop_ || ready_.size() < ahead_; });
      if (stop_) return;
      ready_.push_back(std::move(item));
      changed_.notify_all();
    }
  }

  const std::function<Item(uint64_t)> make_;
  uint64_t next_;
  const size_t ahead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> ready_;
  bool stop_ = false;
  std::exception_ptr failure_;
  std::thread thread_;  // last: starts when everything else stands
};

}  // namespace impasto::trainer
