#include "cpu/workers.h"

#include <omp.h>

#include <system_error>

namespace impasto::cpu {
namespace {

constexpr int kSpins = 2000;  // some twenty microseconds: chunks are seldom longer

void pause() noexcept {
#if defined(IMPASTO_CPU_X86)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Workers::Workers(uint32_t threads, uint32_t most_steps) : progress_(most_steps) {
  threads_.reserve(threads);
  try {
    for (uint32_t i = 0; i < threads; ++i) threads_.emplace_back([this, i] { work(i); });
  } catch (const std::system_error&) {  // no more threads to be had
    if (threads_.empty()) throw;
  }
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Workers::run(Job& job, uint32_t steps) noexcept {
  std::unique_lock lock(mutex_);
  for (uint32_t step = 0; step < steps; ++step) {
    progress_[step].taken.store(0, std::memory_order_relaxed);
    progress_[step].done.store(0, std::memory_order_relaxed);
  }
  job_ = &job;
  steps_ = steps;
  ++number_;
  working_ = count();
  wake_.notify_all();
  idle_.wait(lock, [&] { return working_ == 0; });
}

void Workers::work(uint32_t thread) noexcept {
  omp_set_num_threads(1);  // of this thread's teams
  std::unique_lock lock(mutex_);
  for (uint64_t seen = 0;;) {
    wake_.wait(lock, [&] { return stop_ || number_ != seen; });
    if (stop_) return;
    seen = number_;
    Job& job = *job_;
    const uint32_t steps = steps_;
    lock.unlock();
    walk(job, steps, thread);
    lock.lock();
    if (--working_ == 0) idle_.notify_all();
  }
}

void Workers::walk(Job& job, uint32_t steps, uint32_t thread) noexcept {
  for (uint32_t step = 0; step < steps; ++step) {
    Progress& progress = progress_[step];
    const uint32_t chunks = job.chunks(step);
    for (uint32_t chunk = 0; (chunk = progress.taken.fetch_add(1, std::memory_order_relaxed)) < chunks;) {
      job.run(step, chunk, thread);
      progress.done.fetch_add(1, std::memory_order_release);
    }
    for (int spins = 0; progress.done.load(std::memory_order_acquire) < chunks; ++spins) {
      if (spins < kSpins) {
        pause();
      } else {
        std::this_thread::yield();  // whoever has the last chunk may need this core
      }
    }
  }
}

}  // namespace impasto::cpu
