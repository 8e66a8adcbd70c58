#include <cmath>
#include <fstream>
#include <set>

#include "base/error.h"
#include "io/safetensors.h"
#include "nn/generator.h"
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
  for (const char* size : {"small", "medium"}) {
    Generator generator(makeGeneratorSpec(size));
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
