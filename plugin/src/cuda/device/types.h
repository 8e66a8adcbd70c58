// What device code and the code that launches it share: values as they lie in memory, and addresses of memory. Plain
// data of one layout everywhere: a kernel's parameters are one struct of it, which the launching code fills in.
// Needs neither CUDA's headers nor the intrinsics.
#pragma once

#include <cstdint>
#include <type_traits>

#if defined(__CUDACC__)
#define IMPASTO_BOTH __host__ __device__ __forceinline__
#else
#define IMPASTO_BOTH inline
#endif

namespace impasto::cuda {

struct Half {  // IEEE 754 binary16
  uint16_t bits;
};

struct alignas(4) Half2 {  // `low` bits are the first of the two in memory
  uint32_t bits;
};

struct Float2 {
  float x, y;
};

struct alignas(8) Words2 {
  uint32_t word[2];
};

struct alignas(16) Words4 {  // what one thread moves at best in one instruction: eight halves
  uint32_t word[4];
};

// An address in global memory. Only the loads, stores, copies and atomics of intrinsics.h follow it, and where kernels
// run on a CPU these check every access. Nothing may be assumed about the 64 bits where they don't come from `of`.
template <class T>
struct Global {
  uint64_t address;

  static IMPASTO_BOTH Global of(uint64_t address) { return Global{address}; }

  template <class Index>
  IMPASTO_BOTH Global operator+(Index elements) const {
    return Global{address + static_cast<uint64_t>(static_cast<int64_t>(elements) * static_cast<int64_t>(sizeof(T)))};
  }
  template <class U>
  IMPASTO_BOTH Global<U> as() const {  // the same address; alignment is checked where it is used
    return Global<U>{address};
  }
  template <class U = T, class = std::enable_if_t<!std::is_const_v<U>>>
  IMPASTO_BOTH operator Global<const U>() const {
    return Global<const U>{address};
  }
  IMPASTO_BOTH explicit operator bool() const { return address != 0; }
};

// An address in the block's shared memory: bytes from the beginning of the shared window. Likewise.
template <class T>
struct Shared {
  uint32_t address;

  IMPASTO_BOTH Shared operator+(int elements) const {
    return Shared{address + static_cast<uint32_t>(elements * static_cast<int>(sizeof(T)))};
  }
  template <class U>
  IMPASTO_BOTH Shared<U> as() const {
    return Shared<U>{address};
  }
};

// Fragments of mma(), one thread's part; see there.
struct FragmentA {
  uint32_t half2[4];
};
struct FragmentB {
  uint32_t half2[2];
};
struct FragmentC {
  float value[4];
};

inline constexpr int kWarp = 32;  // threads
inline constexpr float kLargestHalf = 65504.0f;

}  // namespace impasto::cuda
