// The recipe `multi`: several paintings in one generator, a task whose answer is known, mixtures and unseen paintings.
#include <impasto/impasto.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/error.h"
#include "data/painting.h"
#include "recipes/multi.h"
#include "recipes/multi_export.h"
#include "reference/reference.h"
#include "trainer/recipe_run.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

using MultiRun = RecipeRun<MultiSettings, MultiRecipe>;

// Smooth shapes, strong in one channel and weak in another.
Image inHue(uint32_t seed, size_t strong, size_t weak) {
  Image image = makePicture(80, 64, seed);
  for (size_t i = 0; i < image.rgb.size(); i += 3) {
    image.rgb[i + strong] = static_cast<uint8_t>(150 + image.rgb[i + strong] / 3);
    image.rgb[i + weak] = static_cast<uint8_t>(image.rgb[i + weak] / 4);
  }
  return image;
}
Image reddish(uint32_t seed) { return inHue(seed, 0, 2); }
Image bluish(uint32_t seed) { return inHue(seed, 2, 0); }

// How much more red than blue a picture is, on average.
double rednessOf(const torch::Tensor& picture) {
  const torch::Tensor means = picture.mean({0, 2, 3});
  return (means[0] - means[2]).item<double>();
}

torch::Tensor toTorch(const Tensor& tensor) {
  return torch::from_blob(const_cast<float*>(tensor.data.data()), {1, tensor.channels, tensor.height, tensor.width}).clone();
}

// What the plugin's reference paints of a frame 1 x 3 x H x W.
torch::Tensor byReference(const Style& style, const torch::Tensor& frame, const std::vector<float>& vector) {
  const torch::Tensor flat = frame.contiguous();
  ReferenceInputs inputs;
  inputs.color = Tensor(3, static_cast<uint32_t>(frame.size(2)), static_cast<uint32_t>(frame.size(3)));
  std::copy_n(flat.data_ptr<float>(), inputs.color.data.size(), inputs.color.data.begin());
  inputs.style_vector = vector;
  return toTorch(runReference(style, inputs));
}

// What a host gets through the C API, from a style file.
torch::Tensor byTheLibrary(const std::string& path, const torch::Tensor& frame, const std::vector<float>& weights) {
  ImpastoStyle style = nullptr;
  EXPECT_EQ(impastoCreateStyleFromFile(path.c_str(), &style), IMPASTO_SUCCESS) << impastoGetLastError();
  ImpastoStyleInfo info{};
  info.size = sizeof info;
  EXPECT_EQ(impastoStyleGetInfo(style, &info), IMPASTO_SUCCESS);
  EXPECT_EQ(info.painting_count, weights.size());
  std::vector<float> mixture(info.style_vector_length);
  for (uint32_t i = 0; i < info.painting_count; ++i) {
    ImpastoPainting painting{};
    painting.size = sizeof painting;
    EXPECT_EQ(impastoStyleGetPainting(style, i, &painting), IMPASTO_SUCCESS);
    for (size_t k = 0; k < mixture.size(); ++k) mixture[k] += weights[i] * painting.vector[k];
  }
  torch::Tensor pixels = frame[0].permute({1, 2, 0}).contiguous();
  ImpastoHostImage image{};
  image.size = sizeof image;
  image.width = static_cast<uint32_t>(frame.size(3));
  image.height = static_cast<uint32_t>(frame.size(2));
  image.color = image.output = pixels.data_ptr<float>();
  image.style_vector_length = info.style_vector_length;
  image.style_vector = mixture.data();
  EXPECT_EQ(impastoPaintHostImage(style, &image), IMPASTO_SUCCESS) << impastoGetLastError();
  impastoReleaseStyle(style);
  return pixels.permute({2, 0, 1}).unsqueeze(0);
}

std::vector<float> between(const std::vector<float>& a, const std::vector<float>& b, float share) {
  std::vector<float> mixed;
  for (size_t i = 0; i < a.size(); ++i) mixed.push_back((1 - share) * a[i] + share * b[i]);
  return mixed;
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

class MultiTest : public TrainerTest {
 protected:
  void SetUp() override {
    TrainerTest::SetUp();
    writePng(reddish(2000), file("red.png"));
    writePng(bluish(2001), file("two_blues.png"));
  }

  MultiSettings tinySettings(int64_t steps) const {
    MultiSettings settings;
    settings.style_images = {file("red.png"), file("two_blues.png")};
    settings.content = {file("content")};
    settings.perceptual = file("vgg.safetensors");
    settings.out = file("multi.safetensors");
    settings.titles = {"Red, rather", ""};
    settings.size = "small";
    settings.style_vector = 8;
    settings.image_size = 32;
    settings.style_size = 64;
    settings.steps = steps;
    settings.batch = 4;
    settings.device = "cpu";
    settings.precision = "float32";
    settings.threads = 1;
    return settings;
  }
};

TEST(StyleDraws, GiveEveryPaintingAsManyCrops) {
  constexpr int64_t kPaintings = 5, kViews = 3;
  std::vector<int64_t> views(kViews);
  bool other_order = false;
  for (uint64_t round = 0; round < 40; ++round) {
    std::vector<int64_t> drawn;
    for (uint64_t i = 0; i < kPaintings; ++i) {
      const StyleDraw draw = drawStyle(7, round * kPaintings + i, kPaintings, kViews);
      drawn.push_back(draw.painting);
      ++views.at(static_cast<size_t>(draw.view));
    }
    other_order = other_order || !std::is_sorted(drawn.begin(), drawn.end());
    std::sort(drawn.begin(), drawn.end());
    EXPECT_EQ(drawn, (std::vector<int64_t>{0, 1, 2, 3, 4})) << round;
  }
  EXPECT_TRUE(other_order);
  for (const int64_t count : views) EXPECT_GT(count, 40);  // of 200, 67 each on average
}

TEST_F(MultiTest, StyleStatisticsAreWhatStaysWhenAPaintingIsMirrored) {
  const std::unique_ptr<PerceptualNetwork> network = openPerceptual(file("vgg.safetensors"));
  const torch::Tensor red = toTensor(reddish(1)).unsqueeze(0), blue = toTensor(bluish(1)).unsqueeze(0);
  const torch::Tensor of_red = styleStatistics(*network, red);
  EXPECT_EQ(of_red.sizes(), (std::vector<int64_t>{1, 2 * (8 + 12 + 16 + 24)}));
  // The tiny network's kernels are not symmetric, so that mirrored strokes differ a little; another hue differs much.
  const auto apart = [&](const torch::Tensor& x) { return (styleStatistics(*network, x) - of_red).norm().item<double>(); };
  EXPECT_LT(apart(red.flip(3)), 0.3 * apart(blue));
}

// One painting is red, the other blue: what a vector paints is told by the mean colour.
TEST_F(MultiTest, VectorsPaintTheirPaintingsAndMixturesLieBetween) {
  MultiSettings settings = tinySettings(200);
  settings.palette_weight = 2;
  MultiRun run(settings);
  const double first = valueOf(run.run(1), "loss");
  const Scalars scalars = run.run();
  EXPECT_LT(valueOf(scalars, "loss"), first);
  EXPECT_NEAR(valueOf(scalars, "fusion"), run.recipe().fusionWeight(), 0.02);  // of the last step; of the average
  EXPECT_NE(run.recipe().fusionWeight(), 0.5);                                 // it begins there
  run.recipe().writeResult(run.record());

  const Style style = readStyleFile(settings.out);
  ASSERT_EQ(style.paintings.size(), 2u);
  EXPECT_EQ(style.paintings[0].title, "Red, rather");
  EXPECT_EQ(style.paintings[1].title, "two blues");  // of the file's name
  EXPECT_NE(style.provenance.metrics.find("\"fusion\""), std::string::npos);
  const std::vector<float>&red = style.paintings[0].vector, &blue = style.paintings[1].vector;
  const torch::Tensor frame = toTensor(makePicture(52, 44, 77)).unsqueeze(0);
  const auto painted = [&](const std::vector<float>& vector) { return rednessOf(byReference(style, frame, vector)); };
  const double as_red = painted(red), mixed = painted(between(red, blue, 0.5f)), as_blue = painted(blue);
  std::printf("redness: red %.3f, half and half %.3f, blue %.3f; fusion %.3f\n", as_red, mixed, as_blue,
              run.recipe().fusionWeight());
  EXPECT_GT(as_red, 0.15);
  EXPECT_LT(as_blue, -0.15);
  EXPECT_LT(mixed, as_red - 0.05);
  EXPECT_GT(mixed, as_blue + 0.05);
  EXPECT_EQ(painted({}), as_red);  // the first painting's is the default

  // The network that was trained, the reference, and the library with a mixture are one.
  {
    torch::NoGradGuard no_grad;
    GeneratorInputs inputs;
    inputs.color = frame;
    inputs.style = torch::tensor(between(red, blue, 0.25f)).unsqueeze(0);
    const Frozen frozen(*run.recipe().exported());
    const torch::Tensor trained = run.recipe().exported()->forward(inputs).clamp(0, 1);
    constexpr double kBar = 2.0 / 255.0;  // weights are rounded to fp16
    EXPECT_LT((byReference(style, frame, between(red, blue, 0.25f)).clamp(0, 1) - trained).abs().max().item<double>(), kBar);
    EXPECT_LT((byTheLibrary(settings.out, frame, {0.75f, 0.25f}) - trained).abs().max().item<double>(), kBar);
  }

  // The encoder, as a checkpoint keeps it: of a painting it has seen the very vector.
  run.trainer().writeCheckpoint();
  const Checkpoint checkpoint = readCheckpoint(checkpointPath(settings));
  const Style exported = exportMulti(checkpoint, {});
  ASSERT_EQ(exported.paintings.size(), 2u);
  EXPECT_EQ(exported.paintings[1].vector, blue);
  StyleEncoder encoder = encoderOf(checkpoint);
  const std::unique_ptr<PerceptualNetwork> network = openPerceptual(settings.perceptual);
  const auto encoded = [&](const torch::Tensor& painting) { return encodePainting(encoder, *network, painting); };
  const torch::Tensor seen = readPainting(file("red.png"), 64, [](const std::string&) {});
  EXPECT_LT(distance(encoded(seen), red), 1e-4 * distance(red, blue));
}

// Two paintings cannot say what makes a painting red; eight can.
TEST_F(MultiTest, PaintingsThatNoStepHasSeenArePaintedLikeThoseOfTheirHue) {
  MultiSettings settings = tinySettings(240);
  settings.palette_weight = 2;
  settings.style_images.clear();
  settings.titles.clear();
  for (uint32_t i = 0; i < 4; ++i) {
    for (const bool red : {true, false}) {
      settings.style_images.push_back(file((red ? "red_" : "blue_") + std::to_string(i) + ".png"));
      writePng(red ? reddish(2000 + i) : bluish(2000 + i), settings.style_images.back());
    }
  }
  MultiRun run(settings);
  run.run();
  run.recipe().writeResult(run.record());
  run.trainer().writeCheckpoint();
  const Style style = readStyleFile(settings.out);
  StyleEncoder encoder = encoderOf(readCheckpoint(checkpointPath(settings)));
  const std::unique_ptr<PerceptualNetwork> network = openPerceptual(settings.perceptual);
  const torch::Tensor frame = toTensor(makePicture(52, 44, 77)).unsqueeze(0);
  const auto painted = [&](const Image& painting) {
    return rednessOf(byReference(style, frame, encodePainting(encoder, *network, toTensor(painting).unsqueeze(0))));
  };
  for (uint32_t seed = 3000; seed < 3004; ++seed) {
    EXPECT_GT(painted(reddish(seed)), painted(bluish(seed)) + 0.1) << seed;
  }
}

TEST_F(MultiTest, AResumedRunIsTheRunThatNeverStopped) {
  MultiSettings settings = tinySettings(8);
  settings.freeze_norms_at = 0.5;
  MultiRun whole(settings);
  whole.run();
  for (const int64_t stop : {2, 6}) {  // before and after norms are frozen and weights averaged
    MultiRun first(settings);
    first.run(stop);
    first.trainer().writeCheckpoint();
    MultiSettings rest = settings;
    rest.resume = checkpointPath(settings);
    MultiRun second(rest);
    second.run();
    EXPECT_EQ(writeStyle(second.recipe().exportedStyle({})), writeStyle(whole.recipe().exportedStyle({}))) << stop;
  }
  MultiSettings other = settings;
  std::swap(other.style_images[0], other.style_images[1]);
  other.resume = checkpointPath(settings);
  EXPECT_ERROR(MultiRun{other}, ErrorCode::InvalidArgument, "another set of paintings");
}

TEST_F(MultiTest, AnotherRunCanBeginWhereOneEnded) {
  MultiSettings settings = tinySettings(4);
  MultiRun run(settings);
  run.run();
  run.trainer().writeCheckpoint();
  MultiSettings next = settings;
  next.init = checkpointPath(settings);
  next.style_images.push_back(file("painting.png"));
  next.titles.clear();
  MultiRun begun(next);
  // The same encoder and generator: what it knew is painted as before, and the new painting has a vector.
  const Style before = run.recipe().exportedStyle({}), after = begun.recipe().exportedStyle({});
  ASSERT_EQ(after.paintings.size(), 3u);
  EXPECT_LT(distance(after.paintings[1].vector, before.paintings[1].vector), 1e-5);
  const torch::Tensor frame = toTensor(makePicture(40, 40, 78)).unsqueeze(0);
  const std::vector<float>& vector = before.paintings[1].vector;
  EXPECT_LT((byReference(before, frame, vector) - byReference(after, frame, vector)).abs().max().item<double>(), 0.01);

  writeStyleFile(before, file("finished.safetensors"));
  next.init = file("finished.safetensors");
  EXPECT_ERROR(MultiRun{next}, ErrorCode::InvalidArgument, "no style encoder");
  next.init = checkpointPath(settings);
  next.style_vector = 9;
  EXPECT_ERROR(MultiRun{next}, ErrorCode::InvalidArgument, "makes 8 numbers");
}

// The style of one painting is what all of them begin with, and history comes to it.
TEST_F(MultiTest, ARunCanBeginWithTheStyleOfOnePainting) {
  const StyleSettings one = TrainerTest::tinySettings(4);
  StyleRun style(one);
  while (style.stepsDone() < 4) style.step();
  const Style begun = style.style();
  writeStyleFile(begun, file("one.safetensors"));
  MultiSettings settings = tinySettings(6);
  settings.init = file("one.safetensors");
  settings.history = true;
  settings.freeze_norms_at = 0.5;
  settings.clips.share = 1;
  settings.clips.frames = 3;
  settings.color_map_weight = 60;
  MultiRun run(settings);
  const torch::Tensor frame = toTensor(makePicture(40, 40, 78)).unsqueeze(0);
  const Style at_first = run.recipe().exportedStyle({});
  const torch::Tensor of_first = byReference(at_first, frame, at_first.paintings[0].vector);
  const torch::Tensor expected = byReference(begun, frame, {});
  MultiSettings nothing = settings;
  nothing.init.clear();
  nothing.out = file("nothing.safetensors");
  const Style at_random = MultiRun(nothing).recipe().exportedStyle({});
  const double begins = (of_first - expected).abs().mean().item<double>();
  const double otherwise = (byReference(at_random, frame, at_random.paintings[0].vector) - expected).abs().mean().item<double>();
  std::printf("difference to the style of one painting: %.4f, without it %.4f\n", begins, otherwise);
  EXPECT_LT(begins, 0.25 * otherwise);
  for (int i = 0; i < 6; ++i) {
    const Scalars scalars = run.trainer().step();
    EXPECT_EQ(std::isfinite(valueOf(scalars, "moved 1")), i >= 3) << i;
    EXPECT_TRUE(std::isfinite(valueOf(scalars, "colours"))) << i;
  }
  EXPECT_TRUE(std::isfinite(named(run.recipe().heldOut(), "warp 1")));
  EXPECT_TRUE(run.recipe().exportedStyle({}).graph.wants(InputKind::History));
}

TEST_F(MultiTest, WhatCannotBeLearnedIsSaidFirst) {
  const auto expectBad = [&](const std::function<void(MultiSettings&)>& change, const std::string& message) {
    MultiSettings settings = tinySettings(2);
    change(settings);
    EXPECT_ERROR(MultiRun{settings}, ErrorCode::InvalidArgument, message);
  };
  expectBad([](MultiSettings& s) { s.style_images.clear(); }, "--style-image");
  expectBad([](MultiSettings& s) { s.style_images.pop_back(); }, "2 to 64 paintings, got 1");
  expectBad([](MultiSettings& s) { s.style_images.resize(65, s.style_images[0]); }, "2 to 64 paintings, got 65");
  expectBad([](MultiSettings& s) { s.titles = {"one"}; }, "--titles: expected 2");
  expectBad([](MultiSettings& s) { s.licences = {"a", "b", "c"}; }, "--licences: expected 2");
  expectBad([](MultiSettings& s) { s.titles = {"one", "one"}; }, "two paintings are called \"one\"");
  expectBad([](MultiSettings& s) { s.style_vector = 65; }, "--style-vector 65");
  expectBad([](MultiSettings& s) { s.style_vector = 0; }, "--style-vector 0");
  expectBad([](MultiSettings& s) { s.style_layer_weights = {1}; }, "--style-layer-weights");
  expectBad([&](MultiSettings& s) { s.content_layer = "relu9_9"; }, "relu9_9");

  GeneratorShape shape;
  shape.style_vector = 65;
  EXPECT_ERROR(makeGeneratorSpec(shape), ErrorCode::InvalidArgument, "at most 64");
}

}  // namespace
}  // namespace impasto::test
