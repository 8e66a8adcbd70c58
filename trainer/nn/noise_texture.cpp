#include "nn/noise_texture.h"

#include "nn/on_device.h"
#include "style/noise_value.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kLow32 = 0xFFFFFFFF;

// pcgHash() of numbers below 2^32 in int64: no product reaches 2^63.
torch::Tensor hashed(const torch::Tensor& value) {
  const torch::Tensor state = (value * 747796405 + 2891336453).bitwise_and(kLow32);
  const torch::Tensor shifted = state.bitwise_right_shift(state.bitwise_right_shift(28) + 4);
  const torch::Tensor word = (shifted.bitwise_xor(state) * 277803737).bitwise_and(kLow32);
  return word.bitwise_right_shift(22).bitwise_xor(word);
}

torch::Tensor noiseOnHost(const Op& op, const Region& region, const std::vector<std::pair<uint32_t, uint32_t>>& offsets) {
  const auto n = static_cast<int64_t>(offsets.size());
  torch::Tensor noise = torch::empty({n, region.y.size(), region.x.size(), op.channels}, torch::kFloat);
  float* out = noise.data_ptr<float>();
  for (const auto& [x0, y0] : offsets) {
    for (int64_t y = region.y.begin; y < region.y.end; ++y) {
      for (int64_t x = region.x.begin; x < region.x.end; ++x) {
        for (uint32_t c = 0; c < op.channels; ++c) {
          *out++ = noiseValue(x0 + static_cast<uint32_t>(x), y0 + static_cast<uint32_t>(y), c, op.seed);
        }
      }
    }
  }
  return noise.permute({0, 3, 1, 2});  // NHWC in memory: channels-last
}

}  // namespace

torch::Tensor noiseTextureByTensors(const Op& op, const Region& region,
                                    const std::vector<std::pair<uint32_t, uint32_t>>& offsets, torch::Device device) {
  const auto n = static_cast<int64_t>(offsets.size());
  const auto whole = torch::TensorOptions().dtype(torch::kLong);
  torch::Tensor places = torch::empty({n, 2}, whole);
  auto at = places.accessor<int64_t, 2>();
  for (int64_t i = 0; i < n; ++i) {
    at[i][0] = offsets[static_cast<size_t>(i)].first;
    at[i][1] = offsets[static_cast<size_t>(i)].second;
  }
  places = onDevice(places, device);
  const auto along = [&](const Interval& interval, int64_t axis) {
    const torch::Tensor texels = torch::arange(interval.begin, interval.end, whole.device(device));
    return (places.select(1, axis).unsqueeze(1) + texels).bitwise_and(kLow32);  // N x length
  };
  const torch::Tensor channels = torch::arange(int64_t{op.channels}, whole.device(device)) + int64_t{pcgHash(op.seed)};
  torch::Tensor hash = hashed(channels.bitwise_and(kLow32)).view({1, 1, 1, -1});
  hash = hashed((along(region.y, 1).view({n, -1, 1, 1}) + hash).bitwise_and(kLow32));
  hash = hashed((along(region.x, 0).view({n, 1, -1, 1}) + hash).bitwise_and(kLow32));
  const torch::Tensor noise = hash.bitwise_right_shift(8).to(torch::kFloat) * (1.0 / 8388608.0) - 1.0;
  return noise.permute({0, 3, 1, 2});
}

torch::Tensor noiseTexture(const Op& op, const Region& region, const std::vector<std::pair<uint32_t, uint32_t>>& offsets,
                           torch::Device device) {
  return device.is_cuda() ? noiseTextureByTensors(op, region, offsets, device) : noiseOnHost(op, region, offsets).to(device);
}

}  // namespace impasto::trainer
