#include <algorithm>
#include <chrono>
#include <cstring>
#include <functional>
#include <thread>
#include <vector>

#include "peak.h"

namespace impasto::app {
namespace {

constexpr size_t kDepth = 512, kTileRows = 6, kTileVectors = 2, kRepeats = 5;
constexpr size_t kRowTiles = 64, kColumnTiles = 32;
constexpr size_t kCopyBytes = size_t{256} << 20;

template <size_t kFloats>
struct VectorOf {
  typedef float Type __attribute__((vector_size(kFloats * sizeof(float)), aligned(sizeof(float))));
};

// C (6 rows x 2 vectors) = A (by depth, 6 values each) * B (by depth, 2 vectors each): what is left of a matrix
// multiplication once its matrices are packed for the caches.
template <size_t kFloats>
[[gnu::always_inline]] inline void multiplyTile(const float* a, const float* b, float* c) {
  using Vector = typename VectorOf<kFloats>::Type;
  Vector sums[kTileRows][kTileVectors] = {};
  for (size_t k = 0; k < kDepth; ++k, a += kTileRows, b += kTileVectors * kFloats) {
    const Vector b0 = *reinterpret_cast<const Vector*>(b), b1 = *reinterpret_cast<const Vector*>(b + kFloats);
#pragma GCC unroll 6
    for (size_t i = 0; i < kTileRows; ++i) {
      sums[i][0] += a[i] * b0;
      sums[i][1] += a[i] * b1;
    }
  }
  std::memcpy(c, sums, sizeof sums);
}

using Multiply = void (*)(const float*, const float*, float*);

#if defined(__x86_64__)
[[gnu::target("avx512f")]] void multiplyAvx512(const float* a, const float* b, float* c) { multiplyTile<16>(a, b, c); }
[[gnu::target("avx2,fma")]] void multiplyAvx2(const float* a, const float* b, float* c) { multiplyTile<8>(a, b, c); }
#endif
void multiplyPlain(const float* a, const float* b, float* c) { multiplyTile<4>(a, b, c); }

struct Variant {
  Multiply multiply;
  size_t floats;  // of a vector
  const char* name;
};

Variant bestVariant() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return {multiplyAvx512, 16, "AVX-512"};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {multiplyAvx2, 8, "AVX2"};
#endif
  return {multiplyPlain, 4, "128-bit vectors"};
}

// Seconds of the quickest of several runs of body(thread) on all threads at once.
double quickest(size_t threads, const std::function<void(size_t)>& body) {
  double least = 1e9;
  for (size_t repeat = 0; repeat < kRepeats; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    {
      std::vector<std::jthread> others;
      for (size_t thread = 1; thread < threads; ++thread) others.emplace_back(body, thread);
      body(0);
    }
    least = std::min(least, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return least;
}

}  // namespace

Peak measureHostPeak() {
  const size_t threads = std::max(1u, std::thread::hardware_concurrency());
  const Variant variant = bestVariant();
  const size_t columns = kTileVectors * variant.floats;
  struct Matrices {
    std::vector<float> a, b, c;
  };
  std::vector<Matrices> matrices(threads);
  for (Matrices& m : matrices) {
    m.a.assign(kRowTiles * kTileRows * kDepth, 0.5f);
    m.b.assign(kColumnTiles * columns * kDepth, 0.25f);
    m.c.assign(kRowTiles * kTileRows * kColumnTiles * columns, 0.0f);
  }
  const double multiply_seconds = quickest(threads, [&](size_t thread) {
    Matrices& m = matrices[thread];
    float* c = m.c.data();
    for (size_t j = 0; j < kColumnTiles; ++j) {
      for (size_t i = 0; i < kRowTiles; ++i, c += kTileRows * columns) {
        variant.multiply(&m.a[i * kTileRows * kDepth], &m.b[j * columns * kDepth], c);
      }
    }
  });
  const size_t each = kCopyBytes / threads;
  std::vector<std::vector<char>> from(threads), to(threads);
  for (size_t thread = 0; thread < threads; ++thread) {
    from[thread].assign(each, 1);
    to[thread].assign(each, 2);
  }
  const double copy_seconds =
      quickest(threads, [&](size_t thread) { std::memcpy(to[thread].data(), from[thread].data(), each); });

  Peak peak;
  const double tiles = static_cast<double>(threads * kRowTiles * kColumnTiles);
  peak.multiply_adds_per_second =
      tiles * static_cast<double>(kTileRows * columns * kDepth) / multiply_seconds;
  peak.bytes_per_second = 2.0 * static_cast<double>(each * threads) / copy_seconds;
  peak.how = "fp32 matrix multiplication (" + std::string(variant.name) + ") and memcpy on " + std::to_string(threads) +
             (threads == 1 ? " core" : " cores");
  return peak;
}

}  // namespace impasto::app
