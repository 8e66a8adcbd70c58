#include "recipes/style_objective.h"

#include "base/error.h"
#include "losses/content.h"
#include "losses/lattice.h"
#include "losses/readability.h"
#include "losses/total_variation.h"
#include "nn/seen_features.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kMappedColors = 8192;  // of the pictures and of the painting, to make the map of colours from

}  // namespace

StyleObjective::StyleObjective(const ObjectiveSettings& settings, const PerceptualNetwork& vgg,
                               const torch::Tensor& painting, Communicator* together)
    : settings_(settings), vgg_(vgg) {
  const std::vector<StyleLayer> style_layers = styleLayers(settings);
  layers_.insert(settings.content_layer);
  for (const StyleLayer& layer : style_layers) layers_.insert(layer.name);
  for (const std::string& layer : layers_) {
    if (!vgg.has(layer)) throw Error(ErrorCode::InvalidArgument, vgg.path() + ": has no layer " + layer);
  }
  torch::NoGradGuard no_grad;
  const auto styleLoss = [&](bool full_resolution, StyleStatistic statistic) {
    return std::make_unique<GramStyleLoss>(style_layers, seenFeatures(vgg, painting, full_resolution, layers_), statistic);
  };
  half_ = styleLoss(false, settings.gram_center ? StyleStatistic::Covariance : StyleStatistic::Gram);
  full_ = styleLoss(true, !settings.gram_center   ? StyleStatistic::Gram
                          : settings.plain_gram ? StyleStatistic::Both
                                                : StyleStatistic::Covariance);
  palette_ = std::make_unique<PaletteLoss>(painting, together);
}

void StyleObjective::useColorMap(const std::vector<Image>& pictures, const torch::Tensor& painting, uint64_t seed) {
  if (settings_.color_map_weight == 0) return;
  color_map_.emplace(sampledColors(pictures, kMappedColors, seed), sampledColors(painting, kMappedColors, seed + 1), seed);
}

torch::Tensor StyleObjective::operator()(const torch::Tensor& frames, const torch::Tensor& paintings, bool full_resolution,
                                         uint64_t seed, Scalars& scalars) const {
  const ObjectiveSettings& s = settings_;
  torch::Tensor content_target;
  {
    torch::NoGradGuard no_grad;
    content_target = seenFeatures(vgg_, frames, full_resolution, {s.content_layer}).at(s.content_layer);
  }
  const std::map<std::string, torch::Tensor> features = seenFeatures(vgg_, paintings, full_resolution, layers_);
  const torch::Tensor content = contentLoss(features.at(s.content_layer), content_target, s.content_center);
  const torch::Tensor style = (full_resolution ? *full_ : *half_)(features);
  torch::Tensor total = s.content_weight * content + s.style_weight * style;
  scalars.emplace_back("content", content);
  scalars.emplace_back("style", style);
  if (s.palette_weight > 0) {
    const torch::Tensor palette = (*palette_)(paintings, seed);
    scalars.emplace_back("palette", palette);
    total = total + s.palette_weight * palette;
  }
  if (color_map_) {
    const torch::Tensor colors = areaColorLoss(paintings, (*color_map_)(frames));
    scalars.emplace_back("colours", colors);
    total = total + s.color_map_weight * colors;
  }
  if (s.structure_weight > 0) total = total + s.structure_weight * structureLoss(paintings, frames);
  if (s.edge_weight > 0) total = total + s.edge_weight * edgeLoss(paintings, frames);
  if (s.tone_weight > 0) total = total + s.tone_weight * toneLoss(paintings, frames);
  if (s.lattice_weight > 0) total = total + s.lattice_weight * latticeLoss(paintings);
  if (s.detail_weight > 0 && !full_resolution) total = total + s.detail_weight * fineDetailLoss(paintings, frames);
  if (s.tv_weight > 0) total = total + s.tv_weight * totalVariationLoss(paintings);
  return total;
}

}  // namespace impasto::trainer
