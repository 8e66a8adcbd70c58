// The figures that say whether a generator paints and whether the scene survives (docs/training.md, "Figures").
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "losses/gram_style.h"
#include "metrics/lpips.h"
#include "nn/perceptual.h"
#include "nn/torch.h"

namespace impasto::trainer {

struct Figures {
  std::map<std::string, double> style_layers;  // ||G - G_style||^2 / ||G_style||^2 at each layer
  double style = 0;                            // their mean
  double style_centred = 0;                    // the same of features minus their own means: forgives what colours a frame has
  double content_relu3_1 = 0, content_relu4_1 = 0;  // ||F - F_content||^2 / ||F_content||^2
  double ssim = 0;                             // of luma
  double edge_f1 = 0;                          // of luma edges
  double joint = 0;                            // content_relu3_1 + 3 style_centred; a quick look, easily fooled
  std::optional<double> lpips;                 // SqueezeNet, v0.1

  // Sums and means over pictures.
  Figures& operator+=(const Figures& other);
  Figures dividedBy(double count) const;
};

class FigureMeter {
 public:
  // `painting`: 1 x 3 x H x W in [0, 1] at the scale used in training. `lpips` may be null; it and `vgg` outlive the meter.
  FigureMeter(const PerceptualNetwork& vgg, const Lpips* lpips, const torch::Tensor& painting);

  // Compares a painted frame with the frame, both 1 x 3 x H x W in [0, 1], without their outer kBorder pixels. Both
  // sides must be at least kSmallestSide. Accumulates in float32 or better.
  Figures measure(const torch::Tensor& painted, const torch::Tensor& frame) const;

  // The mean over crops of the painting itself, of half its extent, each as its own frame: what style error is small.
  Figures measureCrops(const torch::Tensor& painting) const;

  static constexpr int64_t kBorder = 16, kSmallestSide = 2 * kBorder + 32;

 private:
  FigureMeter(const PerceptualNetwork& vgg, const Lpips* lpips, const std::map<std::string, torch::Tensor>& painting);

  const PerceptualNetwork& vgg_;
  const Lpips* lpips_;
  GramStyleLoss style_, style_centred_;
};

// For `evaluate --json` and the style file's metrics.
nlohmann::ordered_json toJson(const Figures& figures);

// Structural similarity of 1 x 1 x H x W in [0, 1] (Wang et al. 2004: 11 x 11 Gaussian, sigma 1.5, K1 0.01, K2 0.03).
double structuralSimilarity(const torch::Tensor& a, const torch::Tensor& b);

// F1 score of Sobel edges of `a` against those of `b`, 1 x 1 x H x W: an edge counts where the other picture has one at
// most one pixel away. 1 if neither has any.
double edgeF1(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace impasto::trainer
