#include "recipes/equivariance.h"

#include <random>

namespace impasto::trainer {

torch::Tensor equivarianceLoss(PaintingNetwork& network, const torch::Tensor& frames, const Window& window, uint64_t seed) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 0x6d6f7665u};
  std::mt19937_64 random(sequence);
  const int64_t align = network.alignment();
  const auto x = static_cast<int64_t>(random() % static_cast<uint64_t>(align));
  const auto y = static_cast<int64_t>(random() % static_cast<uint64_t>(align));
  const WithoutNoise without_noise(network);
  const NoiseOffsets noise(static_cast<size_t>(frames.size(0)), {0u, 0u});
  const torch::Tensor moved = frames.narrow(2, y, frames.size(2) - align).narrow(3, x, frames.size(3) - align);
  const Window there{window.y - y, window.x - x, window.height, window.width};
  return (network.forward(moved, noise, there) - network.forward(frames, noise, window)).abs().mean();
}

}  // namespace impasto::trainer
