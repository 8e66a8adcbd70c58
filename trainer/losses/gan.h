// Adversarial losses and what keeps them stable. A discriminator gives scores of any shape: high for what it takes for
// real. All functions return scalars and average over scores.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

enum class GanLoss {
  Bce,           // D: -log s(real) - log(1 - s(fake)); G: -log s(fake), non-saturating (Goodfellow et al. 2014)
  LeastSquares,  // D: (real - 1)^2 / 2 + fake^2 / 2; G: (fake - 1)^2 / 2 (Mao et al. 2017)
  Hinge,         // D: max(0, 1 - real) + max(0, 1 + fake); G: -fake (Lim and Ye 2017)
  Wasserstein    // D: fake - real, to be used with a gradient penalty; G: -fake (Arjovsky et al. 2017)
};

// "bce", "lsgan", "hinge", "wgan-gp"; throws impasto::Error(InvalidArgument) for others.
GanLoss parseGanLoss(const std::string& name);
const std::vector<std::string>& ganLossNames();

// The discriminator's loss is the sum of what its two kinds of scores cost.
torch::Tensor lossOfReal(GanLoss loss, const torch::Tensor& real_scores);
torch::Tensor lossOfFake(GanLoss loss, const torch::Tensor& fake_scores);
torch::Tensor discriminatorLoss(GanLoss loss, const torch::Tensor& real_scores, const torch::Tensor& fake_scores);
torch::Tensor generatorLoss(GanLoss loss, const torch::Tensor& fake_scores);

using Discriminate = std::function<torch::Tensor(const torch::Tensor& pictures)>;  // N x C x H x W -> scores, N first

// WGAN-GP (Gulrajani et al. 2017, eq. 3): the mean of (|gradient of D| - 1)^2 at random points between real and fake
// pictures, N x C x H x W each; a picture's score is the mean of its scores.
torch::Tensor wassersteinPenalty(const Discriminate& discriminate, const torch::Tensor& real, const torch::Tensor& fake);

// R1 (Mescheder et al. 2018, eq. 9): half the mean of |gradient of D|^2 at real pictures.
torch::Tensor r1Penalty(const Discriminate& discriminate, const torch::Tensor& real);

}  // namespace impasto::trainer
