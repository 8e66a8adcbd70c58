#include "metrics/figures.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "losses/content.h"
#include "losses/readability.h"

namespace impasto::trainer {
namespace {

const std::vector<StyleLayer> kStyleLayers = {{"relu1_1", 1}, {"relu2_1", 1}, {"relu3_1", 1}, {"relu4_1", 1}};
const std::set<std::string> kLayers = {"relu1_1", "relu2_1", "relu3_1", "relu4_1"};
constexpr double kJointStyleWeight = 3.0;
constexpr double kEdgeThreshold = 0.1;  // of the Sobel gradient, in luma per pixel

torch::Tensor withoutBorder(const torch::Tensor& picture) {
  constexpr int64_t kBorder = FigureMeter::kBorder;
  return picture.narrow(2, kBorder, picture.size(2) - 2 * kBorder).narrow(3, kBorder, picture.size(3) - 2 * kBorder);
}

}  // namespace

Figures& Figures::operator+=(const Figures& other) {
  for (const auto& [layer, value] : other.style_layers) style_layers[layer] += value;
  style += other.style;
  style_centred += other.style_centred;
  content_relu3_1 += other.content_relu3_1;
  content_relu4_1 += other.content_relu4_1;
  ssim += other.ssim;
  edge_f1 += other.edge_f1;
  joint += other.joint;
  if (other.lpips) lpips = lpips.value_or(0) + *other.lpips;
  return *this;
}

Figures Figures::dividedBy(double count) const {
  Figures mean = *this;
  for (auto& [layer, value] : mean.style_layers) value /= count;
  for (double* value : {&mean.style, &mean.style_centred, &mean.content_relu3_1, &mean.content_relu4_1, &mean.ssim,
                        &mean.edge_f1, &mean.joint}) {
    *value /= count;
  }
  if (mean.lpips) *mean.lpips /= count;
  return mean;
}

FigureMeter::FigureMeter(const PerceptualNetwork& vgg, const Lpips* lpips, const torch::Tensor& painting)
    : FigureMeter(vgg, lpips, vgg.features(painting, kLayers)) {}

FigureMeter::FigureMeter(const PerceptualNetwork& vgg, const Lpips* lpips, const std::map<std::string, torch::Tensor>& painting)
    : vgg_(vgg), lpips_(lpips), style_(kStyleLayers, painting, StyleStatistic::Gram),
      style_centred_(kStyleLayers, painting, StyleStatistic::Covariance) {}

Figures FigureMeter::measure(const torch::Tensor& painted, const torch::Tensor& frame) const {
  torch::NoGradGuard no_grad;
  const torch::Tensor a = withoutBorder(painted), b = withoutBorder(frame);
  const std::map<std::string, torch::Tensor> features = vgg_.features(a, kLayers);
  const std::map<std::string, torch::Tensor> target = vgg_.features(b, {"relu3_1", "relu4_1"});
  Figures figures;
  for (const StyleLayer& layer : kStyleLayers) {
    const double error = style_.layerError(layer.name, features.at(layer.name).to(torch::kFloat)).item<double>();
    figures.style_layers[layer.name] = error;
    figures.style += error / static_cast<double>(kStyleLayers.size());
  }
  figures.style_centred = style_centred_(features).item<double>();
  figures.content_relu3_1 = contentLoss(features.at("relu3_1"), target.at("relu3_1")).item<double>();
  figures.content_relu4_1 = contentLoss(features.at("relu4_1"), target.at("relu4_1")).item<double>();
  const torch::Tensor luma_a = luma(a).cpu(), luma_b = luma(b).cpu();
  figures.ssim = structuralSimilarity(luma_a, luma_b);
  figures.edge_f1 = edgeF1(luma_a, luma_b);
  figures.joint = figures.content_relu3_1 + kJointStyleWeight * figures.style_centred;
  if (lpips_) figures.lpips = lpips_->distance(a, b);
  return figures;
}

Figures FigureMeter::measureCrops(const torch::Tensor& painting) const {
  const int64_t height = std::max(kSmallestSide, painting.size(2) / 2), width = std::max(kSmallestSide, painting.size(3) / 2);
  const int64_t bottom = painting.size(2) - height, right = painting.size(3) - width;
  const std::pair<int64_t, int64_t> corners[] = {{0, 0}, {0, right}, {bottom, 0}, {bottom, right}, {bottom / 2, right / 2}};
  Figures sum;
  for (const auto& [y, x] : corners) {
    const torch::Tensor crop = painting.narrow(2, y, height).narrow(3, x, width);
    sum += measure(crop, crop);
  }
  return sum.dividedBy(static_cast<double>(std::size(corners)));
}

nlohmann::ordered_json toJson(const Figures& figures) {
  nlohmann::ordered_json json = {{"style", figures.style}, {"style_centred", figures.style_centred}};
  for (const auto& [layer, value] : figures.style_layers) json["style_" + layer] = value;
  json["content_relu3_1"] = figures.content_relu3_1;
  json["content_relu4_1"] = figures.content_relu4_1;
  json["joint"] = figures.joint;
  json["ssim"] = figures.ssim;
  json["edge_f1"] = figures.edge_f1;
  if (figures.lpips) json["lpips"] = *figures.lpips;
  return json;
}

double structuralSimilarity(const torch::Tensor& a, const torch::Tensor& b) {
  constexpr int64_t kTaps = 11;
  constexpr double kSigma = 1.5, kC1 = 0.01 * 0.01, kC2 = 0.03 * 0.03;
  torch::Tensor taps = torch::arange(kTaps, torch::kDouble) - static_cast<double>(kTaps / 2);
  taps = (-taps.square() / (2 * kSigma * kSigma)).exp();
  taps = taps / taps.sum();
  const torch::Tensor window = torch::outer(taps, taps).view({1, 1, kTaps, kTaps});
  const torch::Tensor x = a.to(torch::kDouble), y = b.to(torch::kDouble);
  const auto mean = [&](const torch::Tensor& t) { return torch::conv2d(t, window); };
  const torch::Tensor mean_x = mean(x), mean_y = mean(y);
  const torch::Tensor variance_x = mean(x * x) - mean_x * mean_x, variance_y = mean(y * y) - mean_y * mean_y;
  const torch::Tensor covariance = mean(x * y) - mean_x * mean_y;
  const torch::Tensor similarity = (2 * mean_x * mean_y + kC1) * (2 * covariance + kC2) /
                                   ((mean_x.square() + mean_y.square() + kC1) * (variance_x + variance_y + kC2));
  return similarity.mean().item<double>();
}

double edgeF1(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor edges_a = slopes(a) > kEdgeThreshold, edges_b = slopes(b) > kEdgeThreshold;
  const auto near = [](const torch::Tensor& mask) { return torch::max_pool2d(mask.to(torch::kFloat), 3, 1, 1) > 0; };
  const auto count = [](const torch::Tensor& mask) { return static_cast<double>(mask.sum().item<int64_t>()); };
  const double total_a = count(edges_a), total_b = count(edges_b);
  if (total_a == 0 && total_b == 0) return 1;
  if (total_a == 0 || total_b == 0) return 0;
  const double precision = count(edges_a.logical_and(near(edges_b))) / total_a;
  const double recall = count(edges_b.logical_and(near(edges_a))) / total_b;
  return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

}  // namespace impasto::trainer
