// Style loss: channel correlations must be the painting's (Gatys et al. 2016, eq. 3 to 5, made relative).
#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

namespace impasto::trainer {

// F F^T / (H W) of features N x C x H x W: N x C x C float32. With `center` (C values) subtracted from F first.
torch::Tensor gramMatrix(const torch::Tensor& features, const torch::Tensor& center = {});

struct StyleLayer {
  std::string name;     // "relu3_1"
  double weight = 1.0;  // in the mean over layers
};

// The painting's Gram matrices, measured once, and the distance to them.
class GramStyleLoss {
 public:
  // `painting` holds features 1 x C x H x W of each layer. With `center`, each channel's mean over the painting is
  // subtracted before every Gram matrix, of the painting and of pictures alike (Novak and Nikulin 2016, "activation
  // shift"): without it the channel means dominate and stripes are enough to satisfy them.
  GramStyleLoss(std::vector<StyleLayer> layers, const std::map<std::string, torch::Tensor>& painting, bool center);

  // Mean over layers, by their weights, of ||G - G_style||^2 / ||G_style||^2, each picture on its own, then the mean
  // over pictures.
  torch::Tensor operator()(const std::map<std::string, torch::Tensor>& features) const;

  // The same for one layer, without its weight.
  torch::Tensor layerError(const std::string& layer, const torch::Tensor& features) const;

  const std::vector<StyleLayer>& layers() const { return layers_; }

 private:
  struct Target {
    torch::Tensor center, gram;  // C (undefined if not centred), 1 x C x C
    double norm = 0;             // ||G_style||^2
  };
  std::vector<StyleLayer> layers_;
  std::map<std::string, Target> targets_;
};

}  // namespace impasto::trainer
