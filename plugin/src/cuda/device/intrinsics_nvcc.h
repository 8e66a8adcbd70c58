// intrinsics.h for GPUs. All memory is reached by instructions of its own space, so that nothing depends on what the
// compiler finds out about an address; loads and stores are volatile to the front end, which keeps them in order
// between barriers, and ptxas schedules them as it likes.
#pragma once

namespace impasto::cuda {

#if defined(__CUDA_ARCH__)
inline constexpr int kArchitecture = __CUDA_ARCH__ / 10;  // 75, 80, ...
#else
inline constexpr int kArchitecture = 0;  // the host's side of a .cu file, which holds no code
#endif

extern __shared__ __align__(128) unsigned char impasto_shared[];

IMPASTO_DEVICE int thread() { return static_cast<int>(threadIdx.x); }
IMPASTO_DEVICE int blockThreads() { return static_cast<int>(blockDim.x); }
IMPASTO_DEVICE int lane() { return static_cast<int>(threadIdx.x % 32u); }
IMPASTO_DEVICE int blockX() { return static_cast<int>(blockIdx.x); }
IMPASTO_DEVICE int blockY() { return static_cast<int>(blockIdx.y); }
IMPASTO_DEVICE int blockZ() { return static_cast<int>(blockIdx.z); }
IMPASTO_DEVICE int gridX() { return static_cast<int>(gridDim.x); }
IMPASTO_DEVICE int gridY() { return static_cast<int>(gridDim.y); }
IMPASTO_DEVICE int gridZ() { return static_cast<int>(gridDim.z); }

template <class T>
IMPASTO_DEVICE Shared<T> shared(int bytes) {
  return Shared<T>{static_cast<uint32_t>(__cvta_generic_to_shared(impasto_shared)) + static_cast<uint32_t>(bytes)};
}

template <class To, class From>
IMPASTO_DEVICE To bitsAs(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  memcpy(&result, &value, sizeof(To));
  return result;
}

namespace detail {

template <class T>
inline constexpr bool kMovable = std::is_trivially_copyable<T>::value &&
                                 (sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 16);

template <int Bytes>
struct Access;

template <>
struct Access<2> {
  using Value = uint16_t;
  static IMPASTO_DEVICE Value loadGlobal(uint64_t at) {
    Value v;
    asm volatile("ld.global.u16 %0, [%1];" : "=h"(v) : "l"(at));
    return v;
  }
  static IMPASTO_DEVICE Value loadReadOnly(uint64_t at) { return __ldg(reinterpret_cast<const unsigned short*>(at)); }
  static IMPASTO_DEVICE void storeGlobal(uint64_t at, Value v) {
    asm volatile("st.global.u16 [%0], %1;" ::"l"(at), "h"(v));
  }
  static IMPASTO_DEVICE Value loadShared(uint32_t at) {
    Value v;
    asm volatile("ld.shared.u16 %0, [%1];" : "=h"(v) : "r"(at));
    return v;
  }
  static IMPASTO_DEVICE void storeShared(uint32_t at, Value v) {
    asm volatile("st.shared.u16 [%0], %1;" ::"r"(at), "h"(v));
  }
};

template <>
struct Access<4> {
  using Value = uint32_t;
  static IMPASTO_DEVICE Value loadGlobal(uint64_t at) {
    Value v;
    asm volatile("ld.global.u32 %0, [%1];" : "=r"(v) : "l"(at));
    return v;
  }
  static IMPASTO_DEVICE Value loadReadOnly(uint64_t at) { return __ldg(reinterpret_cast<const unsigned*>(at)); }
  static IMPASTO_DEVICE void storeGlobal(uint64_t at, Value v) {
    asm volatile("st.global.u32 [%0], %1;" ::"l"(at), "r"(v));
  }
  static IMPASTO_DEVICE Value loadShared(uint32_t at) {
    Value v;
    asm volatile("ld.shared.u32 %0, [%1];" : "=r"(v) : "r"(at));
    return v;
  }
  static IMPASTO_DEVICE void storeShared(uint32_t at, Value v) {
    asm volatile("st.shared.u32 [%0], %1;" ::"r"(at), "r"(v));
  }
};

template <>
struct Access<8> {
  using Value = uint2;
  static IMPASTO_DEVICE Value loadGlobal(uint64_t at) {
    Value v;
    asm volatile("ld.global.v2.u32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "l"(at));
    return v;
  }
  static IMPASTO_DEVICE Value loadReadOnly(uint64_t at) { return __ldg(reinterpret_cast<const uint2*>(at)); }
  static IMPASTO_DEVICE void storeGlobal(uint64_t at, Value v) {
    asm volatile("st.global.v2.u32 [%0], {%1, %2};" ::"l"(at), "r"(v.x), "r"(v.y));
  }
  static IMPASTO_DEVICE Value loadShared(uint32_t at) {
    Value v;
    asm volatile("ld.shared.v2.u32 {%0, %1}, [%2];" : "=r"(v.x), "=r"(v.y) : "r"(at));
    return v;
  }
  static IMPASTO_DEVICE void storeShared(uint32_t at, Value v) {
    asm volatile("st.shared.v2.u32 [%0], {%1, %2};" ::"r"(at), "r"(v.x), "r"(v.y));
  }
};

template <>
struct Access<16> {
  using Value = uint4;
  static IMPASTO_DEVICE Value loadGlobal(uint64_t at) {
    Value v;
    asm volatile("ld.global.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(at));
    return v;
  }
  static IMPASTO_DEVICE Value loadReadOnly(uint64_t at) { return __ldg(reinterpret_cast<const uint4*>(at)); }
  static IMPASTO_DEVICE void storeGlobal(uint64_t at, Value v) {
    asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(at), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w));
  }
  static IMPASTO_DEVICE Value loadShared(uint32_t at) {
    Value v;
    asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "r"(at));
    return v;
  }
  static IMPASTO_DEVICE void storeShared(uint32_t at, Value v) {
    asm volatile("st.shared.v4.u32 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w));
  }
};

template <class T>
using AccessOf = Access<static_cast<int>(sizeof(T))>;

}  // namespace detail

template <class T>
IMPASTO_DEVICE T loadGlobal(Global<const T> from) {
  static_assert(detail::kMovable<T>);
  return bitsAs<T>(detail::AccessOf<T>::loadGlobal(from.address));
}
template <class T>
IMPASTO_DEVICE T loadGlobal(Global<T> from) {
  return loadGlobal(Global<const T>{from.address});
}
template <class T>
IMPASTO_DEVICE T loadReadOnly(Global<const T> from) {
  static_assert(detail::kMovable<T>);
  return bitsAs<T>(detail::AccessOf<T>::loadReadOnly(from.address));
}
template <class T>
IMPASTO_DEVICE T loadReadOnly(Global<T> from) {
  return loadReadOnly(Global<const T>{from.address});
}
template <class T>
IMPASTO_DEVICE void storeGlobal(Global<T> to, T value) {
  static_assert(detail::kMovable<T>);
  detail::AccessOf<T>::storeGlobal(to.address, bitsAs<typename detail::AccessOf<T>::Value>(value));
}
template <class T>
IMPASTO_DEVICE T loadShared(Shared<T> from) {
  static_assert(detail::kMovable<T>);
  return bitsAs<T>(detail::AccessOf<T>::loadShared(from.address));
}
template <class T>
IMPASTO_DEVICE void storeShared(Shared<T> to, T value) {
  static_assert(detail::kMovable<T>);
  detail::AccessOf<T>::storeShared(to.address, bitsAs<typename detail::AccessOf<T>::Value>(value));
}

IMPASTO_DEVICE uint32_t atomicAddGlobal(Global<uint32_t> to, uint32_t value) {
  uint32_t before;
  asm volatile("atom.relaxed.gpu.global.add.u32 %0, [%1], %2;" : "=r"(before) : "l"(to.address), "r"(value) : "memory");
  return before;
}

template <int Bytes, class T, class U>
IMPASTO_DEVICE void copyAsync(Shared<T> to, Global<U> from, int source_bytes) {
  static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
#if __CUDA_ARCH__ >= 800
  if constexpr (Bytes == 16) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to.address), "l"(from.address), "r"(source_bytes)
                 : "memory");
  } else {
    asm volatile("cp.async.ca.shared.global [%0], [%1], %2, %3;" ::"r"(to.address), "l"(from.address), "n"(Bytes),
                 "r"(source_bytes)
                 : "memory");
  }
#else
  using Access = detail::Access<Bytes>;
  if (source_bytes == Bytes) {
    Access::storeShared(to.address, Access::loadGlobal(from.address));
  } else {
    for (int i = 0; i < Bytes; i += 4) {
      const uint32_t word = i < source_bytes ? detail::Access<4>::loadGlobal(from.address + i) : 0u;
      detail::Access<4>::storeShared(to.address + i, word);
    }
  }
#endif
}

IMPASTO_DEVICE void commitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.commit_group;" ::: "memory");
#endif
}

template <int Pending>
IMPASTO_DEVICE void waitCopies() {
#if __CUDA_ARCH__ >= 800
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
#endif
}

IMPASTO_DEVICE void syncBlock() { __syncthreads(); }
IMPASTO_DEVICE void syncWarp() { __syncwarp(); }

// Every block adds 1 and the first one as much as brings the sum to 2^31, so that the top bit turns over when all have
// arrived, and turns back at the next barrier: nothing has to be cleared.
IMPASTO_DEVICE void syncGrid(Global<uint32_t> counter) {
  __syncthreads();
  if (threadIdx.x == 0) {
    const uint32_t blocks = gridDim.x * gridDim.y * gridDim.z;
    const bool first = blockIdx.x == 0 && blockIdx.y == 0 && blockIdx.z == 0;
    const uint32_t step = first ? 0x80000000u - (blocks - 1) : 1u;
    __threadfence();
    uint32_t before, now;
    asm volatile("atom.acq_rel.gpu.global.add.u32 %0, [%1], %2;"
                 : "=r"(before)
                 : "l"(counter.address), "r"(step)
                 : "memory");
    do {
      asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(now) : "l"(counter.address) : "memory");
    } while (((before ^ now) & 0x80000000u) == 0);
    __threadfence();
  }
  __syncthreads();
}

template <class T>
IMPASTO_DEVICE T shuffleXor(T value, int mask) {
  return bitsAs<T>(__shfl_xor_sync(0xFFFFFFFFu, bitsAs<uint32_t>(value), mask));
}
template <class T>
IMPASTO_DEVICE T shuffleDown(T value, int delta) {
  return bitsAs<T>(__shfl_down_sync(0xFFFFFFFFu, bitsAs<uint32_t>(value), static_cast<unsigned>(delta)));
}
template <class T>
IMPASTO_DEVICE T shuffleIndex(T value, int from) {
  return bitsAs<T>(__shfl_sync(0xFFFFFFFFu, bitsAs<uint32_t>(value), from));
}

template <int Count, class T>
IMPASTO_DEVICE void loadMatrices(uint32_t (&result)[Count], Shared<T> row) {
  static_assert(Count == 1 || Count == 2 || Count == 4);
  if constexpr (Count == 1) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(result[0]) : "r"(row.address));
  } else if constexpr (Count == 2) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.shared.b16 {%0, %1}, [%2];"
                 : "=r"(result[0]), "=r"(result[1])
                 : "r"(row.address));
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(result[0]), "=r"(result[1]), "=r"(result[2]), "=r"(result[3])
                 : "r"(row.address));
  }
}
template <int Count, class T>
IMPASTO_DEVICE void loadMatricesTransposed(uint32_t (&result)[Count], Shared<T> row) {
  static_assert(Count == 1 || Count == 2 || Count == 4);
  if constexpr (Count == 1) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x1.trans.shared.b16 {%0}, [%1];" : "=r"(result[0]) : "r"(row.address));
  } else if constexpr (Count == 2) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x2.trans.shared.b16 {%0, %1}, [%2];"
                 : "=r"(result[0]), "=r"(result[1])
                 : "r"(row.address));
  } else {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(result[0]), "=r"(result[1]), "=r"(result[2]), "=r"(result[3])
                 : "r"(row.address));
  }
}

IMPASTO_DEVICE void mma(FragmentC& sum, const FragmentA& a, const FragmentB& b) {
  float(&d)[4] = sum.value;
#if __CUDA_ARCH__ >= 800
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a.half2[0]), "r"(a.half2[1]), "r"(a.half2[2]), "r"(a.half2[3]), "r"(b.half2[0]), "r"(b.half2[1]));
#else
  for (int k = 0; k < 2; ++k) {
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5}, {%6}, {%0, %1, %2, %3};"
                 : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
                 : "r"(a.half2[2 * k]), "r"(a.half2[2 * k + 1]), "r"(b.half2[k]));
  }
#endif
}

IMPASTO_DEVICE float toFloat(Half value) {
  float result;
  asm("cvt.f32.f16 %0, %1;" : "=f"(result) : "h"(value.bits));
  return result;
}
IMPASTO_DEVICE Float2 toFloat2(Half2 value) {
  return {toFloat(Half{static_cast<uint16_t>(value.bits)}), toFloat(Half{static_cast<uint16_t>(value.bits >> 16)})};
}
IMPASTO_DEVICE Half toHalf(float value) {
  uint16_t bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(fmaxf(fminf(value, kLargestHalf), -kLargestHalf)));
  return Half{bits};
}
IMPASTO_DEVICE Half2 toHalf2(float low, float high) {
#if __CUDA_ARCH__ >= 800
  uint32_t bits;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;"
      : "=r"(bits)
      : "f"(fmaxf(fminf(high, kLargestHalf), -kLargestHalf)), "f"(fmaxf(fminf(low, kLargestHalf), -kLargestHalf)));
  return Half2{bits};
#else
  return Half2{toHalf(low).bits | static_cast<uint32_t>(toHalf(high).bits) << 16};
#endif
}

namespace detail {
inline constexpr uint32_t kLargestHalf2 = 0x7BFF7BFFu, kSign2 = 0x80008000u;
}

IMPASTO_DEVICE Half2 maximumHalf2(Half2 a, Half2 b) {
#if __CUDA_ARCH__ >= 800
  asm("max.f16x2 %0, %0, %1;" : "+r"(a.bits) : "r"(b.bits));
  return a;
#else
  const Float2 x = toFloat2(a), y = toFloat2(b);
  return toHalf2(fmaxf(x.x, y.x), fmaxf(x.y, y.y));
#endif
}
IMPASTO_DEVICE Half2 minimumHalf2(Half2 a, Half2 b) {
#if __CUDA_ARCH__ >= 800
  asm("min.f16x2 %0, %0, %1;" : "+r"(a.bits) : "r"(b.bits));
  return a;
#else
  const Float2 x = toFloat2(a), y = toFloat2(b);
  return toHalf2(fminf(x.x, y.x), fminf(x.y, y.y));
#endif
}
IMPASTO_DEVICE Half2 saturateHalf2(Half2 value) {
  using namespace detail;
  return maximumHalf2(minimumHalf2(value, Half2{kLargestHalf2}), Half2{kLargestHalf2 | kSign2});
}
IMPASTO_DEVICE Half2 addHalf2(Half2 a, Half2 b) {
  asm("add.rn.f16x2 %0, %0, %1;" : "+r"(a.bits) : "r"(b.bits));
  return saturateHalf2(a);
}
IMPASTO_DEVICE Half2 multiplyHalf2(Half2 a, Half2 b) {
  asm("mul.rn.f16x2 %0, %0, %1;" : "+r"(a.bits) : "r"(b.bits));
  return saturateHalf2(a);
}

IMPASTO_DEVICE float minimum(float a, float b) { return fminf(a, b); }
IMPASTO_DEVICE float maximum(float a, float b) { return fmaxf(a, b); }
IMPASTO_DEVICE int minimum(int a, int b) { return a < b ? a : b; }
IMPASTO_DEVICE int maximum(int a, int b) { return a > b ? a : b; }
IMPASTO_DEVICE float fusedMultiplyAdd(float a, float b, float c) { return fmaf(a, b, c); }
IMPASTO_DEVICE float exponential(float x) { return __expf(x); }
IMPASTO_DEVICE float divide(float a, float b) { return __fdividef(a, b); }

IMPASTO_DEVICE void require(bool) {}

}  // namespace impasto::cuda
