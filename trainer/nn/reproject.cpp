#include "nn/reproject.h"

#include <array>

namespace impasto::trainer {
namespace {

// Of each pixel: the texel to the top left of where it came from, and how far it is from there.
struct Places {
  torch::Tensor x, y;    // N x 1 x H x W, whole numbers (int64)
  torch::Tensor fx, fy;  // [0, 1)
};

std::pair<torch::Tensor, torch::Tensor> cameFrom(const torch::Tensor& motion) {
  const int64_t height = motion.size(2), width = motion.size(3);
  const auto options = torch::TensorOptions(motion.device()).dtype(torch::kFloat);
  const torch::Tensor x = (torch::arange(width, options) + 0.5).view({1, 1, 1, width}) + motion.narrow(1, 0, 1);
  const torch::Tensor y = (torch::arange(height, options) + 0.5).view({1, 1, height, 1}) + motion.narrow(1, 1, 1);
  return {x, y};
}

Places placesOf(const torch::Tensor& motion) {
  constexpr double kSteps = 256;  // as texture samplers take them
  const auto [x, y] = cameFrom(motion);
  const auto stepped = [&](const torch::Tensor& place, int64_t extent) {
    const torch::Tensor bounded = place.nan_to_num(-2.0).clamp(-2, static_cast<double>(extent + 2));
    return torch::floor((bounded - 0.5) * kSteps + 0.5) / kSteps;
  };
  const torch::Tensor tx = stepped(x, motion.size(3)), ty = stepped(y, motion.size(2));
  const torch::Tensor left = torch::floor(tx), top = torch::floor(ty);
  return {left.to(torch::kLong), top.to(torch::kLong), tx - left, ty - top};
}

// The texels (dx, dy) beside those places, the border repeated.
torch::Tensor texels(const torch::Tensor& tensor, const Places& places, int64_t dx, int64_t dy) {
  const int64_t n = tensor.size(0), channels = tensor.size(1), height = tensor.size(2), width = tensor.size(3);
  const torch::Tensor x = (places.x + dx).clamp(0, width - 1), y = (places.y + dy).clamp(0, height - 1);
  const torch::Tensor index = (y * width + x).flatten(2).expand({n, channels, -1});
  return tensor.contiguous().flatten(2).gather(2, index).view({n, channels, places.x.size(2), places.x.size(3)});
}

std::array<torch::Tensor, 4> catmullRom(const torch::Tensor& f) {
  return {f * (-0.5 + f * (1.0 - 0.5 * f)), 1.0 + f * f * (-2.5 + 1.5 * f), f * (0.5 + f * (2.0 - 1.5 * f)),
          f * f * (-0.5 + 0.5 * f)};
}

torch::Tensor smoothstep(double low, double high, const torch::Tensor& value) {
  const torch::Tensor t = ((value - low) / (high - low)).clamp(0, 1);
  return t * t * (3 - 2 * t);
}

torch::Tensor sharpAt(const torch::Tensor& previous, const Places& places) {
  const std::array<torch::Tensor, 4> wx = catmullRom(places.fx), wy = catmullRom(places.fy);
  torch::Tensor sum, low, high;
  for (size_t j = 0; j < 4; ++j) {
    for (size_t i = 0; i < 4; ++i) {
      const torch::Tensor value = texels(previous, places, static_cast<int64_t>(i) - 1, static_cast<int64_t>(j) - 1);
      const torch::Tensor term = wy[j] * wx[i] * value;
      sum = sum.defined() ? sum + term : term;
      if (i < 1 || i > 2 || j < 1 || j > 2) continue;
      low = low.defined() ? torch::min(low, value) : value;
      high = high.defined() ? torch::max(high, value) : value;
    }
  }
  return torch::min(torch::max(sum, low), high);
}

torch::Tensor colorAgreement(const torch::Tensor& now, const torch::Tensor& before, const Places& places) {
  torch::Tensor low, high;
  for (int64_t tap = 0; tap < 4; ++tap) {
    const torch::Tensor value = torch::floor(texels(before, places, tap % 2, tap / 2) * 1023 + 0.5) / 1023;
    low = low.defined() ? torch::min(low, value) : value;
    high = high.defined() ? torch::max(high, value) : value;
  }
  const torch::Tensor difference = torch::relu(torch::max(low - now, now - high)).amax(1, /*keepdim=*/true);
  return 1 - smoothstep(8.0 / 255, 32.0 / 255, difference);
}

torch::Tensor depthAgreement(const torch::Tensor& expected, const torch::Tensor& before, const Places& places) {
  torch::Tensor agreement = torch::zeros_like(expected);
  for (int64_t tap = 0; tap < 4; ++tap) {
    const torch::Tensor weight = (tap % 2 ? places.fx : 1 - places.fx) * (tap / 2 ? places.fy : 1 - places.fy);
    const torch::Tensor difference = (texels(before, places, tap % 2, tap / 2) - expected).abs() / (expected + 0.001);
    agreement = agreement + weight * (1 - smoothstep(0.05, 0.1, difference));
  }
  return agreement;
}

}  // namespace

torch::Tensor cameFromInside(const torch::Tensor& motion) {
  const auto [x, y] = cameFrom(motion);
  const auto width = static_cast<double>(motion.size(3)), height = static_cast<double>(motion.size(2));
  return ((x >= 0) & (x <= width) & (y >= 0) & (y <= height)).to(torch::kFloat);
}

torch::Tensor fetchSmooth(const torch::Tensor& previous, const torch::Tensor& motion) {
  const Places p = placesOf(motion);
  return (1 - p.fy) * ((1 - p.fx) * texels(previous, p, 0, 0) + p.fx * texels(previous, p, 1, 0)) +
         p.fy * ((1 - p.fx) * texels(previous, p, 0, 1) + p.fx * texels(previous, p, 1, 1));
}

torch::Tensor fetchSharp(const torch::Tensor& previous, const torch::Tensor& motion) {
  return sharpAt(previous, placesOf(motion));
}

torch::Tensor historyOf(const torch::Tensor& painted, const PlainView& before, const PlainView& now,
                        const torch::Tensor& motion, const torch::Tensor& expected_depth) {
  torch::NoGradGuard no_grad;
  const Places places = placesOf(motion);
  torch::Tensor validity = colorAgreement(now.color, before.color, places);
  if (now.depth.defined() && before.depth.defined()) {
    const torch::Tensor& expected = expected_depth.defined() ? expected_depth : now.depth;
    validity = validity * depthAgreement(expected, before.depth, places);
  }
  return torch::cat({sharpAt(painted.detach().clamp(0, 1), places), validity}, 1) * cameFromInside(motion);
}

}  // namespace impasto::trainer
