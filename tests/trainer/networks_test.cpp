#include <fstream>

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
