// Adversarial losses and stabilisers against their closed forms.
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "base/error.h"
#include "losses/gan.h"
#include "nn/discriminator.h"
#include "nn/torch.h"
#include "recipes/adversary.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

TEST(GanLosses, AreTheirClosedForms) {
  const torch::Tensor real = torch::tensor({2.0f, -1.0f}), fake = torch::tensor({0.5f, -3.0f});
  const auto softplus = [](double x) { return std::log1p(std::exp(x)); };
  const auto d = [&](GanLoss loss) { return discriminatorLoss(loss, real, fake).item<double>(); };
  const auto g = [&](GanLoss loss) { return generatorLoss(loss, fake).item<double>(); };
  EXPECT_NEAR(d(GanLoss::Bce), (softplus(-2) + softplus(1)) / 2 + (softplus(0.5) + softplus(-3)) / 2, 1e-6);
  EXPECT_NEAR(g(GanLoss::Bce), (softplus(-0.5) + softplus(3)) / 2, 1e-6);
  EXPECT_NEAR(d(GanLoss::LeastSquares), 0.5 * ((1 + 4) / 2.0 + (0.25 + 9) / 2.0), 1e-6);
  EXPECT_NEAR(g(GanLoss::LeastSquares), 0.5 * (0.25 + 16) / 2, 1e-6);
  EXPECT_NEAR(d(GanLoss::Hinge), (0 + 2) / 2.0 + (1.5 + 0) / 2.0, 1e-6);
  EXPECT_NEAR(g(GanLoss::Hinge), 1.25, 1e-6);
  EXPECT_NEAR(d(GanLoss::Wasserstein), -1.25 - 0.5, 1e-6);
  EXPECT_NEAR(g(GanLoss::Wasserstein), 1.25, 1e-6);
  EXPECT_ERROR(parseGanLoss("ragan"), ErrorCode::InvalidArgument, "ragan");
}

// D(x) = <w, x>: its gradient is w everywhere.
TEST(GradientPenalties, OfALinearDiscriminatorAreKnown) {
  torch::manual_seed(1);
  torch::Tensor w = torch::randn({3, 8, 8}).requires_grad_(true);
  const Discriminate linear = [&](const torch::Tensor& x) { return (x * w).sum({1, 2, 3}).unsqueeze(1); };
  const torch::Tensor real = torch::rand({4, 3, 8, 8}), fake = torch::rand({4, 3, 8, 8});
  const double length = w.detach().norm().item<double>();
  EXPECT_NEAR(wassersteinPenalty(linear, real, fake).item<double>(), (length - 1) * (length - 1), 1e-3);
  const torch::Tensor r1 = r1Penalty(linear, real);
  EXPECT_NEAR(r1.item<double>(), 0.5 * length * length, 1e-3);
  r1.backward();  // d/dw of |w|^2 / 2 is w: the penalty can be trained on
  EXPECT_TRUE(torch::allclose(w.grad(), w.detach(), 1e-4, 1e-4));
}

// A convolution's kernel seen as a matrix has largest singular value 1 once power iteration has settled.
TEST(SpectralNorm, MakesTheLargestSingularValueOne) {
  torch::manual_seed(2);
  SpectralConv normed(6, 10, 4, 2, 1, true), plain(6, 10, 4, 2, 1, false);
  const torch::Tensor x = torch::rand({1, 6, 16, 16});
  for (int i = 0; i < 40; ++i) normed->forward(x);
  EXPECT_NEAR(torch::linalg_svdvals(normed->weight().detach().flatten(1)).max().item<double>(), 1, 0.02);
  EXPECT_LT(torch::linalg_svdvals(plain->weight().detach().flatten(1)).max().item<double>(), 0.7);
  // Scaling the parameter changes nothing.
  const torch::Tensor before = normed->forward(x).detach();
  {
    torch::NoGradGuard no_grad;
    for (torch::Tensor& p : normed->parameters()) {
      if (p.dim() == 4) p.mul_(5);
    }
  }
  EXPECT_TRUE(torch::allclose(normed->forward(x), before, 1e-3, 1e-4));
}

TEST(Discriminators, GiveScoresOfTheirKind) {
  torch::manual_seed(3);
  const torch::Tensor pictures = torch::rand({2, 3, 64, 64});
  DiscriminatorOptions options{.width = 8};
  EXPECT_EQ(Discriminator(options)->forward(pictures).sizes(), (std::vector<int64_t>{2, 6 * 6}));
  options.kind = "multiscale";
  options.layers = 2;
  EXPECT_EQ(Discriminator(options)->forward(pictures).size(0), 2);
  options.kind = "dcgan";
  EXPECT_EQ(Discriminator(options)->forward(pictures).sizes(), (std::vector<int64_t>{2, 1}));
  options.kind = "multiscale";
  options.side = 16;
  EXPECT_ERROR(Discriminator{options}, ErrorCode::InvalidArgument, "16 pixels");
  options.kind = "dcgan";
  options.side = 60;
  EXPECT_ERROR(Discriminator{options}, ErrorCode::InvalidArgument, "60");
  options.kind = "judge";
  EXPECT_ERROR(Discriminator{options}, ErrorCode::InvalidArgument, "judge");
}

// Whole channels are left out, as many as asked for, others in each pass; nothing is when it judges.
TEST(Discriminators, DropoutLeavesOutChannelsWhileTraining) {
  torch::manual_seed(5);
  const torch::Tensor picture = torch::rand({1, 3, 64, 64});
  for (const char* kind : {"patch", "dcgan"}) {
    Discriminator network(DiscriminatorOptions{.kind = kind, .width = 8, .dropout = 0.5});
    const torch::Tensor once = network->forward(picture), again = network->forward(picture);
    EXPECT_FALSE(torch::equal(once, again)) << kind;
    network->eval();
    EXPECT_TRUE(torch::equal(network->forward(picture), network->forward(picture))) << kind;
    torch::manual_seed(6);  // a checkpoint holds the state of these numbers
    network->train();
    const torch::Tensor first = network->forward(picture);
    torch::manual_seed(6);
    EXPECT_TRUE(torch::equal(network->forward(picture), first)) << kind;
  }
}

// The field of view that the documentation promises: a score's gradient reaches 70 x 70 pixels and no more.
TEST(Discriminators, APatchSeesSeventyPixels) {
  torch::manual_seed(4);
  PatchDiscriminator patch(DiscriminatorOptions{.width = 4, .layers = 3});
  torch::Tensor picture = torch::rand({1, 3, 160, 160}).requires_grad_(true);
  const torch::Tensor scores = patch->forward(picture);
  scores[0][0][scores.size(2) / 2][scores.size(3) / 2].backward();
  const torch::Tensor rows = picture.grad().abs().sum({0, 1, 3}).nonzero();
  EXPECT_EQ(rows.max().item<int64_t>() - rows.min().item<int64_t>() + 1, 70);
}

TEST(ImagePool, ReturnsEarlierPicturesAndGoesOnAsBefore) {
  const auto picture = [](float value) { return torch::full({1, 1, 1, 1}, value); };
  ImagePool pool(4, 9);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(pool.exchange(picture(float(i))).item<float>(), float(i));  // filling
  State state;
  int earlier = 0;
  std::vector<float> first, second;
  pool.save(state, "pool/");
  for (int i = 4; i < 40; ++i) {
    first.push_back(pool.exchange(picture(float(i))).item<float>());
    earlier += first.back() != float(i);
  }
  EXPECT_GT(earlier, 8);
  EXPECT_LT(earlier, 28);
  pool.load(state, "pool/");
  for (int i = 4; i < 40; ++i) second.push_back(pool.exchange(picture(float(i))).item<float>());
  EXPECT_EQ(first, second);
  EXPECT_EQ(ImagePool(0, 1).exchange(picture(7)).item<float>(), 7);
}

AdversarySettings smallAdversary() {
  AdversarySettings settings;
  settings.width = 8;
  settings.layers = 2;
  return settings;
}

// A generator's pixels that are trained against the discriminator alone become like the real ones.
class Deception : public testing::TestWithParam<std::string> {};

TEST_P(Deception, MadePicturesBecomeLikeRealOnes) {
  AdversarySettings settings = smallAdversary();
  settings.gan_loss = GetParam();
  settings.learning_rate = 4e-3;
  if (settings.gan_loss == "wgan-gp") {
    settings.penalty = "wgan-gp";
    settings.penalty_weight = 10;
    settings.penalty_every = 1;
    settings.spectral_norm = false;
  }
  Adversary adversary(settings, 3, 32, torch::kCPU, 5);
  const Phase phase = adversary.phase("discriminator", 1000);
  torch::Tensor color = torch::full({1, 3, 1, 1}, 0.2f).requires_grad_(true);
  const torch::Tensor target = torch::tensor({0.8f, 0.3f, 0.6f}).view({1, 3, 1, 1});
  const double before = (color - target).norm().item<double>();
  double closest = before;
  for (int64_t step = 0; step < 200; ++step) {
    const torch::Tensor real = target.expand({2, 3, 32, 32}) + 0.02 * torch::randn({2, 3, 32, 32});
    const torch::Tensor made = color.expand({2, 3, 32, 32}) + 0.02 * torch::randn({2, 3, 32, 32});
    Scalars scalars;
    for (const torch::Tensor& p : adversary.network()->parameters()) p.mutable_grad() = torch::Tensor();
    adversary.discriminatorLoss(real, made, step, scalars).backward();
    phase.members[0].optimizer->step(phase.members[0].learning_rate(step));
    const torch::Tensor slope = torch::autograd::grad({adversary.generatorLoss(made)}, {color})[0];
    torch::NoGradGuard no_grad;
    color.sub_(0.02 * slope / (slope.norm() + 1e-8));
    closest = std::min(closest, (color - target).norm().item<double>());
  }
  EXPECT_LT(closest, 0.3 * before);
}
INSTANTIATE_TEST_SUITE_P(WithEveryLoss, Deception, testing::Values("bce", "lsgan", "hinge", "wgan-gp"),
                         [](const auto& of) { return of.param == "wgan-gp" ? "wgan_gp" : of.param; });

TEST(AdversaryTest, GeneratorsLossGivesTheDiscriminatorNoGradient) {
  Adversary adversary(smallAdversary(), 3, 32, torch::kCPU, 5);
  torch::Tensor made = torch::rand({1, 3, 32, 32}).requires_grad_(true);
  adversary.generatorLoss(made).backward();
  EXPECT_TRUE(made.grad().defined());
  for (const torch::Tensor& p : adversary.network()->parameters()) EXPECT_FALSE(p.grad().defined());
}

TEST(AdversaryTest, BalanceMakesBothPullsEquallyLong) {
  Adversary adversary(smallAdversary(), 3, 32, torch::kCPU, 5);
  torch::Tensor pixels = torch::rand({2, 3, 32, 32}).requires_grad_(true);
  const torch::Tensor made = pixels * 1;
  const torch::Tensor objective = 3 * made.square().mean(), adversarial = adversary.generatorLoss(made);
  const auto length = [&](const torch::Tensor& loss) {
    return torch::autograd::grad({loss}, {made}, {}, true)[0].norm().item<double>();
  };
  const double balance = adversary.balance(objective, adversarial, made, 0).item<double>();
  EXPECT_NEAR(balance * length(adversarial), length(objective), 1e-4 * length(objective));
}

TEST(AdversaryTest, ALazyPenaltyComesNowAndThenAndIsAsMuchStronger) {
  AdversarySettings settings = smallAdversary();
  settings.penalty = "r1";
  settings.penalty_weight = 2;
  settings.penalty_every = 4;
  settings.spectral_norm = false;
  Adversary adversary(settings, 3, 32, torch::kCPU, 5);
  {
    torch::NoGradGuard no_grad;  // steeper than it begins, so that the penalty is no rounding error of the loss
    for (torch::Tensor& p : adversary.network()->parameters()) p.mul_(4);
  }
  const torch::Tensor real = torch::rand({2, 3, 32, 32}), made = torch::rand({2, 3, 32, 32});
  Scalars scalars;
  const auto loss = [&](int64_t step) { return adversary.discriminatorLoss(real, made, step, scalars).item<double>(); };
  const double r1 = r1Penalty([&](const torch::Tensor& x) { return adversary.network()->forward(x); }, real).item<double>();
  ASSERT_GT(r1, 1e-4);
  EXPECT_NEAR(loss(4) - loss(1), 8 * r1, 0.01 * 8 * r1);
  EXPECT_EQ(loss(1), loss(3));
}

}  // namespace
}  // namespace impasto::test
