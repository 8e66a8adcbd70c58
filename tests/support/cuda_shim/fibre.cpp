#include "cuda_shim/fibre.h"

#include <sys/mman.h>

#include <cstdint>
#include <map>
#include <new>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#endif

#if defined(__x86_64__)
// Saves what the System V ABI wants kept, leaves the stack pointer in *from and goes on at `to`. ucontext would also
// keep the signal mask: two system calls for each switch.
extern "C" void impastoChangeStack(void** from, void* to);
asm(R"(
.text
.globl impastoChangeStack
.hidden impastoChangeStack
.type impastoChangeStack, @function
impastoChangeStack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size impastoChangeStack, . - impastoChangeStack
)");
#endif

namespace impasto::cuda::shim {
namespace {

[[maybe_unused]] constinit thread_local Fibre* leaving = nullptr;

#if defined(__SANITIZE_THREAD__)
// To make one takes a millisecond, so each stack keeps its own; but not for ever, as every use leaves some frames on
// what the sanitizer takes for the stack.
void* sanitizerFibreOf(const std::byte* stack) {
  struct Kept {
    void* fibre = nullptr;
    int uses = 0;
  };
  static thread_local std::map<const std::byte*, Kept> all;
  Kept& kept = all[stack];
  if (kept.fibre == nullptr || ++kept.uses == 500) {
    if (kept.fibre != nullptr) __tsan_destroy_fiber(kept.fibre);
    kept = {__tsan_create_fiber(0), 0};
  }
  return kept.fibre;
}
#endif

}  // namespace

Fibre::Fibre() {
#if defined(__SANITIZE_THREAD__)
  thread_sanitizer_ = __tsan_get_current_fiber();
#endif
}

void Fibre::prepare(std::byte* stack, size_t bytes, void (*entry)()) {
#if defined(__SANITIZE_THREAD__)
  thread_sanitizer_ = sanitizerFibreOf(stack);
#endif
  bottom_ = stack;
  size_ = bytes;
  fake_stack_ = nullptr;
#if defined(__x86_64__)
  // As if `entry` had been called from nowhere: six registers, its address, a return address of 0.
  auto* top = reinterpret_cast<uint64_t*>(stack + bytes / 16 * 16);
  *--top = 0;
  *--top = reinterpret_cast<uint64_t>(entry);
  for (int i = 0; i < 6; ++i) *--top = 0;
  stack_pointer_ = top;
#else
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack;
  context_.uc_stack.ss_size = bytes;
  context_.uc_link = nullptr;
  makecontext(&context_, entry, 0);
#endif
}

void Fibre::change(Fibre& from, Fibre& to, [[maybe_unused]] bool for_good) {
#if defined(__SANITIZE_ADDRESS__)
  leaving = &from;
  __sanitizer_start_switch_fiber(for_good ? nullptr : &from.fake_stack_, to.bottom_, to.size_);
#endif
#if defined(__SANITIZE_THREAD__)
  __tsan_switch_to_fiber(to.thread_sanitizer_, 0);
#endif
#if defined(__x86_64__)
  impastoChangeStack(&from.stack_pointer_, to.stack_pointer_);
#else
  swapcontext(&from.context_, &to.context_);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(from.fake_stack_, &leaving->bottom_, &leaving->size_);
#endif
}

void Fibre::arrived() {
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &leaving->bottom_, &leaving->size_);
#endif
}

StackPool::~StackPool() {
  if (memory_ != nullptr) munmap(memory_, stacks_ * kStackBytes);
}

void StackPool::reserve(size_t stacks) {
  if (stacks <= stacks_) return;
  if (memory_ != nullptr) munmap(std::exchange(memory_, nullptr), std::exchange(stacks_, 0) * kStackBytes);
  void* memory =
      mmap(nullptr, stacks * kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  memory_ = static_cast<std::byte*>(memory);
  stacks_ = stacks;
}

}  // namespace impasto::cuda::shim
