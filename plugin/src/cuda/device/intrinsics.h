// All that device code may use besides plain C++: one set of functions with two implementations. nvcc takes
// intrinsics_nvcc.h, PTX for compute capability 7.5 and later; a host compiler takes <cuda_shim/intrinsics_host.h>,
// with which the tests run the same kernels on a CPU and check what a GPU would let pass (tests/support/cuda_shim,
// docs/cuda.md). What is said here holds in both; where PTX leaves something open, both may differ.
//
// A kernel is a function of one struct of plain data (types.h), for blocks of at most `threads` threads in x, a
// multiple of 32, of which at least `blocks` should fit on a multiprocessor:
//
//   IMPASTO_KERNEL(blend, BlendParams, 256, 4) {
//     const int i = blockX() * blockThreads() + thread();
//     ...loadGlobal(params.paint + i)...
//   }
//
// Outside namespaces it is known by that name: to nvcc an extern "C" __global__ function in the cubin, to the shim an
// entry of its table. Device functions are marked IMPASTO_DEVICE. No recursion, no function pointers, no statics, no
// memory but locals, shared() and what Global addresses; arrays are indexed by what the compiler knows
// (IMPASTO_UNROLL), or they cost local memory, which the test of the resource table refuses where it is a spill.
#pragma once

#include "cuda/device/types.h"

// IMPASTO_AT: where a call stands, for the shim's messages; nothing to nvcc.
#if defined(__CUDACC__)
#define IMPASTO_DEVICE __device__ __forceinline__
#define IMPASTO_UNROLL _Pragma("unroll")
#define IMPASTO_NO_UNROLL _Pragma("unroll 1")
#define IMPASTO_AT
#define IMPASTO_ONLY_AT
#define IMPASTO_KERNEL(name, Params, threads, blocks) \
  extern "C" __global__ void __launch_bounds__(threads, blocks) name(const __grid_constant__ Params params)
#else
#include <cuda_shim/where.h>
#define IMPASTO_DEVICE inline
#define IMPASTO_UNROLL
#define IMPASTO_NO_UNROLL
#define IMPASTO_AT , ::impasto::cuda::Where at = ::impasto::cuda::Where::current()
#define IMPASTO_ONLY_AT ::impasto::cuda::Where at = ::impasto::cuda::Where::current()
#define IMPASTO_KERNEL(name, Params, threads, blocks)                                                                 \
  static void name##OnHost(const Params& params);                                                                     \
  static const ::impasto::cuda::shim::Registered name##Registered(                                                    \
      #name, {threads, sizeof(Params), [](const void* bytes) { name##OnHost(*static_cast<const Params*>(bytes)); }}); \
  static void name##OnHost([[maybe_unused]] const Params& params)
#endif

namespace impasto::cuda {

// --- Who and where. Blocks are one-dimensional, grids three-dimensional.

IMPASTO_DEVICE int thread();  // in the block
IMPASTO_DEVICE int blockThreads();
IMPASTO_DEVICE int lane();  // thread() % 32
IMPASTO_DEVICE int blockX();
IMPASTO_DEVICE int blockY();
IMPASTO_DEVICE int blockZ();
IMPASTO_DEVICE int gridX();
IMPASTO_DEVICE int gridY();
IMPASTO_DEVICE int gridZ();

// The block's dynamic shared memory, `bytes` from its beginning, which is aligned to 128 bytes; its size is stated when
// the kernel is launched. It holds nothing at the start.
template <class T>
IMPASTO_DEVICE Shared<T> shared(int bytes = 0);

// --- Loads and stores. T is plain data of 2, 4, 8 or 16 bytes, aligned to its size, moved by one instruction.

// Sees what this thread wrote, what the block wrote before its last syncBlock(), the grid before its last syncGrid(),
// and all earlier kernels.
template <class T>
IMPASTO_DEVICE T loadGlobal(Global<const T> from IMPASTO_AT);
template <class T>
IMPASTO_DEVICE T loadGlobal(Global<T> from IMPASTO_AT);

// Of memory that nothing writes while this kernel runs: may come from a cache that sees no writes (ld.global.nc).
template <class T>
IMPASTO_DEVICE T loadReadOnly(Global<const T> from IMPASTO_AT);
template <class T>
IMPASTO_DEVICE T loadReadOnly(Global<T> from IMPASTO_AT);

template <class T>
IMPASTO_DEVICE void storeGlobal(Global<T> to, T value IMPASTO_AT);

template <class T>
IMPASTO_DEVICE T loadShared(Shared<T> from IMPASTO_AT);
template <class T>
IMPASTO_DEVICE void storeShared(Shared<T> to, T value IMPASTO_AT);

// Returns what was there before. Relaxed: orders nothing else.
IMPASTO_DEVICE uint32_t atomicAddGlobal(Global<uint32_t> to, uint32_t value IMPASTO_AT);

// --- Asynchronous copies (cp.async; on 7.5 plain loads and stores).

// Begins to copy Bytes (4, 8 or 16) from global to shared memory, both aligned to Bytes. The first `source_bytes` of
// them (a multiple of 4) are copied, the rest becomes zero; with 0 nothing is read, and `from` may be anything aligned.
// Global memory is read through L2 alone where Bytes is 16. Until a wait, by this thread, for the group that the copy
// is in, the destination holds neither old nor new values: nobody may touch it. After the wait this thread sees it,
// after the next syncBlock() the others.
template <int Bytes, class T, class U>
IMPASTO_DEVICE void copyAsync(Shared<T> to, Global<U> from, int source_bytes = Bytes IMPASTO_AT);

// All copies of this thread since the last commit become one group, which may be empty.
IMPASTO_DEVICE void commitCopies(IMPASTO_ONLY_AT);

// Waits until at most `Pending` of this thread's groups, the youngest, are under way. All must have been waited for
// when the thread ends.
template <int Pending>
IMPASTO_DEVICE void waitCopies(IMPASTO_ONLY_AT);

// --- Barriers. Reached by all threads of the block (warp, grid) at the same place in the code.

IMPASTO_DEVICE void syncBlock(IMPASTO_ONLY_AT);
IMPASTO_DEVICE void syncWarp(IMPASTO_ONLY_AT);

// All blocks of a kernel that was launched cooperatively, so that all of them run at once. `counter` is a word of
// global memory for this purpose alone, 0 before the first launch, left usable by each.
IMPASTO_DEVICE void syncGrid(Global<uint32_t> counter IMPASTO_AT);

// --- A warp together: all 32 threads, at the same place in the code. None of these orders memory.

// T has 4 bytes. The value of lane (lane() ^ mask); of lane() + delta, or the thread's own beyond the last; of lane
// `from`.
template <class T>
IMPASTO_DEVICE T shuffleXor(T value, int mask IMPASTO_AT);
template <class T>
IMPASTO_DEVICE T shuffleDown(T value, int delta IMPASTO_AT);
template <class T>
IMPASTO_DEVICE T shuffleIndex(T value, int from IMPASTO_AT);

// ldmatrix: Count (1, 2 or 4) matrices of 8 x 8 halves. Lane 8 * m + r gives the address of row r of matrix m: 16
// bytes, aligned to 16; where Count is less than 4 the other lanes give valid addresses, too. Lane l gets of matrix m
// in result[m] the halves (row l / 4, columns 2 * (l % 4) and the next); transposed: (rows 2 * (l % 4) and the next,
// column l / 4). The first is in the low bits.
template <int Count, class T>
IMPASTO_DEVICE void loadMatrices(uint32_t (&result)[Count], Shared<T> row IMPASTO_AT);
template <int Count, class T>
IMPASTO_DEVICE void loadMatricesTransposed(uint32_t (&result)[Count], Shared<T> row IMPASTO_AT);

// sum += A * B, A 16 x 16 and B 16 x 8 in fp16, sum 16 x 8 in fp32 (mma.m16n8k16; on 7.5 two of m16n8k8). With
// g = lane() / 4 and t = lane() % 4 a thread holds
//   A: half2[0] (g, 2t) (g, 2t + 1)    half2[1] (g + 8, 2t) ...    half2[2] (g, 2t + 8) ...    half2[3] (g + 8, 2t + 8)
//   ... B: half2[0] (2t, g) (2t + 1, g)    half2[1] (2t + 8, g) (2t + 9, g) sum: value[0] (g, 2t)    value[1] (g, 2t +
//   1)    value[2] (g + 8, 2t)    value[3] (g + 8, 2t + 1)
// as (row, column). So A from rows of shared memory is one loadMatrices of (rows 0-7, k 0-7), (8-15, 0-7), (0-7, 8-15),
// (8-15, 8-15), and B from rows of k one loadMatrices with rows n, or one loadMatricesTransposed with rows k.
// Products are exact. They are added in an order and with a rounding that PTX leaves open ("at least single
// precision"); GPUs are known to cut off instead of rounding, at 2^-23 of the largest term or less (Fasi et al. 2021,
// Numerical behavior of NVIDIA tensor cores), so a bound takes 2^-23 for each addition. Subnormals count; infinities
// and NaN go through as in fp32.
IMPASTO_DEVICE void mma(FragmentC& sum, const FragmentA& a, const FragmentB& b IMPASTO_AT);

// --- Arithmetic. Plain float operators may be contracted into fused multiply-adds by either compiler.

IMPASTO_DEVICE float toFloat(Half value);     // exact
IMPASTO_DEVICE Float2 toFloat2(Half2 value);  // exact; x is the low half
// To nearest, ties to even; beyond +-65504 saturated, infinities too. NaN becomes 65504 or -65504.
IMPASTO_DEVICE Half toHalf(float value);
IMPASTO_DEVICE Half2 toHalf2(float low, float high);
// Pairs in fp16, each result rounded to nearest and saturated at +-65504. NaN as toHalf().
IMPASTO_DEVICE Half2 addHalf2(Half2 a, Half2 b);
IMPASTO_DEVICE Half2 multiplyHalf2(Half2 a, Half2 b);
IMPASTO_DEVICE Half2 maximumHalf2(Half2 a, Half2 b);
IMPASTO_DEVICE Half2 minimumHalf2(Half2 a, Half2 b);

// The other one where one is NaN.
IMPASTO_DEVICE float minimum(float a, float b);
IMPASTO_DEVICE float maximum(float a, float b);
IMPASTO_DEVICE int minimum(int a, int b);
IMPASTO_DEVICE int maximum(int a, int b);
IMPASTO_DEVICE float fusedMultiplyAdd(float a, float b, float c);  // rounded once
IMPASTO_DEVICE float exponential(float x);                         // e^x within 3 + 2 |x| ULP
IMPASTO_DEVICE float divide(float a, float b);  // within 2.5 ULP where 2^-126 <= |b| <= 2^126; 0 for larger b

// Bits as another type of the same size.
template <class To, class From>
IMPASTO_DEVICE To bitsAs(From value);

// What the launching code must have made true. Fails on a CPU, is nothing on a GPU.
IMPASTO_DEVICE void require(bool condition IMPASTO_AT);

}  // namespace impasto::cuda

#if defined(__CUDACC__)
#include "cuda/device/intrinsics_nvcc.h"
#else
#include <cuda_shim/intrinsics_host.h>
#endif
