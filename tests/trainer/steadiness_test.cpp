// What keeps colours where they belong and paint where things are: the map of colours, flat crops, equivariance.
#include <cmath>
#include <set>

#include "data/crop_loader.h"
#include "losses/color_map.h"
#include "losses/content.h"
#include "recipes/equivariance.h"
#include "support/random_style.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

// N colours within [low, high], 3 x N, a function of the seed.
torch::Tensor someColors(int64_t count, float low, float high, uint32_t seed) {
  Random random(seed);
  torch::Tensor colors = torch::empty({3, count});
  for (int64_t i = 0; i < colors.numel(); ++i) colors.data_ptr<float>()[i] = random.uniform(low, high);
  return colors;
}

torch::Tensor asPicture(const torch::Tensor& colors) { return colors.view({1, 3, 1, -1}); }

TEST(ColorMap, LeavesColoursThatAreThePaintingsAlready) {
  const torch::Tensor colors = someColors(4096, 0, 1, 1);
  const ColorMap map(colors, colors, 1);
  EXPECT_LT((map(asPicture(colors)) - asPicture(colors)).abs().max().item<double>(), 1e-5);
}

// The cheapest way from a cloud of colours to itself, scaled and moved, is just that (Brenier).
TEST(ColorMap, CarriesColoursTheShortestWay) {
  const torch::Tensor colors = someColors(4096, 0.2f, 0.8f, 1);
  const torch::Tensor painting = 0.5 * someColors(4096, 0.2f, 0.8f, 2) + 0.3;
  const ColorMap map(colors, painting, 1);
  const torch::Tensor inner = someColors(512, 0.3f, 0.7f, 3);  // at the rim of the cloud the mean of moves is one-sided
  const torch::Tensor error = map(asPicture(inner)) - asPicture(0.5 * inner + 0.3);
  EXPECT_LT(error.abs().mean().item<double>(), 0.02);
  EXPECT_GE(map.table().min().item<double>(), 0);
  EXPECT_LE(map.table().max().item<double>(), 1);
}

TEST(ColorMap, ReadsItsTableByRedGreenAndBlue) {
  // Content of one red, one green and one blue; the painting has them all a little darker.
  const torch::Tensor content = torch::eye(3).repeat({1, 64});
  const ColorMap map(content, 0.75 * content, 1);
  const torch::Tensor seen = map(asPicture(torch::eye(3)));
  EXPECT_LT((seen - asPicture(0.75 * torch::eye(3))).abs().max().item<double>(), 0.02);
}

TEST(ColorMap, EqualSeedsGiveEqualSamplesAndTheyAreThePictures) {
  const std::vector<Image> pictures = {makePicture(40, 30, 1), makePicture(30, 50, 2)};
  EXPECT_TRUE(torch::equal(sampledColors(pictures, 100, 5), sampledColors(pictures, 100, 5)));
  EXPECT_FALSE(torch::equal(sampledColors(pictures, 100, 5), sampledColors(pictures, 100, 6)));
  const torch::Tensor colors = sampledColors({Image{2, 1, {10, 20, 30, 10, 20, 30}}}, 4, 1);
  EXPECT_TRUE(torch::allclose(colors * 255, torch::tensor({{10.f}, {20.f}, {30.f}}).expand({3, 4})));
}

TEST(AreaColorLoss, IsTheSquareOfAnAreasDifferenceAndBlindToStrokes) {
  const torch::Tensor wanted = torch::rand({2, 3, 64, 64});
  EXPECT_NEAR(areaColorLoss(wanted + 0.1, wanted).item<double>(), 0.01, 1e-6);
  torch::Tensor strokes = torch::full({64, 64}, 0.3);
  strokes.slice(1, 0, 64, 2).neg_();  // no mean over any area
  EXPECT_NEAR(areaColorLoss(wanted + strokes, wanted).item<double>(), 0, 1e-9);
  torch::Tensor one_area = wanted.clone();
  one_area.narrow(2, 0, 32).narrow(3, 32, 32).add_(0.2);  // a quarter of the picture
  EXPECT_NEAR(areaColorLoss(one_area, wanted).item<double>(), 0.04 / 4, 1e-6);
}

TEST(ContentLoss, AboutTheMeanForgivesOtherColours) {
  const torch::Tensor features = torch::rand({2, 5, 6, 7});
  const torch::Tensor shifted = features + torch::rand({2, 5, 1, 1});
  EXPECT_NEAR(contentLoss(shifted, features, /*about_mean=*/true).item<double>(), 0, 1e-9);
  EXPECT_GT(contentLoss(shifted, features).item<double>(), 0.1);
}

TEST(ContentLoss, AboutTheMeanAFlatPictureMayHaveStrokes) {
  const torch::Tensor flat = torch::full({1, 3, 4, 4}, 2.0f);
  torch::Tensor strokes = flat.clone();
  strokes.slice(3, 0, 4, 2).add_(0.5);
  strokes.slice(3, 1, 4, 2).sub_(0.5);
  EXPECT_NEAR(contentLoss(strokes, flat, /*about_mean=*/true).item<double>(), 0.25 / 4, 1e-6);
}

TEST(CropLoader, TheWantedShareOfCropsIsOfOneColour) {
  const std::vector<Image> pictures = {makePicture(80, 70, 1), makePicture(90, 64, 2)};
  const CropLoader::Options options{.crop = 32, .context = 8, .batch = 200, .seed = 3, .flat = 0.25};
  const torch::Tensor crops = makeCropBatch(pictures, options, 0).pictures.to(torch::kFloat);
  const torch::Tensor flat = crops.flatten(2).std(2).amax(1) == 0;
  EXPECT_NEAR(flat.to(torch::kDouble).mean().item<double>(), 0.25, 0.09);  // three deviations
  const CropLoader::Options none{.crop = 32, .context = 8, .batch = 200, .seed = 3};
  const torch::Tensor others = makeCropBatch(pictures, none, 0).pictures.to(torch::kFloat);
  EXPECT_TRUE(torch::equal(crops.index({~flat}), others.index({~flat})));  // the rest is as it was
}

// Paints the frame, lighter by `amplitude` in even columns and darker in odd ones.
Style stripes(float amplitude, bool noise = false) {
  Graph graph;
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {addInput(graph, InputKind::Color)}, 2);
  const uint32_t mixed = addConv(graph, folded, 12, 1);
  graph.output = addOp(graph, OpType::DepthToSpace, {mixed}, 2);
  if (noise) graph.output = addOp(graph, OpType::Add, {graph.output, addNoise(graph, 3, 1, 1)});
  Random random(1);
  Style style = makeStyle(graph, random);
  ConvWeights& weights = style.weights.at(mixed);
  for (size_t o = 0; o < 12; ++o) {
    for (size_t i = 0; i < 12; ++i) weights.kernel[o * 12 + i] = o == i ? 1.0f : 0.0f;
    weights.bias[o] = o % 2 == 0 ? amplitude : -amplitude;  // phase dy * 2 + dx
  }
  return style;
}

TEST(Equivariance, WhatDependsOnThePlaceIsWhatIsMeasured) {
  const torch::Tensor frames = torch::rand({2, 3, 40, 40});
  const Window window{8, 8, 24, 24};
  const auto measured = [&](Generator& generator, uint64_t seed) {
    torch::NoGradGuard no_grad;
    return equivarianceLoss(*generator, frames, window, seed).item<double>();
  };
  Generator steady(stripes(0)), noisy(stripes(0, /*noise=*/true)), striped(stripes(0.125f));
  std::set<double> seen;
  for (uint64_t seed = 0; seed < 16; ++seed) {
    EXPECT_LT(measured(steady, seed), 1e-6);
    EXPECT_LT(measured(noisy, seed), 1e-6);  // noise stays where it is, and is not what is asked about
    seen.insert(std::round(measured(striped, seed) * 1e4) / 1e4);
  }
  EXPECT_EQ(seen, (std::set<double>{0, 0.25}));  // moved by an even or an odd number of columns
}

class SteadyTrainingTest : public TrainerTest {};

TEST_F(SteadyTrainingTest, EachTermEntersTheLoss) {
  const auto firstLoss = [&](const std::function<void(StyleSettings&)>& change) {
    StyleSettings settings = tinySettings(2);
    change(settings);
    return StyleRun(settings).step();
  };
  const double plain = firstLoss([](StyleSettings&) {});
  EXPECT_GT(firstLoss([](StyleSettings& s) { s.color_map_weight = 60; }), plain);
  EXPECT_GT(firstLoss([](StyleSettings& s) { s.equivariance_weight = 8, s.equivariance_from = 0; }), plain);
  EXPECT_EQ(firstLoss([](StyleSettings& s) { s.equivariance_weight = 8; }), plain);  // not yet
  EXPECT_NE(firstLoss([](StyleSettings& s) { s.content_center = true; }), plain);
  EXPECT_NE(firstLoss([](StyleSettings& s) { s.flat_crops = 1; }), plain);
  EXPECT_NE(firstLoss([](StyleSettings& s) { s.full_resolution_at = 0, s.plain_gram = false; }),
            firstLoss([](StyleSettings& s) { s.full_resolution_at = 0; }));
  EXPECT_ERROR(firstLoss([](StyleSettings& s) { s.equivariance_weight = 1, s.trunk = "sixteenth"; }),
               ErrorCode::InvalidArgument, "--equivariance-weight");
}

}  // namespace
}  // namespace impasto::test
