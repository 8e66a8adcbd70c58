// intrinsics.h on a CPU: every function hands on to the shim, which knows which thread of which block is running.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/half.h"

namespace impasto::cuda {

inline constexpr int kArchitecture = 80;  // of the paths that depend on it

namespace shim {

struct Position {
  int thread, block_threads;
  int block[3], grid[3];
};
extern constinit thread_local Position position;  // of the thread that is running

enum class WarpOp : uint8_t { SyncWarp, Shuffle, Matrices, TransposedMatrices, Mma };

void load(Global<const void> from, void* to, uint32_t bytes, bool read_only, Where at);
void store(Global<void> to, const void* from, uint32_t bytes, Where at);
void load(Shared<void> from, void* to, uint32_t bytes, Where at);
void store(Shared<void> to, const void* from, uint32_t bytes, Where at);
uint32_t atomicAdd(Global<uint32_t> to, uint32_t value, Where at);
void copyAsync(Shared<void> to, Global<const void> from, uint32_t bytes, int source_bytes, Where at);
void commitCopies();
void waitCopies(size_t pending, Where at);
void syncBlock(Where at);
void syncGrid(Global<uint32_t> counter, Where at);
void syncWarp(Where at);
uint32_t shuffle(uint32_t value, int from, Where at);
void loadMatrices(uint32_t* result, int count, bool transposed, Shared<void> row, Where at);
void mma(float* sum, const uint32_t* a, const uint32_t* b, Where at);
[[noreturn]] void fail(const std::string& what, Where at);

}  // namespace shim

IMPASTO_DEVICE int thread() { return shim::position.thread; }
IMPASTO_DEVICE int blockThreads() { return shim::position.block_threads; }
IMPASTO_DEVICE int lane() { return shim::position.thread % kWarp; }
IMPASTO_DEVICE int blockX() { return shim::position.block[0]; }
IMPASTO_DEVICE int blockY() { return shim::position.block[1]; }
IMPASTO_DEVICE int blockZ() { return shim::position.block[2]; }
IMPASTO_DEVICE int gridX() { return shim::position.grid[0]; }
IMPASTO_DEVICE int gridY() { return shim::position.grid[1]; }
IMPASTO_DEVICE int gridZ() { return shim::position.grid[2]; }

template <class T>
IMPASTO_DEVICE Shared<T> shared(int bytes) {
  return Shared<T>{static_cast<uint32_t>(bytes)};
}

template <class To, class From>
IMPASTO_DEVICE To bitsAs(From value) {
  return std::bit_cast<To>(value);
}

namespace shim {

template <class T>
inline constexpr bool kMovable = std::is_trivially_copyable_v<T> &&
                                 (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 16);

template <class T>
T load(uint64_t address, bool read_only, Where at) {
  static_assert(kMovable<T>);
  T value;
  load(Global<const void>{address}, &value, sizeof(T), read_only, at);
  return value;
}

}  // namespace shim

template <class T>
IMPASTO_DEVICE T loadGlobal(Global<const T> from, Where at) {
  return shim::load<T>(from.address, false, at);
}
template <class T>
IMPASTO_DEVICE T loadGlobal(Global<T> from, Where at) {
  return shim::load<T>(from.address, false, at);
}
template <class T>
IMPASTO_DEVICE T loadReadOnly(Global<const T> from, Where at) {
  return shim::load<T>(from.address, true, at);
}
template <class T>
IMPASTO_DEVICE T loadReadOnly(Global<T> from, Where at) {
  return shim::load<T>(from.address, true, at);
}
template <class T>
IMPASTO_DEVICE void storeGlobal(Global<T> to, T value, Where at) {
  static_assert(shim::kMovable<T>);
  shim::store(Global<void>{to.address}, &value, sizeof(T), at);
}
template <class T>
IMPASTO_DEVICE T loadShared(Shared<T> from, Where at) {
  static_assert(shim::kMovable<T>);
  T value;
  shim::load(Shared<void>{from.address}, &value, sizeof(T), at);
  return value;
}
template <class T>
IMPASTO_DEVICE void storeShared(Shared<T> to, T value, Where at) {
  static_assert(shim::kMovable<T>);
  shim::store(Shared<void>{to.address}, &value, sizeof(T), at);
}

IMPASTO_DEVICE uint32_t atomicAddGlobal(Global<uint32_t> to, uint32_t value, Where at) {
  return shim::atomicAdd(to, value, at);
}

template <int Bytes, class T, class U>
IMPASTO_DEVICE void copyAsync(Shared<T> to, Global<U> from, int source_bytes, Where at) {
  static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
  shim::copyAsync(Shared<void>{to.address}, Global<const void>{from.address}, Bytes, source_bytes, at);
}
IMPASTO_DEVICE void commitCopies(Where) { shim::commitCopies(); }
template <int Pending>
IMPASTO_DEVICE void waitCopies(Where at) {
  static_assert(Pending >= 0);
  shim::waitCopies(Pending, at);
}

IMPASTO_DEVICE void syncBlock(Where at) { shim::syncBlock(at); }
IMPASTO_DEVICE void syncWarp(Where at) { shim::syncWarp(at); }
IMPASTO_DEVICE void syncGrid(Global<uint32_t> counter, Where at) { shim::syncGrid(counter, at); }

template <class T>
IMPASTO_DEVICE T shuffleXor(T value, int mask, Where at) {
  return bitsAs<T>(shim::shuffle(bitsAs<uint32_t>(value), lane() ^ mask, at));
}
template <class T>
IMPASTO_DEVICE T shuffleDown(T value, int delta, Where at) {
  return bitsAs<T>(shim::shuffle(bitsAs<uint32_t>(value), lane() + delta < kWarp ? lane() + delta : lane(), at));
}
template <class T>
IMPASTO_DEVICE T shuffleIndex(T value, int from, Where at) {
  return bitsAs<T>(shim::shuffle(bitsAs<uint32_t>(value), from, at));
}

template <int Count, class T>
IMPASTO_DEVICE void loadMatrices(uint32_t (&result)[Count], Shared<T> row, Where at) {
  static_assert(Count == 1 || Count == 2 || Count == 4);
  shim::loadMatrices(result, Count, false, Shared<void>{row.address}, at);
}
template <int Count, class T>
IMPASTO_DEVICE void loadMatricesTransposed(uint32_t (&result)[Count], Shared<T> row, Where at) {
  static_assert(Count == 1 || Count == 2 || Count == 4);
  shim::loadMatrices(result, Count, true, Shared<void>{row.address}, at);
}
IMPASTO_DEVICE void mma(FragmentC& sum, const FragmentA& a, const FragmentB& b, Where at) {
  shim::mma(sum.value, a.half2, b.half2, at);
}

IMPASTO_DEVICE float minimum(float a, float b) { return std::fmin(a, b); }
IMPASTO_DEVICE float maximum(float a, float b) { return std::fmax(a, b); }
IMPASTO_DEVICE int minimum(int a, int b) { return std::min(a, b); }
IMPASTO_DEVICE int maximum(int a, int b) { return std::max(a, b); }
IMPASTO_DEVICE float fusedMultiplyAdd(float a, float b, float c) { return std::fma(a, b, c); }
IMPASTO_DEVICE float exponential(float x) { return std::exp(x); }
IMPASTO_DEVICE float divide(float a, float b) { return a / b; }

IMPASTO_DEVICE float toFloat(Half value) { return floatFromHalf(value.bits); }
IMPASTO_DEVICE Float2 toFloat2(Half2 value) {
  return {floatFromHalf(static_cast<uint16_t>(value.bits)), floatFromHalf(static_cast<uint16_t>(value.bits >> 16))};
}
IMPASTO_DEVICE Half toHalf(float value) {
  return Half{halfFromFloat(maximum(minimum(value, kLargestHalf), -kLargestHalf))};
}
IMPASTO_DEVICE Half2 toHalf2(float low, float high) {
  return Half2{toHalf(low).bits | static_cast<uint32_t>(toHalf(high).bits) << 16};
}
// fp32 has more than twice the bits of fp16 and two: to round twice is to round once (Figueroa 1995).
IMPASTO_DEVICE Half2 addHalf2(Half2 a, Half2 b) {
  const Float2 x = toFloat2(a), y = toFloat2(b);
  return toHalf2(x.x + y.x, x.y + y.y);
}
IMPASTO_DEVICE Half2 multiplyHalf2(Half2 a, Half2 b) {
  const Float2 x = toFloat2(a), y = toFloat2(b);
  return toHalf2(x.x * y.x, x.y * y.y);
}
IMPASTO_DEVICE Half2 maximumHalf2(Half2 a, Half2 b) {
  const Float2 x = toFloat2(a), y = toFloat2(b);
  return toHalf2(maximum(x.x, y.x), maximum(x.y, y.y));
}
IMPASTO_DEVICE Half2 minimumHalf2(Half2 a, Half2 b) {
  const Float2 x = toFloat2(a), y = toFloat2(b);
  return toHalf2(minimum(x.x, y.x), minimum(x.y, y.y));
}

IMPASTO_DEVICE void require(bool condition, Where at) {
  if (!condition) shim::fail("what it requires is not so", at);
}

}  // namespace impasto::cuda
