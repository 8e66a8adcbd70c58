// Many stacks on one thread, switched between by hand: what the threads of a CUDA block run on.
#pragma once

#include <cstddef>
#include <memory>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace impasto::cuda::shim {

// A place to go on: the thread's own, or one of a stack of a StackPool. Never moved while in use.
class Fibre {
 public:
  Fibre();  // the thread's own, once it is left
  Fibre(const Fibre&) = delete;
  Fibre& operator=(const Fibre&) = delete;

  // The first switch to it calls `entry` on the stack, which must not return.
  void prepare(std::byte* stack, size_t bytes, void (*entry)());

  // Leaves `from` for `to`; returns when something switches to `from`. `for_good`: nothing ever will.
  static void change(Fibre& from, Fibre& to, bool for_good = false);

  // To be called first by `entry`.
  static void arrived();

 private:
#if defined(__x86_64__)
  void* stack_pointer_ = nullptr;
#else
  ucontext_t context_;
#endif
  // What sanitizers are told.
  const void* bottom_ = nullptr;
  size_t size_ = 0;
  void* fake_stack_ = nullptr;
  void* thread_sanitizer_ = nullptr;
};

// Memory for stacks, taken from the system when it is first touched and kept for the next use.
class StackPool {
 public:
  static constexpr size_t kStackBytes = 256 * 1024;

  StackPool() = default;
  ~StackPool();
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;

  void reserve(size_t stacks);  // not while stacks are in use
  std::byte* stack(size_t index) const { return memory_ + index * kStackBytes; }

 private:
  std::byte* memory_ = nullptr;
  size_t stacks_ = 0;
};

}  // namespace impasto::cuda::shim
