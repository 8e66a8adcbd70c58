// Whole short runs.
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "engine/checkpoint.h"
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
    StyleSettings settings = tinySettings(60);
    settings.optimizer = optimizer;
    settings.detail_weight = 0;  // ends with half resolution: it would jump there
    StyleRun run(settings);
    double first = 0, last = 0;
    while (run.stepsDone() < 60) {
      const double loss = run.step();
      if (run.stepsDone() <= 5) first += loss / 5;
      if (run.stepsDone() > 35 && run.stepsDone() <= 40) last += loss / 5;  // before full resolution
    }
    EXPECT_LT(last, 0.7 * first) << optimizer;
  }
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
  EXPECT_NE(style.provenance.training.find("\"steps\":4"), std::string::npos) << style.provenance.training;
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
