// Whole short runs.
#include <cmath>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "engine/checkpoint.h"
#include "export/style_export.h"
#include "recipes/recipe_kind.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

class TrainingTest : public TrainerTest {};

// The whole job, as the command line runs it.
int trainStyle(const StyleSettings& settings) {
  class GivenPlan final : public Plan {
   public:
    explicit GivenPlan(const StyleSettings& given) : settings_(given) {}
    RunSettings& run() override { return settings_; }
    void addTo(Fields& fields) override { declare(fields, settings_); }
    void check() const override { checkSettings(settings_); }
    std::unique_ptr<Recipe> make(const Runtime& runtime, Log log) override {
      return std::make_unique<StyleRecipe>(settings_, runtime, std::move(log));
    }

   private:
    StyleSettings settings_;
  };
  GivenPlan plan(settings);
  return train(plan, [](const std::string&) {});
}

TEST_F(TrainingTest, AFewSecondsLowerTheLoss) {
  for (const char* optimizer : {"muon", "adam"}) {
    StyleSettings settings = tinySettings(200);
    settings.optimizer = optimizer;
    settings.full_resolution_at = 1;  // one loss from the first step to the last
    settings.gram_center = false;     // four texels of the deepest layer have no covariance that could become the painting's
    StyleRun run(settings);
    double first = 0, last = 0;
    while (run.stepsDone() < 200) {
      const double loss = run.step();
      if (run.stepsDone() <= 5) first += loss / 5;
      if (run.stepsDone() > 195) last += loss / 5;
    }
    EXPECT_LT(last, 0.7 * first) << optimizer;
  }
}

TEST_F(TrainingTest, EqualSeedsGiveEqualRunsAndOtherSeedsOthers) {
  const auto losses = [&](uint64_t seed) {
    StyleSettings settings = tinySettings(4);
    settings.seed = seed;
    StyleRun run(settings);
    std::vector<double> result;
    while (run.stepsDone() < 4) result.push_back(run.step());
    return result;
  };
  const std::vector<double> first = losses(1);
  EXPECT_EQ(losses(1), first);
  EXPECT_NE(losses(2), first);
}

TEST_F(TrainingTest, InBfloat16TheLossIsTheSameToItsDigits) {
  const auto firstLoss = [&](const char* precision) {
    StyleSettings settings = tinySettings(2);
    const Runtime runtime = openRuntime("cpu", precision, 1);
    SingleProcess process;
    StyleRecipe recipe(settings, runtime, [](const std::string&) {});
    Trainer trainer(recipe, settings, runtime, process, [](const std::string&) {});
    return valueOf(trainer.step(), "loss");
  };
  const double exact = firstLoss("float32"), rounded = firstLoss("bfloat16");
  EXPECT_NEAR(rounded, exact, 0.05 * exact);
  EXPECT_NE(rounded, exact);
}

TEST_F(TrainingTest, TrainsOnAGpuWhereThereIsOne) {
  StyleSettings settings = tinySettings(3);
  Runtime runtime;
  try {
    runtime = openRuntime("cuda", "auto", 1);
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  SingleProcess process;
  StyleRecipe recipe(settings, runtime, [](const std::string&) {});
  Trainer trainer(recipe, settings, runtime, process, [](const std::string&) {});
  while (trainer.stepsDone() < 3) EXPECT_TRUE(std::isfinite(valueOf(trainer.step(), "loss")));
}

// Wherever norms are frozen before the end, they have other statistics than this run's batches: without calibration the
// first step of the warm run would paint something else than the run that it begins with.
TEST_F(TrainingTest, AWarmStartFromAFrozenCheckpointPaintsWhatItPainted) {
  StyleSettings settings = tinySettings(40);
  settings.freeze_norms_at = 0.25;
  settings.learning_rate = 0.05;  // far from where the norms were frozen
  StyleRun first(settings);
  while (first.stepsDone() < 40) first.step();
  first.writeCheckpoint();
  StyleSettings warm = tinySettings(40);
  warm.init = checkpointPath(settings);
  StyleRun second(warm);
  torch::NoGradGuard no_grad;
  const torch::Tensor frames = torch::cat({toTensor(makePicture(64, 64, 2)).unsqueeze(0), toTensor(makePicture(64, 64, 3)).unsqueeze(0)});
  const torch::Tensor before = first.recipe().result().forward(frames);
  PaintingNetwork& calibrated = second.recipe().result();
  EXPECT_FALSE(calibrated.normsFrozen());
  calibrated.freezeNorms(true);
  EXPECT_LT((calibrated.forward(frames) - before).abs().max().item<double>(), 1e-3);
  calibrated.freezeNorms(false);
  Generator plain = generatorOf(readCheckpoint(warm.init));  // the same weights and statistics as they were
  plain->freezeNorms(false);
  plain->train();
  const auto change = [&](PaintingNetwork& network) {  // by the first batch's own statistics
    return (network.forward(frames) - before).abs().mean().item<double>();
  };
  EXPECT_LT(change(calibrated), 0.6 * change(*plain));
}

// The yardstick is trained by the same recipe, and its checkpoint is what remains: it cannot be a style file.
TEST_F(TrainingTest, JohnsonsNetworkLearnsAndLeavesACheckpointThatPaints) {
  StyleSettings settings = tinySettings(100);
  settings.network = "johnson";
  settings.full_resolution_at = 1;
  settings.checkpoint_every = 0;
  StyleRun run(settings);
  double first = 0, last = 0;
  while (run.stepsDone() < 100) {
    const double loss = run.step();
    if (run.stepsDone() <= 5) first += loss;
    if (run.stepsDone() > 95) last += loss;
  }
  EXPECT_LT(last, 0.9 * first);
  run.writeCheckpoint();
  EXPECT_ERROR(run.style(), ErrorCode::InvalidArgument, "style file");
  EXPECT_ERROR(generatorOf(readCheckpoint(checkpointPath(settings))), ErrorCode::InvalidArgument, "no style file");

  {
    torch::NoGradGuard no_grad;
    const torch::Tensor frame = toTensor(makePicture(64, 48, 2)).unsqueeze(0);
    const auto read = readPaintingNetwork(checkpointPath(settings));
    EXPECT_TRUE(torch::equal(read->forward(frame), run.recipe().result().forward(frame)));
    EXPECT_EQ(read->multiplyAddsPerPixel(), 153792);
  }

  StyleSettings further = settings;
  further.resume = checkpointPath(settings);
  further.steps = 102;
  EXPECT_EQ(trainStyle(further), 0);
  EXPECT_FALSE(std::filesystem::exists(settings.out));
  further.network = "impasto";
  further.steps = 104;
  EXPECT_ERROR(StyleRun{further}, ErrorCode::InvalidArgument, "--network");
}

TEST_F(TrainingTest, ADiscriminatorTakesPartAndIsBalanced) {
  StyleSettings settings = tinySettings(6);
  settings.adversarial_weight = 1;
  settings.adversary.width = 4;
  settings.adversary.layers = 2;
  for (const char* kind : {"patch", "multiscale", "dcgan"}) {
    settings.adversary.discriminator = kind;
    settings.adversary.layers = kind == std::string("multiscale") ? 1 : 2;  // crops of 32 pixels, seen at a quarter
    StyleRun run(settings);
    Scalars scalars;
    while (run.stepsDone() < 6) scalars = run.trainer().step();
    for (const char* name : {"adversarial", "balance", "real", "made", "discriminator", "generator"}) {
      EXPECT_TRUE(std::isfinite(valueOf(scalars, name))) << kind << " " << name;
    }
    EXPECT_GT(valueOf(scalars, "balance"), 0) << kind;
  }
  settings.adversary.gan_loss = "wgan-gp";
  EXPECT_ERROR(checkSettings(settings), ErrorCode::InvalidArgument, "--penalty wgan-gp");
}

TEST_F(TrainingTest, TooLittleToLearnFromIsSaidBeforeTheRunBegins) {
  StyleSettings settings = tinySettings(2);
  writePng(makePicture(60, 60, 5), file("tiny.png"));
  settings.style_image = file("tiny.png");
  EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, "60x60");
  settings = tinySettings(2);
  settings.style_size = 256;
  for (int i = 1; i < 6; ++i) std::filesystem::remove(file("content/" + std::to_string(i) + ".png"));
  const StyleRun run(settings);
  std::string messages;
  for (const std::string& message : run.messages()) messages += message + "\n";
  EXPECT_NE(messages.find("will be enlarged"), std::string::npos) << messages;
  EXPECT_NE(messages.find("so few pictures"), std::string::npos) << messages;
  EXPECT_NE(messages.find("no picture is held out"), std::string::npos) << messages;
}

TEST_F(TrainingTest, WritesTheStyleSamplesAndACheckpoint) {
  StyleSettings settings = tinySettings(4);
  settings.samples = file("samples");
  settings.samples_every = 2;
  settings.provenance.title = "A painting";
  EXPECT_EQ(trainStyle(settings), 0);
  const Style style = readStyleFile(settings.out);
  EXPECT_EQ(style.provenance.title, "A painting");
  EXPECT_EQ(style.provenance.style_image_sha256.size(), 64u);
  for (const char* told : {"\"steps\":4", "\"holdout\":8", "\"precision\":\"float32\"", "\"set of pictures\":\"", "\"painting\":\"",
                           "\"perceptual network\":\""}) {
    EXPECT_NE(style.provenance.training.find(told), std::string::npos) << told << " " << style.provenance.training;
  }
  EXPECT_NE(style.provenance.metrics.find("\"edge_f1\":"), std::string::npos) << style.provenance.metrics;
  EXPECT_TRUE(isCheckpoint(checkpointPath(settings)));
  const Image grid = readImage(file("samples/step_0000004.png"));
  EXPECT_EQ(grid.height, 2 * 384);
}

TEST_F(TrainingTest, WarmStartsFromStyleAndCheckpointComputeWhatTheyDid) {
  StyleSettings settings = tinySettings(6);
  settings.freeze_norms_at = 0.5;
  EXPECT_EQ(trainStyle(settings), 0);
  StyleSettings from_checkpoint = settings, from_style = settings;
  from_checkpoint.init = checkpointPath(settings);
  from_style.init = settings.out;
  const double before = StyleRun(from_checkpoint).recipe().figures().style;
  EXPECT_NEAR(StyleRun(from_style).recipe().figures().style, before, 0.02 * before);  // fp16 weights
}

TEST_F(TrainingTest, ALossThatIsNoNumberStopsTheRunAndKeepsTheCheckpoint) {
  StyleSettings settings = tinySettings(50);
  settings.optimizer = "adam";
  StyleRun run(settings);
  run.step();
  run.writeCheckpoint();
  StyleSettings wild = settings;
  wild.resume = checkpointPath(settings);
  wild.learning_rate = 1e38;
  StyleRun broken(wild);
  EXPECT_ERROR(
      {
        while (broken.stepsDone() < 50) broken.step();
      },
      ErrorCode::Internal, "stopped being a number");
  EXPECT_EQ(readCheckpoint(checkpointPath(settings)).step, 1);
}

TEST_F(TrainingTest, BadInputsAreErrorsThatNameThem) {
  const auto expectBad = [&](const std::function<void(StyleSettings&)>& change, ErrorCode code, const std::string& message) {
    StyleSettings settings = tinySettings(2);
    change(settings);
    EXPECT_ERROR(StyleRun{settings}, code, message);
  };
  expectBad([&](StyleSettings& s) { s.content = {file("nowhere")}; }, ErrorCode::Io, "nowhere");
  expectBad([&](StyleSettings& s) { s.style_image = file("nowhere.png"); }, ErrorCode::Io, "nowhere.png");
  expectBad([&](StyleSettings& s) { s.style_image = file("vgg.safetensors"); }, ErrorCode::Io, "vgg.safetensors");
  expectBad([&](StyleSettings& s) { s.perceptual = file("painting.png"); }, ErrorCode::InvalidArgument, "painting.png");
  expectBad([&](StyleSettings& s) { s.content_layer = "relu9_9"; }, ErrorCode::InvalidArgument, "relu9_9");
  expectBad([&](StyleSettings& s) { s.out = file("nowhere/s.safetensors"); }, ErrorCode::InvalidArgument, "nowhere");
  expectBad([&](StyleSettings& s) { s.image_size = 33; }, ErrorCode::InvalidArgument, "--image-size");
  expectBad([&](StyleSettings& s) { s.steps = 0; }, ErrorCode::InvalidArgument, "--steps");
  expectBad([&](StyleSettings& s) { s.style_weight = std::numeric_limits<double>::quiet_NaN(); },
            ErrorCode::InvalidArgument, "--style-weight");
  expectBad([&](StyleSettings& s) { s.size = "huge"; }, ErrorCode::InvalidArgument, "--size huge");
  expectBad([&](StyleSettings& s) { s.optimizer = "sgd"; }, ErrorCode::InvalidArgument, "--optimizer sgd");
  expectBad([&](StyleSettings& s) { s.init = file("vgg.safetensors"); }, ErrorCode::InvalidStyle, "vgg.safetensors");
}

}  // namespace
}  // namespace impasto::test
