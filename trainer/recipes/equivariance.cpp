#include "recipes/equivariance.h"

#include <random>

namespace impasto::trainer {
namespace {

constexpr int64_t kNoiseTexel = 8;  // pixels

}  // namespace

torch::Tensor equivarianceLoss(PaintingNetwork& network, const torch::Tensor& frames,
                               const NoiseOffsets& noise_offsets, const Window& window,
                               const torch::Tensor& paintings, uint64_t seed) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32), 0x6d6f7665u};
  std::mt19937_64 random(sequence);
  const int64_t align = network.alignment();
  const auto x = static_cast<int64_t>(random() % static_cast<uint64_t>(align));
  const auto y = static_cast<int64_t>(random() % static_cast<uint64_t>(align));
  std::vector<std::pair<uint32_t, uint32_t>> moved_noise = noise_offsets;
  for (auto& [noise_x, noise_y] : moved_noise) {
    noise_x += static_cast<uint32_t>((x + kNoiseTexel / 2) / kNoiseTexel);
    noise_y += static_cast<uint32_t>((y + kNoiseTexel / 2) / kNoiseTexel);
  }
  const torch::Tensor moved = frames.narrow(2, y, frames.size(2) - align).narrow(3, x, frames.size(3) - align);
  const Window there{window.y - y, window.x - x, window.height, window.width};
  return (network.forward(moved, moved_noise, there) - paintings).abs().mean();
}

}  // namespace impasto::trainer
