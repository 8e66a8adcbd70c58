// Style loss: channel correlations must be the painting's (Gatys et al. 2016, eq. 3 to 5, made relative).
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

// F F^T / (H W) of features N x C x H x W: N x C x C float32. The product runs in the features' own type.
torch::Tensor gramMatrix(const torch::Tensor& features);

// Covariance of channels about the picture's own means, from its Gram matrix: G - mean mean^T.
torch::Tensor covarianceOf(const torch::Tensor& gram, const torch::Tensor& features);

struct StyleLayer {
  std::string name;     // "relu3_1"
  double weight = 1.0;  // in the mean over layers
};

// What of a picture's features is compared.
enum class StyleStatistic {
  Gram,        // correlations: the channels' means dominate them, and stripes are enough to satisfy them
  Covariance,  // about the picture's own means: no crop is asked for the mean colours of the whole painting
  Both         // the mean of the two errors, from one product
};

// The painting's statistics, measured once, and the distance to them.
class GramStyleLoss {
 public:
  // `painting` holds features 1 x C x H x W of each layer.
  GramStyleLoss(std::vector<StyleLayer> layers, const std::map<std::string, torch::Tensor>& painting,
                StyleStatistic statistic);

  // Mean over layers, by their weights, of ||M - M_painting||^2 / ||M_painting||^2, each picture on its own, then the mean
  // over pictures.
  torch::Tensor operator()(const std::map<std::string, torch::Tensor>& features) const;

  // The same for one layer, without its weight.
  torch::Tensor layerError(const std::string& layer, const torch::Tensor& features) const;

  const std::vector<StyleLayer>& layers() const { return layers_; }

 private:
  struct Target {
    torch::Tensor gram, covariance;                 // 1 x C x C; undefined if not compared
    double gram_norm = 0, covariance_norm = 0;      // ||M_painting||^2
  };
  std::vector<StyleLayer> layers_;
  StyleStatistic statistic_;
  std::map<std::string, Target> targets_;
};

}  // namespace impasto::trainer
