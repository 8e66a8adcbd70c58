// What the recipe `style` measures of a crop.
#include "recipes/style_objective.h"

#include "io/safetensors.h"
#include "nn/vgg.h"
#include "trainer/trainer_fixture.h"

namespace impasto::test {
namespace {

using namespace trainer;

class ObjectiveTest : public TrainerTest {};

// A perceptual network whose first layer hands the pixels on: the content error is then the relative error of the crop's
// own pixels, none counted twice because it lies near the border.
TEST_F(ObjectiveTest, OnlyTheCropsOwnPixelsCount) {
  TensorFile weights;
  weights.tensors["features.0.weight"] = torch::zeros({6, 3, 3, 3});
  for (int64_t c = 0; c < 3; ++c) {
    weights.tensors["features.0.weight"][c][c][1][1] = 1;
    weights.tensors["features.0.weight"][3 + c][c][1][1] = -1;  // the ReLU would lose one sign
  }
  weights.tensors["features.0.bias"] = torch::zeros({6});
  writeTensorFile(weights, file("pixels.safetensors"));
  const Vgg vgg(file("pixels.safetensors"));
  StyleSettings settings = tinySettings(1);
  settings.content_layer = "relu1_1";
  settings.style_layers = {"relu1_1"};
  settings.style_layer_weights = {1};
  const torch::Tensor painting = toTensor(makePicture(64, 64, 1)).unsqueeze(0);
  const StyleObjective objective(settings, vgg, painting);

  const torch::Tensor frames = toTensor(makePicture(32, 32, 2)).unsqueeze(0);
  torch::Tensor paintings = frames.clone();
  paintings.narrow(3, 0, 4).fill_(0.5);  // an error near the border
  const torch::Tensor mean = torch::tensor({0.485f, 0.456f, 0.406f}).view({1, 3, 1, 1});
  const torch::Tensor deviation = torch::tensor({0.229f, 0.224f, 0.225f}).view({1, 3, 1, 1});
  // Of the network's features: its ReLU splits each value by its sign.
  const auto seen = [&](const torch::Tensor& x) {
    const torch::Tensor y = (x - mean) / deviation;
    return torch::cat({torch::relu(y), torch::relu(-y)}, 1);
  };
  const double expected = ((seen(paintings) - seen(frames)).square().sum() / seen(frames).square().sum()).item<double>();
  Scalars scalars;
  objective(frames, paintings, /*full_resolution=*/true, 1, scalars);
  EXPECT_EQ(scalars[0].first, "content");
  EXPECT_NEAR(scalars[0].second.item<double>(), expected, 1e-4 * expected);
}

}  // namespace
}  // namespace impasto::test
