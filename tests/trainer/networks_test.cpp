#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "base/error.h"
#include "io/safetensors.h"
#include "metrics/stability.h"
#include "nn/generator.h"
#include "nn/graph_cost.h"
#include "nn/johnson.h"
#include "nn/replicate_pad.h"
#include "nn/vgg.h"
#include "nn/winograd.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

TEST(GeneratorSpec, EachSizeKeepsItsBudget) {
  for (const auto& [size, budget] : {std::pair{"small", 5e3}, {"medium", 15e3}, {"large", 60e3}}) {
    const GeneratorSpec spec = makeGeneratorSpec(size);
    EXPECT_LE(spec.graph.multiplyAddsPerPixel(), budget) << size;
    EXPECT_GE(spec.graph.multiplyAddsPerPixel(), 0.75 * budget) << size << " could be larger";
    EXPECT_EQ(spec.graph.ops[spec.graph.output].channels, 3u);
  }
  EXPECT_ERROR(makeGeneratorSpec("huge"), ErrorCode::InvalidArgument, "--size huge");
}

// Every graph that can be chosen: valid, within its size's budget, and what a checkpoint says of it is enough to make it.
TEST(GeneratorSpec, EachShapeKeepsItsBudgetAndIsFoundAgain) {
  for (const char* size : {"small", "medium", "large"}) {
    const double budget = size == std::string("small") ? 5e3 : size == std::string("medium") ? 15e3 : 60e3;
    for (const char* decoder : {"shuffle", "upsample"}) {
      for (const char* tail : {"full", "half"}) {
        for (const char* trunk : {"eighth", "sixteenth"}) {
          GeneratorShape shape{.size = size, .decoder = decoder, .tail = tail, .trunk = trunk, .widths = "usual"};
          const GeneratorSpec spec = makeGeneratorSpec(shape);
          EXPECT_LE(spec.graph.multiplyAddsPerPixel(), budget) << size << decoder << tail << trunk;
          EXPECT_EQ(spec.graph.alignment, trunk == std::string("eighth") ? 8u : 16u);
          Fields fields;
          declare(fields, shape);
          const GeneratorShape again = shapeOf(nlohmann::json::parse(fields.json().dump()));
          EXPECT_EQ(std::tie(again.size, again.decoder, again.tail, again.trunk, again.widths),
                    std::tie(shape.size, shape.decoder, shape.tail, shape.trunk, shape.widths));
        }
      }
    }
  }
  const GeneratorShape old = shapeOf(nlohmann::json{{"size", "small"}});  // before there was a choice
  EXPECT_EQ(std::tie(old.decoder, old.tail, old.trunk, old.widths), std::make_tuple("shuffle", "full", "eighth", "usual"));
  EXPECT_ERROR(makeGeneratorSpec(GeneratorShape{.size = "small", .tail = "quarter"}), ErrorCode::InvalidArgument,
               "--tail quarter");
}

TEST(GeneratorSpec, InSixteensEveryConvolutionReadsAMultipleOfSixteenButForNoiseAndTheLast) {
  const GeneratorSpec spec = makeGeneratorSpec(GeneratorShape{.size = "small", .tail = "half", .widths = "sixteens"});
  for (const Op& op : spec.graph.ops) {
    if (op.type == OpType::Conv2d && op.name != "mix" && op.name != "out") {
      EXPECT_EQ(spec.graph.ops[op.inputs[0]].channels % 16, 0u) << op.name;
    }
  }
  EXPECT_LE(spec.graph.multiplyAddsPerPixel(), 5e3);
}

// By hand: a pass reads what its convolution depends on and writes its result, in quads of channels of two bytes.
TEST(GraphCost, CountsWhatPassesReadAndWrite) {
  Graph graph;
  graph.ops = {{.type = OpType::Input, .name = "color"},
               {.type = OpType::SpaceToDepth, .name = "fold", .inputs = {0}, .block = 2},
               {.type = OpType::Conv2d, .name = "a", .inputs = {1}, .kernel = 3, .channels = 6},
               {.type = OpType::Conv2d, .name = "b", .inputs = {2}, .kernel = 3, .channels = 6},
               {.type = OpType::Add, .name = "sum", .inputs = {2, 3}},
               {.type = OpType::Upsample, .name = "up", .inputs = {4}},
               {.type = OpType::Concat, .name = "both", .inputs = {5, 0}},
               {.type = OpType::Conv2d, .name = "out", .inputs = {6}, .kernel = 1, .channels = 3}};
  graph.output = 7;
  validateGraph(graph);
  const double a = 4 + 8 / 4.0, b = 8 / 4.0 + 8 / 4.0, sum = 8 / 4.0, out = 8 / 4.0 + 4 + 4;
  EXPECT_DOUBLE_EQ(bytesMovedPerPixel(graph), 2 * (a + b + sum + out));
}

// One convolution that weighs the four phases of its depth-to-space alike, or not.
Style shuffledStyle(float bias_of_first_phase) {
  Style style;
  style.graph.ops = {{.type = OpType::Input, .name = "color"},
                     {.type = OpType::SpaceToDepth, .name = "fold", .inputs = {0}, .block = 2},
                     {.type = OpType::Conv2d, .name = "copy", .inputs = {1}, .kernel = 1, .channels = 12},
                     {.type = OpType::DepthToSpace, .name = "unfold", .inputs = {2}, .block = 2}};
  style.graph.output = 3;
  validateGraph(style.graph);
  ConvWeights weights;
  weights.kernel.assign(12 * 12, 0.0f);
  for (size_t i = 0; i < 12; ++i) weights.kernel[i * 12 + i] = 1;
  weights.bias.assign(12, 0.0f);
  for (size_t i = 0; i < 12; i += 4) weights.bias[i] = bias_of_first_phase;
  style.weights[2] = weights;
  return style;
}

TEST(Stability, KnowsALatticeAndAPanByTheirSize) {
  Generator plain(shuffledStyle(0)), grid(shuffledStyle(0.04f));
  EXPECT_NEAR(measureStability(*plain).lattice, 0, 1e-4);
  EXPECT_NEAR(measureStability(*plain).wander, 0, 1e-4);
  // One pixel in four is 0.04 lighter: standard deviation 0.04 sqrt(3) / 4.
  EXPECT_NEAR(measureStability(*grid).lattice, 255 * 0.04 * std::sqrt(3.0) / 4, 0.01);
  EXPECT_NEAR(measureStability(*grid).wander, 0, 1e-3);
  const torch::Tensor frame = 0.5 * toTensor(makePicture(97, 80, 4)).unsqueeze(0);
  EXPECT_NEAR(measurePan(*plain, frame), 0, 1e-4);
  // Moved by one pixel, each second row's pixels are 0.04 lighter or darker.
  EXPECT_NEAR(measurePan(*grid, frame), 255 * 0.04 / 2, 0.02);
}

// A network that hands the frame on flickers as the grain does: 2 of 255, a little less of 30 samples.
TEST(Stability, FlickerOfWhatChangesNothingIsTheGrains) {
  Generator plain(shuffledStyle(0));
  const torch::Tensor frame = 0.25 + 0.5 * toTensor(makePicture(96, 80, 4)).unsqueeze(0);
  EXPECT_NEAR(measureFlicker(*plain, frame), 2 * std::sqrt(29.0 / 30) * (1 - 0.25 / 29), 0.01);
  torch::NoGradGuard no_grad;
  for (const torch::Tensor& p : plain->parameters()) p.zero_();
  EXPECT_EQ(measureFlicker(*plain, frame), 0);
}

// Nearest upsampling, then a convolution: on a flat frame without noise nothing tells one pixel from the next, whatever the
// weights are.
TEST(Stability, AnUpsamplingDecoderIsFlatOnFlatFrames) {
  torch::manual_seed(5);
  for (const auto& [decoder, flat] : {std::pair{"upsample", true}, {"shuffle", false}}) {
    Generator generator(makeGeneratorSpec(GeneratorShape{.size = "small", .decoder = decoder}));
    torch::NoGradGuard no_grad;
    for (const torch::Tensor& p : generator->parameters()) {
      if (p.dim() == 4) p.normal_(0, std::sqrt(2.0 / static_cast<double>(p[0].numel())));  // as if long trained
    }
    generator->calibrate({torch::rand({2, 3, 64, 64})}, /*keep_function=*/false);
    generator->freezeNorms(true);
    const double lattice = measureStability(*generator).lattice;
    if (flat) EXPECT_LT(lattice, 1e-3);
    else EXPECT_GT(lattice, 1);
  }
}

TEST(JohnsonNetwork, IsOfThePublishedSizeAndPaintsFramesOfAnySize) {
  torch::manual_seed(1);
  Johnson network;
  int64_t parameters = 0;
  for (const torch::Tensor& p : network.parameters()) parameters += p.numel();
  EXPECT_NEAR(static_cast<double>(parameters), 1.68e6, 0.005e6);
  EXPECT_EQ(network.multiplyAddsPerPixel(), 153792);
  torch::NoGradGuard no_grad;
  const torch::Tensor frame = torch::rand({2, 3, 21, 30});
  const torch::Tensor painted = network.forward(frame);
  EXPECT_EQ(painted.sizes(), frame.sizes());
  EXPECT_GT(painted.min().item<double>(), 0);
  EXPECT_LT(painted.max().item<double>(), 1);
  const torch::Tensor part = network.forward(frame, NoiseOffsets(2, {0, 0}), Window{3, 5, 8, 16});
  EXPECT_TRUE(torch::equal(part, painted.narrow(2, 3, 8).narrow(3, 5, 16)));
}

// Instance norm: each picture's own statistics, so that neither its brightness nor the rest of the batch matters. Only the
// first convolution sees the brightness, and a constant is gone after its norm.
TEST(JohnsonNetwork, ForgetsBrightnessAndContrastOfEachPicture) {
  torch::manual_seed(2);
  Johnson network(4);
  torch::NoGradGuard no_grad;
  const torch::Tensor frame = 0.2 + 0.6 * torch::rand({1, 3, 32, 32}), darker = 0.5 * frame + 0.1;
  const torch::Tensor both = network.forward(torch::cat({frame, darker}));
  EXPECT_LT((both[0] - both[1]).abs().max().item<double>(), 5e-3);
  EXPECT_LT((network.forward(frame)[0] - both[0]).abs().max().item<double>(), 1e-5);
  EXPECT_GT((network.forward(frame.flip(3))[0] - both[0]).abs().max().item<double>(), 0.1);
}

TEST(ReplicatePad, EqualsLibTorchsAndSoDoesItsGradient) {
  torch::manual_seed(1);
  for (const auto& [height, width] : {std::pair{1, 1}, {1, 5}, {4, 1}, {6, 7}}) {
    const torch::Tensor x = torch::randn({2, 3, height, width});
    const torch::Tensor a = x.clone().requires_grad_(true), b = x.clone().requires_grad_(true);
    const torch::Tensor ours = replicatePad(a), theirs = torch::replication_pad2d(b, {1, 1, 1, 1});
    EXPECT_TRUE(torch::equal(ours, theirs));
    const torch::Tensor weights = torch::randn_like(theirs);
    (ours * weights).sum().backward();
    (theirs * weights).sum().backward();
    EXPECT_TRUE(torch::allclose(a.grad(), b.grad(), 1e-6, 1e-6)) << height << "x" << width;
  }
}

// Decoding only a window is no approximation.
TEST(Windows, EqualTheSamePartOfTheWholePaintingAndSoDoGradients) {
  torch::manual_seed(3);
  const GeneratorShape shapes[] = {
      {.size = "small"}, {.size = "medium"}, {.size = "small", .decoder = "upsample", .tail = "half", .trunk = "sixteenth"}};
  for (const GeneratorShape& shape : shapes) {
    const std::string size = shape.size + " " + shape.decoder;
    Generator generator(makeGeneratorSpec(shape));
    generator->calibrate({torch::rand({2, 3, 64, 64})}, /*keep_function=*/false);
    generator->freezeNorms(true);
    const torch::Tensor frame = torch::rand({2, 3, 100, 140});
    const std::vector<std::pair<uint32_t, uint32_t>> offsets = {{3, 5}, {70, 9}};
    const auto gradient = [&](const torch::Tensor& painting) {
      for (const torch::Tensor& p : generator->parameters()) p.mutable_grad() = torch::Tensor();
      painting.square().sum().backward();
      return generator->parameters()[0].grad().clone();
    };
    for (const Window& w : {Window{40, 48, 24, 40}, Window{0, 0, 16, 16}, Window{37, 61, 63, 79}, Window{3, 1, 1, 1}}) {
      const torch::Tensor part = generator->forward(frame, offsets, w);
      const torch::Tensor whole = generator->forward(frame, offsets).narrow(2, w.y, w.height).narrow(3, w.x, w.width);
      ASSERT_EQ(part.sizes(), whole.sizes());
      EXPECT_LT((part - whole).abs().max().item<double>(), 1e-5) << size << " " << w.y << "," << w.x;
      const torch::Tensor a = gradient(part), b = gradient(whole);
      EXPECT_LT((a - b).norm().item<double>(), 1e-4 * b.norm().item<double>());
    }
  }
}

TEST(Generator, KnowsWhichKernelsFeedADepthToSpace) {
  Generator generator(makeGeneratorSpec("small"));
  const std::vector<int64_t> phases = generator->subPixelPhases();
  size_t i = 0;
  std::set<std::string> feeding;
  for (const auto& item : generator->named_parameters()) {
    if (phases[i++] != 1) feeding.insert(item.key());
  }
  std::set<std::string> expected;
  const Graph& graph = generator->spec().graph;
  for (const Op& op : graph.ops) {
    if (op.type == OpType::DepthToSpace) expected.insert(graph.ops[op.inputs[0]].name + "/weight");
  }
  EXPECT_EQ(feeding, expected);
}

// Winograd's transforms lose about two digits to float32's seven.
TEST(Winograd, EqualsTheDirectConvolutionAndSoDoesItsGradient) {
  torch::manual_seed(2);
  for (const auto& [height, width] : {std::pair{1, 1}, {3, 9}, {8, 8}, {13, 6}}) {
    const torch::Tensor kernel = torch::randn({256, 128, 3, 3}) * 0.05, bias = torch::randn({256});
    const torch::Tensor x = torch::randn({2, 128, height, width});
    const torch::Tensor a = x.clone().requires_grad_(true), b = x.clone().requires_grad_(true);
    const torch::Tensor ours = WinogradConv(kernel, bias).convRelu(a);
    const torch::Tensor theirs = torch::relu(torch::conv2d(b, kernel, bias, 1, 1));
    EXPECT_LT((ours - theirs).abs().max().item<double>(), 1e-4 * theirs.abs().max().item<double>());
    // A smooth weight of the output, so that a ReLU that rounding opens costs nothing.
    ours.square().sum().backward();
    theirs.square().sum().backward();
    EXPECT_LT((a.grad() - b.grad()).abs().max().item<double>(), 2e-4 * b.grad().abs().max().item<double>());
  }
}

class VggTest : public TrainerTest {};

TEST_F(VggTest, IsTheChainOfConvolutionsItsFileNames) {
  const Vgg vgg(file("vgg.safetensors"));
  const TensorFile weights = readTensorFile(file("vgg.safetensors"));
  const torch::Tensor picture = torch::rand({1, 3, 20, 24});
  const torch::Tensor mean = torch::tensor({0.485f, 0.456f, 0.406f}).view({1, 3, 1, 1});
  const torch::Tensor deviation = torch::tensor({0.229f, 0.224f, 0.225f}).view({1, 3, 1, 1});
  torch::Tensor x = (picture - mean) / deviation;
  std::map<int, torch::Tensor> by_index;
  for (const int index : {0, 2, 5, 7, 10}) {
    if (index == 5 || index == 10) x = torch::max_pool2d(x, 2);
    const std::string name = "features." + std::to_string(index);
    x = torch::relu(torch::conv2d(x, weights.tensors.at(name + ".weight").to(torch::kFloat),
                                  weights.tensors.at(name + ".bias"), 1, 1));
    by_index[index] = x;
  }
  const auto features = vgg.features(picture, {"relu1_1", "relu2_1", "relu3_1"});
  EXPECT_TRUE(torch::allclose(features.at("relu1_1"), by_index[0], 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(features.at("relu2_1"), by_index[5], 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(features.at("relu3_1"), by_index[10], 1e-4, 1e-5));
  EXPECT_ERROR(vgg.features(picture, {"relu5_1"}), ErrorCode::InvalidArgument, "relu5_1");
}

// Layers of 128 channels and more take Winograd's way: features and their gradient are those of plain convolutions.
TEST_F(VggTest, WideLayersGiveWhatPlainConvolutionsDo) {
  torch::manual_seed(4);
  TensorFile weights;
  int64_t in = 3;
  for (const auto& [index, out] : {std::pair{0, 128}, {2, 128}, {5, 144}}) {
    const std::string name = "features." + std::to_string(index);
    weights.tensors[name + ".weight"] = torch::randn({out, in, 3, 3}) * std::sqrt(2.0 / static_cast<double>(in * 9));
    weights.tensors[name + ".bias"] = torch::randn({out}) * 0.1;
    in = out;
  }
  writeTensorFile(weights, file("wide.safetensors"));
  const Vgg vgg(file("wide.safetensors"));
  const torch::Tensor picture = torch::rand({2, 3, 22, 26});
  torch::Tensor a = picture.clone().requires_grad_(true), b = picture.clone().requires_grad_(true);
  const torch::Tensor mean = torch::tensor({0.485f, 0.456f, 0.406f}).view({1, 3, 1, 1});
  const torch::Tensor deviation = torch::tensor({0.229f, 0.224f, 0.225f}).view({1, 3, 1, 1});
  torch::Tensor x = (b - mean) / deviation;
  for (const int index : {0, 2, 5}) {
    if (index == 5) x = torch::max_pool2d(x, 2);
    const std::string name = "features." + std::to_string(index);
    x = torch::relu(torch::conv2d(x, weights.tensors.at(name + ".weight"), weights.tensors.at(name + ".bias"), 1, 1));
  }
  const torch::Tensor ours = vgg.features(a, {"relu2_1"}).at("relu2_1");
  EXPECT_LT((ours - x).abs().max().item<double>(), 1e-4 * x.abs().max().item<double>());
  ours.square().sum().backward();
  x.square().sum().backward();
  EXPECT_LT((a.grad() - b.grad()).norm().item<double>(), 1e-3 * b.grad().norm().item<double>());
}

TEST_F(VggTest, InBfloat16FeaturesAreTheSameToItsDigits) {
  const Vgg exact(file("vgg.safetensors"));
  Vgg rounded(file("vgg.safetensors"));
  rounded.to(torch::kCPU, torch::kBFloat16);
  const torch::Tensor picture = toTensor(makePicture(48, 40, 2)).unsqueeze(0);
  const torch::Tensor a = exact.features(picture, {"relu3_1"}).at("relu3_1");
  const torch::Tensor b = rounded.features(picture, {"relu3_1"}).at("relu3_1");
  EXPECT_EQ(b.scalar_type(), torch::kBFloat16);
  const double error = (a - b.to(torch::kFloat)).norm().item<double>() / a.norm().item<double>();
  EXPECT_LT(error, 0.03);
  EXPECT_GT(error, 1e-5);  // it did run in bfloat16
}

TEST_F(VggTest, WrongFilesAreErrorsThatNameThem) {
  EXPECT_ERROR(Vgg(file("missing.safetensors")), ErrorCode::Io, "missing.safetensors");

  TensorFile weights = readTensorFile(file("vgg.safetensors"));
  const auto expectBad = [&](const TensorFile& bad, const std::string& message) {
    writeTensorFile(bad, file("bad.safetensors"));
    EXPECT_ERROR(Vgg(file("bad.safetensors")), ErrorCode::InvalidArgument, message);
  };
  expectBad({}, "features.0.weight");
  TensorFile no_bias = weights;
  no_bias.tensors.erase("features.5.bias");
  expectBad(no_bias, "features.5.bias");
  TensorFile gap = weights;
  gap.tensors.erase("features.5.weight");
  expectBad(gap, "between features.2 and features.7");
  TensorFile shape = weights;
  shape.tensors["features.7.weight"] = torch::zeros({12, 5, 3, 3});
  expectBad(shape, "features.7");
  TensorFile nan = weights;
  nan.tensors["features.0.bias"] = torch::full({8}, std::numeric_limits<float>::quiet_NaN());
  expectBad(nan, "not finite");
}

TEST_F(VggTest, EveryTruncationIsAnError) {
  std::ifstream in(file("vgg.safetensors"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  for (size_t size = 0; size < bytes.size(); size += 97) {
    std::ofstream(file("cut.safetensors"), std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(size));
    EXPECT_ERROR(Vgg(file("cut.safetensors")), ErrorCode::InvalidArgument, "cut.safetensors");
  }
}

}  // namespace
}  // namespace impasto::test
