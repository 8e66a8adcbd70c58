#include "nn/seen_features.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kMirrored = 8;  // pixels of what the network gets

torch::Tensor asSeen(const torch::Tensor& pictures, bool full_resolution) {
  const torch::Tensor scaled = full_resolution ? pictures : torch::avg_pool2d(pictures, 2);
  return torch::reflection_pad2d(scaled, {kMirrored, kMirrored, kMirrored, kMirrored});
}

torch::Tensor withoutRing(const torch::Tensor& features, const std::string& layer) {
  const int block = layer[4] - '0';  // "relu3_1": pooled twice
  const int64_t scale = int64_t{1} << (block - 1), ring = (kMirrored + scale - 1) / scale;
  const int64_t height = features.size(2) - 2 * ring, width = features.size(3) - 2 * ring;
  if (height < 1 || width < 1) return features;
  return features.narrow(2, ring, height).narrow(3, ring, width);
}

}  // namespace

std::map<std::string, torch::Tensor> seenFeatures(const PerceptualNetwork& network, const torch::Tensor& pictures,
                                                  bool full_resolution, const std::set<std::string>& layers) {
  std::map<std::string, torch::Tensor> features = network.features(asSeen(pictures, full_resolution), layers);
  for (auto& [layer, tensor] : features) tensor = withoutRing(tensor, layer);
  return features;
}

}  // namespace impasto::trainer
