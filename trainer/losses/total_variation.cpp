#include "losses/total_variation.h"

namespace impasto::trainer {

torch::Tensor totalVariationLoss(const torch::Tensor& pictures) {
  const int64_t h = pictures.size(2), w = pictures.size(3);
  torch::Tensor loss = torch::zeros({}, pictures.options());
  if (w > 1) loss = loss + (pictures.narrow(3, 1, w - 1) - pictures.narrow(3, 0, w - 1)).square().mean();
  if (h > 1) loss = loss + (pictures.narrow(2, 1, h - 1) - pictures.narrow(2, 0, h - 1)).square().mean();
  return loss;
}

}  // namespace impasto::trainer
