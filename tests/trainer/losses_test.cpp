// Each loss against its closed form on numbers small enough to check by hand, and its gradient against differences.
#include <cmath>

#include "base/error.h"
#include "losses/content.h"
#include "losses/gram_style.h"
#include "losses/lattice.h"
#include "losses/palette.h"
#include "losses/pixels.h"
#include "losses/readability.h"
#include "losses/total_variation.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

constexpr double kRounding = 1e-6;  // float32 sums of a few terms

torch::Tensor randomPictures(int64_t n, int64_t side) {
  torch::manual_seed(3);
  return torch::rand({n, 3, side, side}).contiguous(torch::MemoryFormat::ChannelsLast);
}

TEST(ContentLoss, IsTheRelativeSquaredErrorOfEachPicture) {
  const torch::Tensor target = torch::tensor({1.0f, 2.0f, 2.0f, 0.0f, 0.0f, 10.0f}).view({2, 1, 1, 3});
  const torch::Tensor features = torch::tensor({1.0f, 2.0f, 5.0f, 0.0f, 0.0f, 0.0f}).view({2, 1, 1, 3});
  // 9 / 9 for the first, 100 / 100 for the second.
  EXPECT_NEAR(contentLoss(features, target).item<double>(), 1.0, kRounding);
  EXPECT_NEAR(contentLoss(target, target).item<double>(), 0.0, kRounding);
  // Not changed by the network's scale.
  EXPECT_NEAR(contentLoss(features * 1000, target * 1000).item<double>(), 1.0, kRounding);
}

TEST(ContentLoss, GradientIsRight) {
  const torch::Tensor target = torch::randn({2, 4, 5, 5});
  expectGradient([&](const torch::Tensor& x) { return contentLoss(x, target); }, torch::randn({2, 4, 5, 5}));
}

TEST(GramMatrix, IsTheMeanOuterProductOfFeatures) {
  // Two channels of two texels each: (1, 2) and (3, -1).
  const torch::Tensor features = torch::tensor({1.0f, 2.0f, 3.0f, -1.0f}).view({1, 2, 1, 2});
  const torch::Tensor expected = torch::tensor({2.5f, 0.5f, 0.5f, 5.0f}).view({1, 2, 2});
  EXPECT_TRUE(torch::allclose(gramMatrix(features), expected, kRounding, kRounding));
  // About the channels' means 1.5 and 1.
  EXPECT_TRUE(torch::allclose(covarianceOf(gramMatrix(features), features),
                              torch::tensor({0.25f, -1.0f, -1.0f, 4.0f}).view({1, 2, 2}), kRounding, kRounding));
}

TEST(GramMatrix, InBfloat16IsTheSameToItsDigits) {
  torch::manual_seed(9);
  const torch::Tensor features = torch::randn({2, 16, 20, 20}) + 0.5;
  torch::Tensor a = features.clone().requires_grad_(true), b = features.to(torch::kBFloat16).requires_grad_(true);
  const torch::Tensor exact = gramMatrix(a), rounded = gramMatrix(b);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat);
  EXPECT_LT((exact - rounded).norm().item<double>(), 0.01 * exact.norm().item<double>());
  (exact.square().sum() * 1e-6).backward();
  (rounded.square().sum() * 1e-6).backward();
  EXPECT_LT((a.grad() - b.grad().to(torch::kFloat)).norm().item<double>(), 0.02 * a.grad().norm().item<double>());
}

class GramStyle : public testing::TestWithParam<StyleStatistic> {};

TEST_P(GramStyle, IsZeroForThePaintingAndGradientIsRight) {
  torch::manual_seed(5);
  const std::map<std::string, torch::Tensor> painting = {{"a", torch::randn({1, 4, 6, 7}) + 1},
                                                         {"b", torch::randn({1, 3, 5, 5})}};
  const GramStyleLoss loss({{"a", 1}, {"b", 3}}, painting, GetParam());
  EXPECT_NEAR(loss(painting).item<double>(), 0.0, kRounding);
  // Weights are normalised: 1/4 and 3/4.
  const std::map<std::string, torch::Tensor> other = {{"a", torch::randn({2, 4, 6, 7})}, {"b", torch::randn({2, 3, 5, 5})}};
  EXPECT_NEAR(loss(other).item<double>(),
              0.25 * loss.layerError("a", other.at("a")).item<double>() +
                  0.75 * loss.layerError("b", other.at("b")).item<double>(),
              kRounding);
  expectGradient([&](const torch::Tensor& x) { return loss.layerError("a", x); }, other.at("a"));
}
INSTANTIATE_TEST_SUITE_P(OfEachStatistic, GramStyle,
                         testing::Values(StyleStatistic::Gram, StyleStatistic::Covariance, StyleStatistic::Both));

// The mean colours of a whole painting are not asked of every crop: only the Gram matrix sees a shift of the means.
TEST(GramStyle, CovarianceIgnoresMeansAndBothIsTheMeanOfTheErrors) {
  torch::manual_seed(7);
  const torch::Tensor painting = torch::randn({1, 4, 6, 7}) + 1;
  const auto error = [&](StyleStatistic statistic, const torch::Tensor& features) {
    return GramStyleLoss({{"a", 1}}, {{"a", painting}}, statistic).layerError("a", features).item<double>();
  };
  EXPECT_NEAR(error(StyleStatistic::Covariance, painting + 3), 0.0, 1e-5);
  EXPECT_GT(error(StyleStatistic::Gram, painting + 3), 1);
  const torch::Tensor other = torch::randn({2, 4, 6, 7}) * 0.5;
  EXPECT_NEAR(error(StyleStatistic::Both, other),
              (error(StyleStatistic::Gram, other) + error(StyleStatistic::Covariance, other)) / 2, 1e-6);
}

TEST(GramStyle, DoublingTheFeaturesGivesTheClosedForm) {
  torch::manual_seed(6);
  const torch::Tensor features = torch::randn({1, 4, 6, 7});
  const GramStyleLoss loss({{"a", 1}}, {{"a", features}}, StyleStatistic::Gram);
  // G becomes 4 G: ||4 G - G||^2 / ||G||^2 = 9.
  EXPECT_NEAR(loss.layerError("a", 2 * features).item<double>(), 9.0, 1e-5);
}

TEST(GramStyle, APaintingOfOneColourIsAnError) {
  EXPECT_ERROR(GramStyleLoss({{"relu1_1", 1}}, {{"relu1_1", torch::zeros({1, 2, 4, 4})}}, StyleStatistic::Covariance),
               ErrorCode::InvalidArgument, "relu1_1");
}

TEST(TotalVariation, OfARampIsItsSquaredSlope) {
  const torch::Tensor ramp = torch::arange(8, torch::kFloat).mul(0.1).view({1, 1, 1, 8}).expand({1, 3, 4, 8});
  EXPECT_NEAR(totalVariationLoss(ramp).item<double>(), 0.01, kRounding);
  EXPECT_EQ(totalVariationLoss(torch::ones({1, 3, 1, 1})).item<double>(), 0.0);
  expectGradient(totalVariationLoss, randomPictures(2, 8));
}

TEST(Palette, IsZeroForThePaintingItselfAndGradientIsRight) {
  const torch::Tensor painting = randomPictures(1, 32);
  const PaletteLoss loss(painting);
  EXPECT_NEAR(loss(painting, 1).item<double>(), 0.0, kRounding);
  const torch::Tensor grey = torch::full({1, 3, 32, 32}, 0.5f);
  EXPECT_GT(loss(grey, 1).item<double>(), 0.5);  // no spread at all: about 1 on each axis
  EXPECT_EQ(loss(grey, 1).item<double>(), loss(grey, 1).item<double>());
  expectGradient([&](const torch::Tensor& x) { return loss(x, 1); }, randomPictures(2, 32) * 0.7, 0.02, 1e-3);
}

TEST(Structure, IgnoresLightnessAndSeesInversion) {
  const torch::Tensor frames = randomPictures(2, 16);
  EXPECT_NEAR(structureLoss(frames, frames).item<double>(), 0.0, 1e-5);
  EXPECT_NEAR(structureLoss(frames * 1.0 + 0.2, frames).item<double>(), 0.0, 1e-4);
  EXPECT_GT(structureLoss(1 - frames, frames).item<double>(), 1.5);  // up to 2: the opposite of every edge
  expectGradient([&](const torch::Tensor& x) { return structureLoss(x, frames); }, randomPictures(2, 16) * 0.5, 0.02, 1e-3);
}

TEST(Structure, StrokesWhereTheFrameIsFlatCostNothing) {
  EXPECT_NEAR(structureLoss(randomPictures(1, 16), torch::full({1, 3, 16, 16}, 0.5f)).item<double>(), 0.0, 1e-4);
}

TEST(Edges, AreLostByBlurTeethAndInversionButNotByMoreContrast) {
  torch::Tensor frames = torch::zeros({1, 3, 16, 16});
  frames.narrow(3, 8, 8).fill_(0.3);  // averaged, four texels of slope 0.05, 0.1, 0.1, 0.05
  EXPECT_NEAR(edgeLoss(frames, frames).item<double>(), 0.0, kRounding);
  EXPECT_NEAR(edgeLoss(2 * frames, frames).item<double>(), 0.0, kRounding);
  EXPECT_NEAR(edgeLoss(0.5 * frames + 0.2, frames).item<double>(), 0.5, 1e-3);
  EXPECT_NEAR(edgeLoss(torch::zeros_like(frames), frames).item<double>(), 1.0, 1e-3);
  EXPECT_NEAR(edgeLoss(1 - frames, frames).item<double>(), 2.0, 2e-3);
  torch::Tensor teeth = torch::zeros({1, 3, 16, 16});
  teeth.slice(2, 0, 16, 2).narrow(3, 7, 2).fill_(1);
  EXPECT_GT(edgeLoss(teeth, frames).item<double>(), 0.5);
  EXPECT_NEAR(edgeLoss(randomPictures(1, 16), torch::full({1, 3, 16, 16}, 0.5f)).item<double>(), 0.0, kRounding);
  const torch::Tensor random = randomPictures(2, 16);
  expectGradient([&](const torch::Tensor& x) { return edgeLoss(x, random); }, random.flip(0) * 0.2 + 0.3, 0.05, 1e-4);
}

TEST(Tone, IsTheCorrelationOfLightAreas) {
  torch::manual_seed(4);
  const torch::Tensor frames = torch::upsample_nearest2d(torch::rand({2, 3, 4, 4}), {64, 64});
  EXPECT_NEAR(toneLoss(frames, frames).item<double>(), 0.0, 1e-5);
  EXPECT_NEAR(toneLoss(0.5 * frames + 0.3, frames).item<double>(), 0.0, 1e-2);
  EXPECT_NEAR(toneLoss(1 - frames, frames).item<double>(), 2.0, 1e-2);
  EXPECT_NEAR(toneLoss(frames, torch::full_like(frames, 0.5)).item<double>(), 0.0, kRounding);
  const torch::Tensor pictures = randomPictures(2, 64);
  expectGradient([&](const torch::Tensor& x) { return toneLoss(x, frames); }, pictures, 0.02, 1e-3);
}

TEST(Lattice, SeesGridsAndNotStrokes) {
  const torch::Tensor index = torch::arange(128);
  const auto grid = [&](int64_t period) {
    const torch::Tensor line = (index % period == 0).to(torch::kFloat).mul(0.1);
    return line.view({1, 1, 1, 128}).expand({1, 3, 128, 128});
  };
  // Half the standard deviation, of each period alike.
  for (const int64_t period : {2, 4, 8}) {
    const double share = 1.0 / static_cast<double>(period), deviation = 0.1 * std::sqrt(share * (1 - share));
    EXPECT_NEAR(latticeLoss(grid(period)).item<double>(), deviation / 2, 0.1 * deviation) << period;
  }
  for (const int64_t period : {3, 5, 7}) EXPECT_LT(latticeLoss(grid(period)).item<double>(), 0.003) << period;
  torch::manual_seed(8);
  EXPECT_LT(std::abs(latticeLoss(torch::rand({2, 3, 128, 128})).item<double>()), 0.02);  // chance; the texture has 0.29
  EXPECT_NEAR(latticeLoss(torch::full({1, 3, 128, 128}, 0.5f)).item<double>(), 0.0, 2e-5);
  EXPECT_EQ(latticeLoss(torch::rand({1, 3, 63, 128})).item<double>(), 0.0);  // smaller than a window
  // A slope is no grid.
  const torch::Tensor slope = torch::linspace(0, 1, 128).view({1, 1, 1, 128}).expand({1, 3, 128, 128});
  EXPECT_LT(std::abs(latticeLoss(slope).item<double>()), 1e-3);
}

// The gradient takes a grid away however faint it is below the strokes, and never asks for more contrast.
TEST(Lattice, HasNoDeadZoneAndRewardsNoContrast) {
  torch::manual_seed(8);
  const torch::Tensor index = torch::arange(128);
  const torch::Tensor grid = ((index % 8 == 0).to(torch::kFloat) - 0.125).view({1, 1, 1, 128}).expand({1, 3, 128, 128});
  const torch::Tensor strokes = torch::avg_pool2d(torch::rand({1, 3, 130, 130}), 3, 1) * 0.5;
  for (const double amplitude : {0.3 / 255, 1.0 / 255, 4.0 / 255}) {
    const torch::Tensor picture = (strokes + amplitude * grid).requires_grad_(true);
    latticeLoss(picture).backward();
    EXPECT_GT((picture.grad() * grid).sum().item<double>(), 0) << amplitude;
    EXPECT_GE((picture.grad() * strokes).sum().item<double>(), 0) << amplitude;
  }
}

TEST(FineDetail, SeesACheckerboardOnEitherPhaseAndNoSmoothChange) {
  const torch::Tensor frames = randomPictures(1, 16);
  const torch::Tensor index = torch::arange(16);
  const torch::Tensor checker = ((index.view({16, 1}) + index.view({1, 16})) % 2 * 2 - 1).to(torch::kFloat).mul(0.1);
  EXPECT_NEAR(fineDetailLoss(frames + checker, frames).item<double>(), 0.1, 1e-5);
  EXPECT_NEAR(fineDetailLoss(frames + 0.3, frames).item<double>(), 0.0, kRounding);
}

// Closed forms: a difference of one constant, and one of a slope.
TEST(Pixels, MeasureConstantsAndSlopes) {
  const torch::Tensor zero = torch::zeros({2, 3, 32, 48}), shifted = torch::full({2, 3, 32, 48}, 0.3);
  const double round = 1.0 / 255;
  EXPECT_NEAR(charbonnierLoss(shifted, zero).item<double>(), std::sqrt(0.09 + round * round) - round, 1e-6);
  EXPECT_NEAR(charbonnierLoss(shifted, shifted).item<double>(), 0, 1e-8);
  EXPECT_NEAR(gradientLoss(shifted, zero).item<double>(), 0, 1e-6);
  EXPECT_NEAR(lowPassLoss(shifted, zero).item<double>(), 0.3, 1e-6);
  const torch::Tensor ramp = (0.01 * torch::arange(48, torch::kFloat)).expand({2, 3, 32, 48});
  EXPECT_NEAR(gradientLoss(ramp, zero).item<double>(), 0.01 + 0.02 + 0.04, 1e-6);  // at full, half and quarter size
  torch::manual_seed(6);
  const torch::Tensor target = torch::rand({1, 3, 16, 16});
  for (const auto& loss : {charbonnierLoss, gradientLoss, lowPassLoss}) {
    expectGradient([&](const torch::Tensor& x) { return loss(x, target); }, torch::rand({1, 3, 16, 16}), 0.02, 1e-3);
  }
}

}  // namespace
}  // namespace impasto::test
