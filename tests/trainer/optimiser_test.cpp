#include <gtest/gtest.h>

#include <torch/nn/modules/linear.h>
#include <torch/optim/adam.h>

#include <cmath>

#include "optim/adam.h"
#include "optim/muon.h"
#include "optim/schedule.h"
#include "optim/weight_average.h"
#include "optim/weight_decay.h"

namespace impasto::test {
namespace {

using namespace trainer;

// Five steps of the quintic leave singular values between about 0.7 and 1.2 (Jordan et al. 2024), unless they start
// below a few thousandths of the matrix's norm, which random matrices' do not.
TEST(Muon, OrthogonalisesMatricesOfAnyShapeAndScale) {
  torch::manual_seed(1);
  for (const auto& [rows, columns] : {std::pair{16, 16 * 9}, {64, 27}, {96, 24}}) {
    for (const double scale : {1e-4, 1.0, 1e4}) {
      const torch::Tensor matrices = torch::randn({2, rows, columns}) * scale;
      const torch::Tensor values = torch::linalg_svdvals(orthogonalise(matrices));
      EXPECT_GT(values.min().item<double>(), 0.6) << rows << "x" << columns << " scale " << scale;
      EXPECT_LT(values.max().item<double>(), 1.3) << rows << "x" << columns << " scale " << scale;
    }
  }
}

TEST(Muon, KeepsTheSingularVectors) {
  torch::manual_seed(2);
  const torch::Tensor matrix = torch::randn({12, 30});
  const auto [u, s, v] = torch::linalg_svd(matrix, /*full_matrices=*/false);
  const torch::Tensor core = u.t().mm(orthogonalise(matrix.unsqueeze(0))[0]).mm(v.t());  // diagonal if the vectors are the same
  EXPECT_LT((core - torch::diag(core.diag())).abs().max().item<double>(), 1e-3);
  EXPECT_GT(core.diag().min().item<double>(), 0.6);
}

// A tall kernel takes longer steps, so that each of its weights moves as far as those of a wide one.
TEST(Muon, MovesWeightsOfTallAndWideKernelsEquallyFar) {
  torch::manual_seed(5);
  for (const auto& [out, in] : {std::pair{96, 2}, {8, 32}, {18, 2}}) {
    torch::Tensor x = torch::zeros({out, in, 3, 3}).requires_grad_(true);
    x.mutable_grad() = torch::randn_like(x);
    Muon({x}).step(0.1);
    const double rows = out, columns = in * 9;
    const double expected = 0.1 * std::sqrt(std::max(1.0, rows / columns) * std::min(rows, columns) / (rows * columns));
    const double moved = x.detach().square().mean().sqrt().item<double>();
    EXPECT_GT(moved, 0.7 * expected) << out << "x" << in;
    EXPECT_LT(moved, 1.2 * expected) << out << "x" << in;
  }
}

// The share of the energy that tells the four phases of a depth-to-space apart: a plain orthogonalisation makes 80 % of
// 0.2 %, and so a grid of what ICNR began without one.
TEST(Muon, KeepsTheShareOfWhatTellsSubPixelPhasesApart) {
  torch::manual_seed(6);
  constexpr int64_t kChannels = 16, kPhases = 4;
  const auto shareApart = [&](const torch::Tensor& kernel) {
    const torch::Tensor grouped = kernel.view({kChannels, kPhases, -1});
    const torch::Tensor apart = grouped - grouped.mean(1, true);
    return (apart.square().sum() / grouped.square().sum()).item<double>();
  };
  const torch::Tensor common = torch::randn({kChannels, 1, 32, 3, 3}).expand({kChannels, kPhases, 32, 3, 3});
  const torch::Tensor gradient =
      (common + std::sqrt(0.002) * torch::randn({kChannels, kPhases, 32, 3, 3})).reshape({kChannels * kPhases, 32, 3, 3});
  ASSERT_NEAR(shareApart(gradient), 0.0015, 0.0005);
  const auto update = [&](std::vector<int64_t> phases) {
    torch::Tensor x = torch::zeros_like(gradient).requires_grad_(true);
    x.mutable_grad() = gradient.clone();
    Muon({x}, std::move(phases)).step(1);
    return x.detach();
  };
  EXPECT_NEAR(shareApart(update({kPhases})), shareApart(gradient), 0.2 * shareApart(gradient));
  EXPECT_GT(shareApart(update({})), 0.5);
}

TEST(Muon, FindsTheMinimumOfAQuadratic) {
  torch::manual_seed(3);
  const torch::Tensor target = torch::randn({8, 4, 3, 3});
  torch::Tensor x = torch::zeros({8, 4, 3, 3}).requires_grad_(true);
  Muon muon({x});
  for (int i = 0; i < 300; ++i) {
    x.mutable_grad() = torch::Tensor();
    (x - target).square().sum().backward();
    muon.step(0.3 * (1.0 - i / 300.0));
  }
  EXPECT_LT((x - target).norm().item<double>(), 0.05 * target.norm().item<double>());
}

TEST(Adam, TheFirstStepHasTheLengthOfTheLearningRate) {
  torch::Tensor x = torch::tensor({1.0f, -2.0f}).requires_grad_(true);
  x.mutable_grad() = torch::tensor({100.0f, -0.001f});
  Adam adam({x});
  adam.step(0.01);
  EXPECT_NEAR(x[0].item<double>(), 0.99, 1e-6);
  EXPECT_NEAR(x[1].item<double>(), -1.99, 1e-6);
}

TEST(Adam, FollowsLibTorchsOverManySteps) {
  torch::manual_seed(4);
  torch::Tensor ours = torch::randn({5, 3}).requires_grad_(true), theirs = ours.detach().clone().requires_grad_(true);
  Adam adam({ours});
  torch::optim::Adam reference({theirs}, torch::optim::AdamOptions(0.01).betas({0.9, 0.99}).eps(1e-8));
  for (int i = 0; i < 60; ++i) {
    const torch::Tensor target = torch::full({5, 3}, i < 30 ? 1.0f : -2.0f);
    for (torch::Tensor* x : {&ours, &theirs}) {
      x->mutable_grad() = torch::Tensor();
      (*x - target).pow(4).sum().backward();
    }
    adam.step(0.01);
    reference.step();
  }
  EXPECT_LT((ours - theirs).abs().max().item<double>(), 1e-5);
}

// A gradient of zero leaves the inner optimiser's step out: what remains is the decay, in closed form.
TEST(WeightDecay, ShrinksByTheShareAndMovesToZeroAndStopsThere) {
  const auto after = [](const WeightDecay& decay, int steps) {
    torch::Tensor drawn = torch::tensor({2.0f, -1.0f, 0.03f}).requires_grad_(true);
    torch::Tensor other = drawn.detach().clone().requires_grad_(true);
    DecayedOptimizer optimizer(std::make_unique<Adam>(std::vector<torch::Tensor>{drawn, other}), {drawn}, decay);
    for (int i = 0; i < steps; ++i) {
      drawn.mutable_grad() = torch::zeros({3});
      other.mutable_grad() = torch::zeros({3});
      optimizer.step(0.1);
    }
    EXPECT_TRUE(torch::equal(other.detach(), torch::tensor({2.0f, -1.0f, 0.03f})));
    return drawn.detach();
  };
  const double kept = std::pow(1 - 0.1 * 0.5, 7);
  EXPECT_TRUE(torch::allclose(after({.l2 = 0.5}, 7), torch::tensor({2 * kept, -kept, 0.03 * kept}).to(torch::kFloat)));
  EXPECT_TRUE(torch::allclose(after({.l1 = 0.2}, 7), torch::tensor({2.0f - 7 * 0.02f, -1.0f + 7 * 0.02f, 0.0f})));
  // Both: first the share, then the way.
  EXPECT_TRUE(torch::allclose(after({.l1 = 0.2, .l2 = 0.5}, 1),
                              torch::tensor({2 * 0.95f - 0.02f, -0.95f + 0.02f, 0.03f * 0.95f - 0.02f})));
}

// The decay is the learning rate's and not the gradient's: however long the gradient, Adam's step and the decay add up.
TEST(WeightDecay, IsDecoupledFromTheGradient) {
  for (const float length : {1e-3f, 1e3f}) {
    torch::Tensor weight = torch::tensor({5.0f}).requires_grad_(true);
    DecayedOptimizer optimizer(std::make_unique<Adam>(std::vector<torch::Tensor>{weight}), {weight}, {.l2 = 1});
    weight.mutable_grad() = torch::tensor({length});
    optimizer.step(0.1);
    EXPECT_NEAR(weight.item<double>(), (5 - 0.1) * 0.9, 1e-4);  // Adam's first step has the length of the rate
  }
}

TEST(Schedule, DecaysAsItsNameSays) {
  for (const std::string& name : decayNames()) EXPECT_NEAR(decayAt(parseDecay(name), 0, 0.01), 1, 1e-12) << name;
  EXPECT_EQ(decayAt(Decay::Constant, 1, 0.01), 1);
  EXPECT_NEAR(decayAt(Decay::Linear, 0.25, 0.2), 0.8, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Linear, 1, 0.2), 0.2, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Cosine, 0.5, 0), 0.5, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Cosine, 1.0 / 3, 0), 0.75, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Cosine, 1, 0.01), 0.01, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Step, 0.24, 0.001), 1, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Step, 0.26, 0.001), 0.1, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Step, 0.74, 0.001), 0.01, 1e-12);
  EXPECT_NEAR(decayAt(Decay::Step, 1, 0.001), 0.001, 1e-12);
  EXPECT_NEAR(warmUpAt(0, 50), 0.02, 1e-12);
  EXPECT_EQ(warmUpAt(49, 50), 1);
  EXPECT_EQ(warmUpAt(1000, 50), 1);
}

TEST(WeightAverage, ForgetsByItsDecayAndFasterWhileYoung) {
  torch::nn::Linear source(1, 1), average(1, 1);
  torch::NoGradGuard no_grad;
  source->weight.fill_(1);
  WeightAverage mean(*source, *average, 0.5);
  mean.start();
  EXPECT_EQ(average->weight.item<float>(), 1);
  source->weight.fill_(2);
  mean.update();  // decay 1/10: nearly all of the new
  EXPECT_NEAR(average->weight.item<float>(), 1.9, 1e-6);
  for (int i = 0; i < 20; ++i) mean.update();
  source->weight.fill_(3);
  mean.update();  // old enough: one half
  EXPECT_NEAR(average->weight.item<float>(), 2.5, 1e-4);
}

}  // namespace
}  // namespace impasto::test
