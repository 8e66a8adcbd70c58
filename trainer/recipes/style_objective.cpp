#include "recipes/style_objective.h"

#include "base/error.h"
#include "losses/content.h"
#include "losses/lattice.h"
#include "losses/readability.h"
#include "losses/total_variation.h"

namespace impasto::trainer {
namespace {

// What the perceptual network gets of pictures: full or half resolution, and mirrored a little beyond the border. Its
// zero padding would otherwise look like a dark frame around every crop, and the generator would paint one.
torch::Tensor asSeen(const torch::Tensor& pictures, bool full_resolution) {
  constexpr int64_t kMirrored = 8;  // pixels of the result
  const torch::Tensor scaled = full_resolution ? pictures : torch::avg_pool2d(pictures, 2);
  return torch::reflection_pad2d(scaled, {kMirrored, kMirrored, kMirrored, kMirrored});
}

}  // namespace

StyleObjective::StyleObjective(const StyleSettings& settings, const Vgg& vgg, const torch::Tensor& painting)
    : settings_(settings), vgg_(vgg) {
  const std::vector<StyleLayer> style_layers = styleLayers(settings);
  layers_.insert(settings.content_layer);
  for (const StyleLayer& layer : style_layers) layers_.insert(layer.name);
  for (const std::string& layer : layers_) {
    if (!vgg.has(layer)) throw Error(ErrorCode::InvalidArgument, vgg.path() + ": has no layer " + layer);
  }
  torch::NoGradGuard no_grad;
  const auto gramLoss = [&](bool full_resolution, bool center) {
    return GramStyleLoss(style_layers, vgg.features(asSeen(painting, full_resolution), layers_), center);
  };
  half_.push_back(gramLoss(false, settings.gram_center));
  full_.push_back(gramLoss(true, false));
  if (settings.gram_center) full_.push_back(gramLoss(true, true));
  palette_ = std::make_unique<PaletteLoss>(painting);
}

torch::Tensor StyleObjective::operator()(const torch::Tensor& frames, const torch::Tensor& paintings, bool full_resolution,
                                         uint64_t seed, Scalars& scalars) const {
  const StyleSettings& s = settings_;
  torch::Tensor content_target;
  {
    torch::NoGradGuard no_grad;
    content_target = vgg_.features(asSeen(frames, full_resolution), {s.content_layer}).at(s.content_layer);
  }
  const std::map<std::string, torch::Tensor> features = vgg_.features(asSeen(paintings, full_resolution), layers_);
  const torch::Tensor content = contentLoss(features.at(s.content_layer), content_target);
  const std::vector<GramStyleLoss>& gram_losses = full_resolution ? full_ : half_;
  torch::Tensor style = gram_losses[0](features);
  for (size_t i = 1; i < gram_losses.size(); ++i) style = style + gram_losses[i](features);
  style = style / static_cast<double>(gram_losses.size());
  torch::Tensor total = s.content_weight * content + s.style_weight * style;
  scalars.emplace_back("content", content);
  scalars.emplace_back("style", style);
  if (s.palette_weight > 0) {
    const torch::Tensor palette = (*palette_)(paintings, seed);
    scalars.emplace_back("palette", palette);
    total = total + s.palette_weight * palette;
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
