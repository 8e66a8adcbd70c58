// What a step does for a GPU's sake, tested through the same code on a CPU: crops and noise that are made on the device, and
// steps that wait for nothing.
#include "data/device_crops.h"
#include "engine/operation_count.h"
#include "nn/noise_texture.h"
#include "recipes/multi.h"
#include "trainer/trainer_fixture.h"

namespace impasto::test {
namespace {

using namespace trainer;

// Mitchell where a picture shrinks, Catmull-Rom where it grows, copies in between; edges of pictures and of squares.
TEST(DeviceCrops, AreTheLoadersCropsWithinRounding) {
  const std::vector<Image> images = {makePicture(100, 80, 1), makePicture(40, 90, 2), makePicture(24, 30, 3),
                                     makePicture(64, 64, 4)};
  const CropLoader::Options options{.crop = 32, .context = 8, .batch = 6, .seed = 5, .flat = 0.2};
  const CropLoader::Options second{.crop = 32, .context = 0, .batch = 6, .seed = 5, .process = 1, .processes = 2};
  for (const CropLoader::Options& of_run : {options, second}) {
    const DeviceCrops crops(images, of_run, torch::kCPU);
    for (uint64_t index = 0; index < 20; ++index) {
      const CropBatch expected = makeCropBatch(images, of_run, index), found = crops.make(index);
      EXPECT_EQ(found.noise_offsets, expected.noise_offsets);
      ASSERT_EQ(found.pictures.sizes(), expected.pictures.sizes());
      EXPECT_EQ(found.pictures.scalar_type(), torch::kByte);
      const torch::Tensor apart = (found.pictures.to(torch::kFloat) - expected.pictures.to(torch::kFloat)).abs();
      EXPECT_LE(apart.max().item<double>(), 1) << index;
      EXPECT_LT(apart.mean().item<double>(), 0.002) << index;  // where sums end just beside a half
    }
  }
}

TEST(DeviceCrops, TakeTheSameFewOperationsForAnyBatch) {
  const std::vector<Image> images = {makePicture(100, 80, 1)};
  std::map<std::string, int64_t> calls[2];
  int64_t totals[2] = {0, 0};
  for (const int batch : {2, 9}) {
    const DeviceCrops crops(images, {.crop = 32, .context = 8, .batch = batch}, torch::kCPU);
    const OperationCount count;
    crops.make(3);
    calls[batch / 9] = count.calls();
    for (const auto& [name, times] : calls[batch / 9]) totals[batch / 9] += times;
    EXPECT_TRUE(count.waits().empty()) << count.summary();
  }
  for (const char* name : {"aten::index_select", "aten::bmm", "aten::copy_", "aten::mul", "aten::where"}) {
    EXPECT_EQ(calls[0].at(name), calls[1].at(name)) << name;
  }
  EXPECT_NEAR(totals[0], totals[1], 8);  // products of matrices are prepared in one of two ways, by their size
}

TEST(NoiseTexture, OfADeviceIsThatOfTheHostToTheLastBit) {
  Op op;
  op.type = OpType::Noise;
  op.channels = 5;
  op.seed = 77;
  const Region region{{3, 21}, {2, 33}};
  const std::vector<std::pair<uint32_t, uint32_t>> offsets = {{0, 0}, {4095, 17}, {12, 4000}, {0xFFFFFFF0u, 3}};
  const torch::Tensor expected = noiseTexture(op, region, offsets, torch::kCPU);
  const torch::Tensor found = noiseTextureByTensors(op, region, offsets, torch::kCPU);
  EXPECT_TRUE(torch::equal(found, expected));
  EXPECT_EQ(found.sizes(), (std::vector<int64_t>{4, 5, 18, 31}));
}

TEST(OperationCount, CountsCallsAndWaits) {
  const torch::Tensor x = torch::ones({4}).requires_grad_(true);
  const OperationCount count;
  const torch::Tensor sum = x.mul(2).sum();
  sum.backward();
  EXPECT_GE(count.calls().at("aten::sum"), 1);
  EXPECT_GE(count.calls().at("aten::mul"), 2);  // there and back
  EXPECT_TRUE(count.waits().empty()) << count.summary();
  EXPECT_NE(count.summary().find("none waits"), std::string::npos);
  EXPECT_EQ(sum.item<float>(), 8);
  EXPECT_EQ(count.waits().at("aten::_local_scalar_dense"), 1);
  EXPECT_NE(count.summary().find("these wait for the device: 1 aten::_local_scalar_dense"), std::string::npos);
}

// A run as a GPU has it, which looks at whether losses are finite only now and then.
class WaitlessStepsTest : public TrainerTest {
 protected:
  template <class R, class Settings>
  void expectNoWaits(const Settings& settings) {
    Runtime runtime = openRuntime("cpu", "float32", 1);
    runtime.look_every = 16;
    checkSettings(settings);
    const Log quiet = [](const std::string&) {};
    R recipe(settings, runtime, quiet);
    SingleProcess process;
    Trainer trainer(recipe, settings, runtime, process, quiet);
    trainer.step();  // step 0 is looked at
    {
      const OperationCount count;
      for (int i = 0; i < 3; ++i) trainer.step();
      EXPECT_TRUE(count.waits().empty()) << recipe.name() << ": " << count.summary();
      EXPECT_GT(count.calls().count("aten::convolution_backward"), 0u);
    }
    while (trainer.stepsDone() < 16) trainer.step();
    const OperationCount count;
    trainer.step();
    EXPECT_EQ(count.waits().size(), 1u) << recipe.name() << ": " << count.summary();
    EXPECT_EQ(count.waits().at("aten::_local_scalar_dense"), 1) << recipe.name();
  }
};

TEST_F(WaitlessStepsTest, OfStyleWithAnAdversary) {
  StyleSettings settings = tinySettings(100);
  settings.adversarial_weight = 0.1;
  settings.adversary.width = 8;
  settings.adversary.layers = 2;
  settings.clip_gradients = 1;
  expectNoWaits<StyleRecipe>(settings);
}

TEST_F(WaitlessStepsTest, OfStyleAtFullResolutionWithFrozenNorms) {
  StyleSettings settings = tinySettings(100);
  settings.full_resolution_at = 0;
  settings.freeze_norms_at = 0;
  settings.optimizer = "adam";
  expectNoWaits<StyleRecipe>(settings);
}

TEST_F(WaitlessStepsTest, OfSeveralPaintings) {
  MultiSettings settings;
  static_cast<RunSettings&>(settings) = tinySettings(100);
  writePng(makePicture(72, 80, 2000), file("other.png"));
  settings.style_images = {file("painting.png"), file("other.png")};
  settings.content = {file("content")};
  settings.perceptual = file("vgg.safetensors");
  settings.size = "small";
  settings.image_size = 32;
  settings.style_size = 48;
  expectNoWaits<MultiRecipe>(settings);
}

}  // namespace
}  // namespace impasto::test
