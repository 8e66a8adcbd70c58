#include "support/allocations.h"

#include <cstdlib>
#include <new>

namespace impasto::test {
namespace {

thread_local bool counting = false;
thread_local int64_t count = 0;
thread_local int64_t fail_begin = 0, fail_end = 0;

void* allocate(std::size_t size) noexcept {
  if (counting) {
    const int64_t index = count++;
    if (index >= fail_begin && index < fail_end) return nullptr;
  }
  return std::malloc(size ? size : 1);
}

void* allocateOrThrow(std::size_t size) {
  if (void* memory = allocate(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

AllocationWatch::AllocationWatch() {
  count = fail_begin = fail_end = 0;
  counting = true;
}

AllocationWatch::AllocationWatch(Failing failing, int64_t index) {
  count = 0;
  fail_begin = index;
  fail_end = failing == Failing::One ? index + 1 : INT64_MAX;
  counting = true;
}

int64_t AllocationWatch::stop() {
  counting = false;
  return count;
}

}  // namespace impasto::test

using impasto::test::allocate;
using impasto::test::allocateOrThrow;

// All forms, for sanitizers have each of their own.
void* operator new(std::size_t size) { return allocateOrThrow(size); }
void* operator new[](std::size_t size) { return allocateOrThrow(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
