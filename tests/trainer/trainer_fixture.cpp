#include "trainer/trainer_fixture.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <filesystem>

#include "io/safetensors.h"
#include "support/random_style.h"

namespace impasto::test {

using namespace trainer;

Image makePicture(int width, int height, uint32_t seed) {
  Random random(seed);
  float frequency[3], phase[3];
  for (int c = 0; c < 3; ++c) frequency[c] = random.uniform(0.05f, 0.6f), phase[c] = random.uniform(0, 6);
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const float wave = std::sin(frequency[c] * static_cast<float>(x + (c + 1) * y) + phase[c]);
        const float value = 127.5f + 90.0f * wave + random.uniform(-20, 20);
        image.rgb.push_back(static_cast<uint8_t>(std::lround(std::min(255.0f, std::max(0.0f, value)))));
      }
    }
  }
  return image;
}

void writeTinyVgg(const std::string& path, uint32_t seed) {
  // Not torch::manual_seed: it asks for CUDA, and LibTorch never again looks for a CUDA library that was not there then.
  at::Generator random = at::detail::createCPUGenerator(seed);
  TensorFile file;
  int64_t in = 3;
  const std::pair<int, int64_t> layers[] = {{0, 8},   {2, 8},   {5, 12},  {7, 12}, {10, 16},
                                            {12, 16}, {14, 16}, {16, 16}, {19, 24}};
  for (const auto& [index, out] : layers) {
    const std::string name = "features." + std::to_string(index);
    file.tensors[name + ".weight"] =
        (torch::randn({out, in, 3, 3}, random) * std::sqrt(2.0 / static_cast<double>(in * 9))).to(torch::kHalf);
    file.tensors[name + ".bias"] = torch::randn({out}, random) * 0.1;
    in = out;
  }
  writeTensorFile(file, path);
}

void expectGradient(const std::function<torch::Tensor(const torch::Tensor&)>& loss, const torch::Tensor& x,
                    double tolerance, double step) {
  const torch::Tensor at = x.detach().clone().requires_grad_(true);
  loss(at).backward();
  const torch::Tensor direction = torch::randn_like(x);
  const double exact = (at.grad() * direction).sum().item<double>();
  torch::NoGradGuard no_grad;
  const double numeric =
      (loss(x + step * direction).item<double>() - loss(x - step * direction).item<double>()) / (2 * step);
  EXPECT_NEAR(exact, numeric, tolerance * std::max(std::abs(exact), std::abs(numeric)));
  EXPECT_NE(exact, 0);
}

void TrainerTest::SetUp() {
  writeTinyVgg(file("vgg.safetensors"));
  writePng(makePicture(80, 64, 1000), file("painting.png"));
  std::filesystem::create_directory(file("content"));
  for (uint32_t i = 0; i < 6; ++i) {
    writePng(makePicture(72, 56, i), file("content/" + std::to_string(i) + ".png"));
  }
}

StyleSettings TrainerTest::tinySettings(int64_t steps) const {
  StyleSettings settings;
  settings.style_image = file("painting.png");
  settings.content = {file("content")};
  settings.perceptual = file("vgg.safetensors");
  settings.out = file("style.safetensors");
  settings.size = "small";
  settings.image_size = 32;
  settings.style_size = 64;
  settings.steps = steps;
  settings.batch = 2;
  settings.device = "cpu";
  settings.precision = "float32";
  settings.threads = 1;
  return settings;
}

StyleRun::StyleRun(const StyleSettings& settings)
    : settings_((checkSettings(settings), settings)), runtime_(openRuntime("cpu", "float32", 1)),
      recipe_(settings_, runtime_, [this](const std::string& message) { messages_.push_back(message); }),
      trainer_(recipe_, settings_, runtime_, process_, [this](const std::string& message) { messages_.push_back(message); }) {}

Style StyleRun::style() { return recipe_.style({}); }

}  // namespace impasto::test
