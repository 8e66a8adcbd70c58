// The recipes `texture`, `paired` and `unpaired`: short runs on tasks whose answer is known, and what they are made of.
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "data/painting.h"
#include "data/picture_pairs.h"
#include "logging/sample_grid.h"
#include "metrics/sliced_wasserstein.h"
#include "nn/texture_generator.h"
#include "recipes/paired.h"
#include "recipes/texture.h"
#include "recipes/unpaired.h"
#include "trainer/recipe_run.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

void makeQuick(RunSettings& settings, int64_t steps) {
  settings.steps = steps;
  settings.device = "cpu";
  settings.precision = "float32";
  settings.threads = 1;
  chooseBatch(settings, /*gpu=*/false);
}

// What `change` makes of each pixel.
Image changed(Image image, const std::function<void(uint8_t* rgb)>& change) {
  for (size_t i = 0; i < image.rgb.size(); i += 3) change(&image.rgb[i]);
  return image;
}

void swapRedAndBlue(uint8_t* rgb) { std::swap(rgb[0], rgb[2]); }

// Reddish pictures of smooth shapes.
Image reddish(uint32_t seed) {
  return changed(makePicture(72, 56, seed), [](uint8_t* rgb) {
    rgb[0] = static_cast<uint8_t>(155 + rgb[0] / 3);
    rgb[2] = static_cast<uint8_t>(rgb[2] / 3);
  });
}

class AdversarialRecipesTest : public TrainerTest {
 protected:
  std::vector<std::string> heard_;
  std::function<void(const std::string&)> listener() {
    return [this](const std::string& message) { heard_.push_back(message); };
  }
};

TEST(SlicedWasserstein, IsTheShiftOfShiftedPoints) {
  torch::manual_seed(1);
  const torch::Tensor points = torch::randn({500, 1});
  EXPECT_NEAR(slicedWasserstein(points, points + 0.3, 16, 1), 0.3, 1e-5);
  EXPECT_NEAR(slicedWasserstein(points, points.flip(0), 16, 1), 0, 1e-7);
  // Twice each point is the same distribution.
  EXPECT_NEAR(slicedWasserstein(points, points.repeat({2, 1}), 16, 1), 0, 1e-5);
  // In many dimensions the mean length of a projection: of (1, 0, ..., 0) in 3 it is 1/2.
  const torch::Tensor cloud = torch::randn({200, 3});
  EXPECT_NEAR(slicedWasserstein(cloud, cloud + torch::tensor({1.0f, 0.0f, 0.0f}), 4000, 2), 0.5, 0.02);
}

TEST(SlicedWasserstein, OfPatchesSeesWhatThePicturesLookLike) {
  const auto stripes = [](int period, float low, float high) {
    const torch::Tensor x = torch::arange(32).remainder(period).lt(period / 2).to(torch::kFloat);
    return (low + (high - low) * x).view({1, 1, 1, 32}).expand({4, 3, 32, 32}).contiguous();
  };
  const torch::Tensor a = stripes(8, 0.2f, 0.8f);
  EXPECT_LT(patchDistance(a, a.flip(3)), 0.06);  // as drawn patches differ
  EXPECT_GT(patchDistance(a, stripes(4, 0.2f, 0.8f)), 0.1);
  EXPECT_GT(patchDistance(a, stripes(8, 0.4f, 0.6f)), 0.1);
}

TEST(ModulatedConvolution, IsAConvolutionByEachPicturesOwnKernel) {
  torch::manual_seed(3);
  const torch::Tensor x = torch::randn({2, 4, 9, 7}), weight = torch::randn({5, 4, 3, 3}), styles = torch::rand({2, 4}) + 0.5;
  for (const bool demodulate : {false, true}) {
    const torch::Tensor found = modulatedConv(x, weight, styles, demodulate);
    for (int64_t n = 0; n < 2; ++n) {
      torch::Tensor kernel = weight * styles[n].view({1, 4, 1, 1});
      if (demodulate) kernel = kernel / kernel.square().sum({1, 2, 3}, true).sqrt();
      const torch::Tensor expected = torch::conv2d(x.narrow(0, n, 1), kernel, {}, 1, 1);
      EXPECT_TRUE(torch::allclose(found.narrow(0, n, 1), expected, 1e-4, 1e-5)) << n << demodulate;
    }
  }
}

TEST(TextureGenerators, MakePicturesOfNoiseAndMixStyles) {
  torch::manual_seed(4);
  TextureGenerator dcgan(TextureOptions{.kind = "dcgan", .latent = 8, .width = 4, .side = 16});
  EXPECT_EQ(dcgan->forward(torch::randn({3, 8})).sizes(), (std::vector<int64_t>{3, 3, 16, 16}));
  EXPECT_ERROR(dcgan->mix(torch::randn({1, 8}), torch::randn({1, 8}), 1), ErrorCode::InvalidArgument, "no styles");
  TextureGenerator styled(TextureOptions{.kind = "stylegan2", .latent = 8, .width = 4, .side = 32});
  EXPECT_EQ(styled->blocks(), 4);
  torch::NoGradGuard no_grad;
  const torch::Tensor a = torch::randn({1, 8}), b = torch::randn({1, 8});
  const torch::Tensor of_a = styled->forward(a);  // its noise has strength 0 at first
  EXPECT_TRUE(torch::equal(styled->mix(b, a, 0), of_a));
  EXPECT_TRUE(torch::equal(styled->mix(a, b, 4), of_a));
  EXPECT_FALSE(torch::equal(styled->mix(a, b, 2), of_a));
  for (const int side : {4, 24, 2048}) {
    EXPECT_ERROR(TextureGenerator(TextureOptions{.side = side}), ErrorCode::InvalidArgument, std::to_string(side));
  }
  EXPECT_ERROR(TextureGenerator(TextureOptions{.kind = "vae"}), ErrorCode::InvalidArgument, "vae");
}

// What kept StyleGAN2 from learning: kernels of which one step is a large part, and colours that saturate.
TEST(TextureGenerators, StyleGansKernelsAreEvenAndItsColoursComeBack) {
  torch::manual_seed(6);
  TextureGenerator styled(TextureOptions{.kind = "stylegan2", .latent = 64, .width = 8, .side = 64});
  for (const auto& item : styled->named_parameters()) {
    if (item.value().numel() < 1000) continue;
    const double unit = item.key().find("mapping") != std::string::npos ? 100 : 1;  // which learns at a hundredth
    EXPECT_NEAR(item.value().std().item<double>() / unit, 1, 0.1) << item.key();
  }
  const torch::Tensor latents = torch::randn({8, 64});
  const double contrast = styled->forward(latents).std().item<double>();
  EXPECT_GT(contrast, 0.1);
  EXPECT_LT(contrast, 0.5);
  torch::Tensor bias = styled->named_parameters()["block4_color_bias"];
  {
    torch::NoGradGuard no_grad;
    bias.fill_(20);
  }
  styled->forward(latents).mean().backward();
  EXPECT_GT(bias.grad().abs().min().item<double>(), 0.01);
}

TEST_F(AdversarialRecipesTest, TextureFilesHoldTheGenerator) {
  torch::manual_seed(5);
  for (const char* kind : {"dcgan", "stylegan2"}) {
    TextureGenerator generator(TextureOptions{.kind = kind, .latent = 8, .width = 4, .side = 16});
    const torch::Tensor random_state = torch::rand({1});
    const torch::Tensor before = drawTextures(generator, 3, 7);
    writeTextureGenerator(generator, "{}", file("texture.safetensors"));
    TextureGenerator again = readTextureGenerator(file("texture.safetensors"));
    EXPECT_TRUE(torch::equal(drawTextures(again, 3, 7), before)) << kind;
    EXPECT_FALSE(torch::equal(drawTextures(again, 3, 8), before)) << kind;
  }
  EXPECT_ERROR(readTextureGenerator(file("vgg.safetensors")), ErrorCode::InvalidArgument, "no texture generator");
  const torch::Tensor six = torch::arange(6).to(torch::kFloat).view({6, 1, 1, 1}).expand({6, 3, 2, 2});
  const torch::Tensor tiled = contactSheet(six, 4);
  EXPECT_EQ(tiled.sizes(), (std::vector<int64_t>{3, 4, 8}));
  EXPECT_EQ(tiled[0][1][7].item<float>(), 3);
  EXPECT_EQ(tiled[2][2][2].item<float>(), 5);
  EXPECT_EQ(tiled[0][3][6].item<float>(), 0);
}

// Broad diagonal stripes of two colours: what a texture must get right is soon told by patches.
TEST_F(AdversarialRecipesTest, TexturesComeToLookLikeThePainting) {
  constexpr uint8_t kLight[] = {230, 200, 40}, kDark[] = {30, 40, 120};
  Image stripes{80, 80, {}};
  for (int y = 0; y < 80; ++y) {
    for (int x = 0; x < 80; ++x) {
      const auto& color = (x + y) / 6 % 2 == 0 ? kLight : kDark;
      stripes.rgb.insert(stripes.rgb.end(), std::begin(color), std::end(color));
    }
  }
  writePng(stripes, file("stripes.png"));
  for (const char* kind : {"dcgan", "stylegan2"}) {
    TextureSettings settings;
    makeQuick(settings, 600);
    settings.style_image = file("stripes.png");
    settings.out = file("texture.safetensors");
    settings.style_size = 80;
    settings.generator = kind;
    settings.image_size = 16;
    settings.latent = 8;
    settings.width = 8;
    settings.learning_rate = 1e-3;
    settings.adversary.width = 8;
    settings.adversary.learning_rate = 2e-3;
    settings.adversary.penalty_weight = 20;
    RecipeRun<TextureSettings, TextureRecipe> run(settings);
    const double before = named(run.recipe().heldOut(), "patch distance");
    run.run();
    const double after = named(run.recipe().heldOut(), "patch distance");
    EXPECT_LT(after, 0.5 * before) << kind;
    EXPECT_EQ(run.recipe().samples().sizes(), (std::vector<int64_t>{3, 5 * 16, 8 * 16})) << kind;
    run.recipe().writeResult("{}");
    EXPECT_EQ(readTextureGenerator(settings.out)->options().kind, kind);
  }
}

TEST_F(AdversarialRecipesTest, PairsAreTwoFoldersOrPicturesSideBySide) {
  namespace fs = std::filesystem;
  fs::create_directories(file("pairs/input"));
  EXPECT_ERROR(readPicturePairs(file("pairs"), 100, listener()), ErrorCode::Io, "no target/");
  fs::create_directories(file("pairs/target"));
  for (const char* name : {"a", "b"}) {
    writePng(makePicture(40, 32, 1), file(std::string("pairs/input/") + name + ".png"));
    writePng(makePicture(40, 32, 2), file(std::string("pairs/target/") + name + ".png"));
  }
  writePng(makePicture(40, 32, 1), file("pairs/input/alone.png"));
  writePng(makePicture(40, 32, 1), file("pairs/target/other.png"));
  writePng(makePicture(40, 32, 1), file("pairs/input/sizes.png"));
  writePng(makePicture(32, 40, 1), file("pairs/target/sizes.png"));
  const PicturePairs pairs = readPicturePairs(file("pairs"), 16, listener());
  ASSERT_EQ(pairs.inputs.images.size(), 2u);
  EXPECT_EQ(pairs.inputs.clips, pairs.targets.clips);
  EXPECT_EQ(pairs.targets.images[1].height, 16);
  ASSERT_EQ(heard_.size(), 3u);
  EXPECT_NE(heard_[0].find("alone.png"), std::string::npos);
  EXPECT_NE(heard_[1].find("is 40x32, but"), std::string::npos);
  EXPECT_NE(heard_[2].find("other.png"), std::string::npos);

  fs::create_directory(file("both"));
  const Image left = makePicture(20, 24, 3), right = makePicture(20, 24, 4);
  writePng(fromTensor(torch::cat({toTensor(left), toTensor(right)}, 2)), file("both/1.png"));
  const PicturePairs side_by_side = readPicturePairs(file("both"), 100, listener());
  EXPECT_EQ(side_by_side.inputs.images[0].rgb, left.rgb);
  EXPECT_EQ(side_by_side.targets.images[0].rgb, right.rgb);
  fs::create_directory(file("none"));
  writePng(makePicture(21, 24, 3), file("none/odd.png"));
  EXPECT_ERROR(readPicturePairs(file("none"), 100, listener()), ErrorCode::Io, "holds no pair");
}

TEST_F(AdversarialRecipesTest, PairedLearnsWhatThePairsShow) {
  for (uint32_t i = 0; i < 8; ++i) {
    const Image picture = makePicture(72, 56, i);
    std::filesystem::create_directories(file("pairs/input"));
    std::filesystem::create_directories(file("pairs/target"));
    writePng(picture, file("pairs/input/" + std::to_string(i) + ".png"));
    writePng(changed(picture, swapRedAndBlue), file("pairs/target/" + std::to_string(i) + ".png"));
  }
  for (const double adversarial : {0.0, 1.0}) {
    PairedSettings settings;
    makeQuick(settings, 400);
    settings.pairs = file("pairs");
    settings.out = file("paired.safetensors");
    settings.size = "small";
    settings.image_size = 32;
    settings.adversarial_weight = adversarial;
    settings.adversary.width = 8;
    settings.adversary.layers = 2;
    RecipeRun<PairedSettings, PairedRecipe> run(settings);
    const double before = run.recipe().error();
    const Scalars scalars = run.run();
    EXPECT_LT(run.recipe().error(), 0.5 * before) << adversarial;
    EXPECT_EQ(std::isfinite(valueOf(scalars, "real")), adversarial > 0);
    run.recipe().writeResult("{}");
    EXPECT_NE(readStyleFile(settings.out).provenance.metrics.find("mean_difference_to_target"), std::string::npos);
  }
}

// Reddish pictures, and paintings that are other pictures in blue: the way there is to swap two channels.
TEST_F(AdversarialRecipesTest, UnpairedFindsTheWayThereAndBack) {
  for (const char* folder : {"red", "blue"}) std::filesystem::create_directory(file(folder));
  for (uint32_t i = 0; i < 8; ++i) {
    writePng(reddish(i), file("red/" + std::to_string(i) + ".png"));
    writePng(changed(reddish(i + 100), swapRedAndBlue), file("blue/" + std::to_string(i) + ".png"));
  }
  UnpairedSettings settings;
  makeQuick(settings, 120);
  settings.content = {file("red")};
  settings.paintings = {file("blue")};
  settings.out = file("unpaired.safetensors");
  settings.size = "small";
  settings.image_size = 32;
  settings.batch = 2;
  settings.adversary.width = 8;
  settings.adversary.layers = 2;
  settings.adversary.pool = 8;
  RecipeRun<UnpairedSettings, UnpairedRecipe> run(settings);
  const double cycle = named(run.recipe().heldOut(), "cycle");
  run.run();
  const auto figures = run.recipe().heldOut();
  EXPECT_LT(named(figures, "cycle"), 0.6 * cycle);
  EXPECT_LT(named(figures, "patch distance"), 0.5 * named(figures, "patch distance unpainted"));
  run.recipe().writeResult("{}");
  EXPECT_EQ(readStyleFile(settings.out).size, "small");
}

TEST_F(AdversarialRecipesTest, ResumedRunsAreTheRunsThatNeverStopped) {
  UnpairedSettings settings;
  makeQuick(settings, 8);
  settings.content = {file("content")};
  settings.paintings = {file("content")};
  settings.out = file("unpaired.safetensors");
  settings.size = "small";
  settings.image_size = 32;
  settings.batch = 2;
  settings.freeze_norms_at = 0.5;
  settings.adversary.width = 4;
  settings.adversary.layers = 2;
  settings.adversary.pool = 4;
  using Run = RecipeRun<UnpairedSettings, UnpairedRecipe>;
  Run whole(settings);
  const double end = valueOf(whole.run(), "generators");
  Run first(settings);
  first.run(5);
  first.trainer().writeCheckpoint();
  UnpairedSettings rest = settings;
  rest.resume = checkpointPath(settings);
  EXPECT_EQ(valueOf(Run(rest).run(), "generators"), end);

  TextureSettings texture;
  makeQuick(texture, 6);
  texture.style_image = file("painting.png");
  texture.out = file("texture.safetensors");
  texture.style_size = 64;
  texture.generator = "stylegan2";
  texture.image_size = 16;
  texture.width = 4;
  texture.adversary.width = 4;
  using TextureRun = RecipeRun<TextureSettings, TextureRecipe>;
  const double made = valueOf(TextureRun(texture).run(), "generator");
  TextureRun half(texture);
  half.run(3);
  half.trainer().writeCheckpoint();
  TextureSettings other = texture;
  other.resume = checkpointPath(texture);
  EXPECT_EQ(valueOf(TextureRun(other).run(), "generator"), made);
}

TEST_F(AdversarialRecipesTest, SettingsThatContradictAreRefused) {
  TextureSettings texture;
  texture.style_image = file("painting.png");
  texture.out = file("texture.safetensors");
  texture.style_size = 32;
  EXPECT_ERROR(checkSettings(texture), ErrorCode::InvalidArgument, "--image-size 64");
  UnpairedSettings unpaired;
  unpaired.content = {file("content")};
  unpaired.out = file("style.safetensors");
  EXPECT_ERROR(checkSettings(unpaired), ErrorCode::InvalidArgument, "--paintings");
  PairedSettings paired;
  paired.pairs = file("nowhere");
  paired.out = file("style.safetensors");
  paired.image_size = 33;
  EXPECT_ERROR(checkSettings(paired), ErrorCode::InvalidArgument, "--image-size");
}

}  // namespace
}  // namespace impasto::test
