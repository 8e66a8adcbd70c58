// The noise of generator graphs, as C++ that nvcc compiles for GPUs, too.
#pragma once

#include <cstdint>

#if defined(__CUDACC__)
#define IMPASTO_NOISE __host__ __device__
#else
#define IMPASTO_NOISE
#endif

namespace impasto {

// Noise: uniform in [-1, 1), a function of the texel and nothing else; x and y count texels of the noise tensor from
// the frame's top-left corner. The same integer arithmetic everywhere (PCG hash, Jarzynski and Olano 2020).
IMPASTO_NOISE inline uint32_t pcgHash(uint32_t value) noexcept {
  const uint32_t state = value * 747796405u + 2891336453u;
  const uint32_t word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
  return (word >> 22u) ^ word;
}
IMPASTO_NOISE inline float noiseValue(uint32_t x, uint32_t y, uint32_t channel, uint32_t seed) noexcept {
  const uint32_t h = pcgHash(x + pcgHash(y + pcgHash(channel + pcgHash(seed))));
  return static_cast<float>(h >> 8u) * (1.0f / 8388608.0f) - 1.0f;
}

}  // namespace impasto

#undef IMPASTO_NOISE
