#include "metrics/figures.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/error.h"
#include "io/safetensors.h"
#include "nn/vgg.h"
#include "trainer/torch_file_maker.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

class FiguresTest : public TrainerTest {};

TEST_F(FiguresTest, TheFrameItselfHasNoErrorAndFullScores) {
  Vgg vgg(file("vgg.safetensors"));
  const torch::Tensor painting = toTensor(makePicture(96, 96, 1)).unsqueeze(0);
  const torch::Tensor frame = toTensor(makePicture(96, 80, 2)).unsqueeze(0);
  const Figures same = FigureMeter(vgg, nullptr, painting).measure(frame, frame);
  EXPECT_EQ(same.content_relu3_1, 0);
  EXPECT_EQ(same.content_relu4_1, 0);
  EXPECT_NEAR(same.ssim, 1, 1e-9);
  EXPECT_NEAR(same.edge_f1, 1, 1e-9);
  EXPECT_GT(same.style, 0);
  double mean = 0;
  for (const auto& [layer, value] : same.style_layers) mean += value / 4;
  EXPECT_NEAR(same.style, mean, 1e-9);
  EXPECT_NEAR(same.joint, 3 * same.style_centred, 1e-9);
  EXPECT_FALSE(same.lpips.has_value());
}

// Written out: covariances of channels about each picture's own means.
TEST_F(FiguresTest, CentredStyleIsTheErrorAboutTheOwnMean) {
  Vgg vgg(file("vgg.safetensors"));
  const torch::Tensor painting = toTensor(makePicture(96, 96, 1)).unsqueeze(0);
  const torch::Tensor frame = toTensor(makePicture(96, 80, 2)).unsqueeze(0);
  const std::set<std::string> layers = {"relu1_1", "relu2_1", "relu3_1", "relu4_1"};
  const auto of_painting = vgg.features(painting, layers);
  const auto of_frame = vgg.features(frame.narrow(2, 16, 48).narrow(3, 16, 64), layers);
  const auto covariance = [](const torch::Tensor& features) {
    const torch::Tensor flat = features[0].flatten(1).to(torch::kDouble), centred = flat - flat.mean(1, true);
    return torch::matmul(centred, centred.t()) / static_cast<double>(flat.size(1));
  };
  double expected = 0;
  for (const std::string& layer : layers) {
    const torch::Tensor target = covariance(of_painting.at(layer));
    const torch::Tensor error = covariance(of_frame.at(layer)) - target;
    expected += (error.square().sum() / target.square().sum()).item<double>() / 4;
  }
  const Figures measured = FigureMeter(vgg, nullptr, painting).measure(frame, frame);
  EXPECT_NEAR(measured.style_centred, expected, 1e-4 * expected);
  EXPECT_NE(measured.style_centred, measured.style);
}

// Parts of the painting are nearer to it than another picture is.
TEST_F(FiguresTest, ThePaintingsOwnCropsAreNear) {
  Vgg vgg(file("vgg.safetensors"));
  const torch::Tensor painting = toTensor(makePicture(160, 144, 1)).unsqueeze(0);
  const FigureMeter meter(vgg, nullptr, painting);
  const torch::Tensor other = toTensor(makePicture(96, 96, 2)).unsqueeze(0);
  EXPECT_LT(meter.measureCrops(painting).style, 0.5 * meter.measure(other, other).style);
  EXPECT_EQ(meter.measureCrops(painting).content_relu3_1, 0);
}

TEST(Ssim, OfConstantPicturesIsTheLuminanceTerm) {
  // (2 a b + C1) / (a^2 + b^2 + C1) for a = 0.4, b = 0.8, C1 = 1e-4.
  const torch::Tensor a = torch::full({1, 1, 32, 32}, 0.4), b = torch::full({1, 1, 32, 32}, 0.8);
  EXPECT_NEAR(structuralSimilarity(a, b), 0.6401 / 0.8001, 1e-5);
}

// The definition, written out: weighted moments under an 11 x 11 Gaussian of sigma 1.5 at each place where it fits.
TEST(Ssim, IsItsDefinition) {
  torch::manual_seed(2);
  const torch::Tensor a = torch::rand({1, 1, 14, 13}, torch::kDouble), b = (a * 0.6 + 0.3 * torch::rand({1, 1, 14, 13}, torch::kDouble));
  double weights[11][11], total = 0;
  for (int i = 0; i < 11; ++i) {
    for (int j = 0; j < 11; ++j) total += weights[i][j] = std::exp(-((i - 5) * (i - 5) + (j - 5) * (j - 5)) / 4.5);
  }
  double sum = 0;
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 3; ++x) {
      double ma = 0, mb = 0, saa = 0, sbb = 0, sab = 0;
      for (int i = 0; i < 11; ++i) {
        for (int j = 0; j < 11; ++j) {
          const double w = weights[i][j] / total, p = a[0][0][y + i][x + j].item<double>(), q = b[0][0][y + i][x + j].item<double>();
          ma += w * p, mb += w * q, saa += w * p * p, sbb += w * q * q, sab += w * p * q;
        }
      }
      const double c1 = 1e-4, c2 = 9e-4;
      sum += (2 * ma * mb + c1) * (2 * (sab - ma * mb) + c2) /
             ((ma * ma + mb * mb + c1) * (saa - ma * ma + sbb - mb * mb + c2));
    }
  }
  EXPECT_NEAR(structuralSimilarity(a, b), sum / 12, 1e-9);
}

TEST(EdgeF1, ToleratesOnePixelAndNoMore) {
  const auto step = [](int64_t at) {
    torch::Tensor picture = torch::zeros({1, 1, 32, 32});
    picture.narrow(3, at, 32 - at).fill_(1);
    return picture;
  };
  EXPECT_EQ(edgeF1(step(16), step(16)), 1);
  EXPECT_EQ(edgeF1(step(16), step(17)), 1);
  EXPECT_EQ(edgeF1(step(16), step(22)), 0);
  // A Sobel edge is two pixels wide: shifted by two, one of its columns still lies within one pixel.
  EXPECT_NEAR(edgeF1(step(16), step(18)), 0.5, 1e-9);
  const torch::Tensor flat = torch::zeros({1, 1, 32, 32});
  EXPECT_EQ(edgeF1(flat, flat), 1);
  EXPECT_EQ(edgeF1(flat, step(16)), 0);
}

TEST_F(FiguresTest, LpipsIsZeroForEqualPicturesAndNamesWhatIsMissing) {
  EXPECT_ERROR(Lpips(file("content"), torch::kCPU), ErrorCode::InvalidArgument, "features.0.weight");
  EXPECT_ERROR(Lpips(file("nowhere"), torch::kCPU), ErrorCode::Io, "nowhere");
  TensorFile network, heads;
  network.tensors["features.0.weight"] = torch::randn({64, 3, 3, 3}) * 0.2;
  network.tensors["features.0.bias"] = torch::zeros({64});
  int64_t in = 64;
  const std::pair<int, std::pair<int64_t, int64_t>> fires[] = {{3, {16, 64}},  {4, {16, 64}},  {6, {32, 128}}, {7, {32, 128}},
                                                               {9, {48, 192}}, {10, {48, 192}}, {11, {64, 256}}, {12, {64, 256}}};
  for (const auto& [index, widths] : fires) {
    const auto [squeeze, expand] = widths;
    const std::string name = "features." + std::to_string(index);
    const auto add = [&](const std::string& part, int64_t out, int64_t from, int64_t k) {
      network.tensors[name + part + ".weight"] = torch::randn({out, from, k, k}) * std::sqrt(2.0 / static_cast<double>(from * k * k));
      network.tensors[name + part + ".bias"] = torch::zeros({out});
    };
    add(".squeeze", squeeze, in, 1);
    add(".expand1x1", expand, squeeze, 1);
    add(".expand3x3", expand, squeeze, 3);
    in = 2 * expand;
  }
  const int64_t channels[] = {64, 128, 256, 384, 384, 512, 512};
  for (int i = 0; i < 7; ++i) heads.tensors["squeeze.lin" + std::to_string(i) + ".weight"] = torch::rand({1, channels[i], 1, 1});
  std::filesystem::create_directory(file("lpips"));
  writeTensorFile(network, file("lpips/squeezenet.safetensors"));
  writeTensorFile(heads, file("lpips/heads.safetensors"));
  {
    // A network that can be followed by hand: the first convolution hands on red, scaled, and a 1; only its head counts.
    TensorFile plain = network, first_head = heads;
    for (auto& [name, tensor] : plain.tensors) tensor = torch::zeros_like(tensor);
    for (auto& [name, tensor] : first_head.tensors) tensor = torch::zeros_like(tensor);
    plain.tensors["features.0.weight"][0][0][1][1] = 1;
    plain.tensors["features.0.bias"][1] = 1;
    first_head.tensors["squeeze.lin0.weight"][0][0][0][0] = 3;
    first_head.tensors["squeeze.lin0.weight"][0][1][0][0] = 5;
    std::filesystem::create_directory(file("plain"));
    writeTensorFile(plain, file("plain/squeezenet.safetensors"));
    writeTensorFile(first_head, file("plain/heads.safetensors"));
    const auto unit = [](double red) {
      const double feature = std::max(0.0, (2 * red - 1 + 0.030) / 0.458), length = std::sqrt(feature * feature + 1);
      return std::pair{feature / length, 1 / length};
    };
    const auto [a0, a1] = unit(0.9);
    const auto [b0, b1] = unit(0.6);
    const auto grey = [](float red) { return torch::full({1, 3, 64, 64}, red); };
    EXPECT_NEAR(Lpips(file("plain"), torch::kCPU).distance(grey(0.9f), grey(0.6f)),
                3 * (a0 - b0) * (a0 - b0) + 5 * (a1 - b1) * (a1 - b1), 1e-5);
  }
  const Lpips lpips(file("lpips"), torch::kCPU);
  const torch::Tensor a = torch::rand({1, 3, 64, 64}), b = torch::rand({1, 3, 64, 64});
  EXPECT_EQ(lpips.distance(a, a), 0);
  EXPECT_GT(lpips.distance(a, b), 0.01);

  // The same as torchvision and the authors publish them.
  TorchFileMaker published_network, published_heads;
  const auto add = [](TorchFileMaker& maker, const std::string& name, const torch::Tensor& tensor) {
    maker.add(name, tensor.sizes().vec(), {tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel()});
  };
  for (const auto& [name, tensor] : network.tensors) add(published_network, name, tensor);
  for (int i = 0; i < 7; ++i) {
    const std::string number = std::to_string(i);
    add(published_heads, "lin" + number + ".model.1.weight", heads.tensors.at("squeeze.lin" + number + ".weight"));
  }
  std::filesystem::create_directory(file("published"));
  std::ofstream(file("published/squeezenet1_1-b8a52dc0.pth"), std::ios::binary) << published_network.archive();
  std::ofstream(file("published/squeeze.pth"), std::ios::binary) << published_heads.stream();
  EXPECT_EQ(Lpips(file("published"), torch::kCPU).distance(a, b), lpips.distance(a, b));
}

}  // namespace
}  // namespace impasto::test
