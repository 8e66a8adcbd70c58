// The trainer's module runs every op and every input as the reference does, and gradients go through them.
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"
#include "nn/generator.h"
#include "reference/reference.h"
#include "support/random_style.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

torch::Tensor toTorch(const Tensor& tensor) {
  if (tensor.data.empty()) return {};
  return torch::from_blob(const_cast<float*>(tensor.data.data()), {1, tensor.channels, tensor.height, tensor.width}).clone();
}

GeneratorInputs toTorch(const ReferenceInputs& inputs) {
  GeneratorInputs result{toTorch(inputs.color), toTorch(inputs.depth), toTorch(inputs.normals), toTorch(inputs.history)};
  if (!inputs.style_vector.empty()) result.style = torch::tensor(inputs.style_vector).unsqueeze(0);
  result.exposure = torch::tensor({inputs.exposure});
  return result;
}

double largestDifference(const torch::Tensor& ours, const Tensor& reference) {
  const torch::Tensor theirs = toTorch(reference);
  return ((ours - theirs).abs() / theirs.abs().clamp_min(1)).max().item<double>();
}

// Both compute in fp32, in another order of sums.
constexpr double kTolerance = 1e-5;

TEST(GeneratorOps, RandomStylesEqualTheReference) {
  torch::NoGradGuard no_grad;
  for (uint32_t seed = 0; seed < 80; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Style style = makeRandomStyle(seed, {.version_2 = seed >= 20});
    const ReferenceInputs inputs = makeRandomInputs(style.graph, 9 + seed % 5, 21, seed);
    const torch::Tensor painted = Generator(style)->forward(toTorch(inputs), {{0, 0}});
    EXPECT_LT(largestDifference(painted, runReference(style, inputs)), kTolerance);
  }
}

// color -> 4 channels, steered by a style vector of 3 and the exposure; blended with history.
Style steeredStyle(uint32_t range) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t features = addConv(graph, color, 4, 3);
  const uint32_t globals = addOp(graph, OpType::Concat, {addStyleInput(graph, 3), addInput(graph, InputKind::Exposure)});
  const uint32_t gains = addConv(graph, globals, 8, 1);
  const uint32_t steered = addOp(graph, OpType::Modulate, {features, gains}, 0, Activation::LeakyRelu);
  graph.output = addBlend(graph, steered, addInput(graph, InputKind::History), range);
  Random random(3);
  return makeStyle(graph, random);
}

TEST(GeneratorOps, EachPictureOfABatchHasItsOwnStyleVectorAndExposure) {
  torch::NoGradGuard no_grad;
  const Style style = steeredStyle(1);
  std::vector<ReferenceInputs> frames;
  GeneratorInputs batch;
  const auto append = [](torch::Tensor& all, const torch::Tensor& one) { all = all.defined() ? torch::cat({all, one}) : one; };
  for (uint32_t seed = 1; seed <= 3; ++seed) {
    frames.push_back(makeRandomInputs(style.graph, 7, 10, seed));
    frames.back().style_vector = {0.5f * static_cast<float>(seed), -1, 2};
    const GeneratorInputs one = toTorch(frames.back());
    append(batch.color, one.color);
    append(batch.history, one.history);
    append(batch.style, one.style);
    append(batch.exposure, one.exposure);
  }
  const torch::Tensor painted = Generator(style)->forward(batch, {{0, 0}, {0, 0}, {0, 0}});
  for (int64_t i = 0; i < 3; ++i)
    EXPECT_LT(largestDifference(painted.narrow(0, i, 1), runReference(style, frames[static_cast<size_t>(i)])), kTolerance) << i;
}

TEST(GeneratorOps, WhatIsLeftOutIsAsTheFormatSays) {
  torch::NoGradGuard no_grad;
  Style style = steeredStyle(2);
  style.paintings = {{"A", "", "", "", {1, -2, 0.5f}}};
  ReferenceInputs inputs;
  inputs.color = makeRandomInputs(style.graph, 6, 5, 1).color;
  GeneratorInputs given;
  given.color = toTorch(inputs.color);
  EXPECT_LT(largestDifference(Generator(style)->forward(given.color), runReference(style, inputs)), kTolerance);

  Graph graph;
  addInput(graph, InputKind::Depth, true);
  graph.output = addConv(graph, 0, 3, 1);
  Random random(4);
  const Style optional = makeStyle(graph, random);
  EXPECT_LT(largestDifference(Generator(optional)->forward(given.color), runReference(optional, inputs)), kTolerance);
  graph.ops[0].optional = false;
  EXPECT_ERROR(Generator(makeStyle(graph, random))->forward(given.color), ErrorCode::InvalidArgument,
               "the generator needs 'depth'");
}

// A step along the signs of the gradient must change the loss by the sum of its magnitudes. Differences of a loss of the
// order of ten in fp32, and steps over kinks of clamps and activations, leave a few per cent.
TEST(GeneratorOps, GradientsGoThroughBlendAndModulate) {
  constexpr double kStep = 1.0 / 1024, kTolerated = 0.05;
  for (const uint32_t range : {0u, 1u, 2u}) {
    Generator generator(steeredStyle(range));
    GeneratorInputs inputs = toTorch(makeRandomInputs(generator->spec().graph, 6, 7, 2));
    inputs.style = torch::tensor({{0.3f, -0.7f, 0.2f}});
    torch::manual_seed(5);
    inputs.history.narrow(1, 0, 3).normal_(0, 2);  // mostly outside of the limits, which then carry the gradient
    const torch::Tensor weights = torch::randn({1, 3, 6, 7});
    const auto loss = [&] { return (generator->forward(inputs, {{0, 0}}) * weights).sum(); };
    const auto expectGradient = [&](torch::Tensor& input, const char* name) {
      input.requires_grad_(true);
      const torch::Tensor gradient = torch::autograd::grad({loss()}, {input})[0];
      const double expected = gradient.abs().sum().item<double>();
      EXPECT_GT(expected, 0.0) << name;
      const torch::Tensor at = input.detach();
      input = at + kStep * gradient.sign();
      const double above = loss().item<double>();
      input = at - kStep * gradient.sign();
      const double below = loss().item<double>();
      input = at;
      EXPECT_NEAR((above - below) / (2 * kStep), expected, kTolerated * expected) << name << ", range " << range;
    };
    expectGradient(inputs.color, "color");
    expectGradient(inputs.history, "history");
    expectGradient(inputs.style, "style");
    expectGradient(inputs.exposure, "exposure");
  }
}

}  // namespace
}  // namespace impasto::test
