#include "engine/checkpoint.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "export/style_export.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

class CheckpointTest : public TrainerTest {};

void expectEqualWeights(const Style& a, const Style& b) {
  ASSERT_EQ(a.weights.size(), b.weights.size());
  for (const auto& [op, weights] : a.weights) {
    EXPECT_EQ(weights.kernel, b.weights.at(op).kernel) << a.graph.ops[op].name;
    EXPECT_EQ(weights.bias, b.weights.at(op).bias) << a.graph.ops[op].name;
  }
}

// Bit for bit on the CPU with one thread, across the points where resolution changes and norms freeze.
TEST_F(CheckpointTest, AResumedRunFollowsTheSameTrajectory) {
  StyleSettings settings = tinySettings(12);
  settings.freeze_norms_at = 0.5;
  settings.full_resolution_at = 0.75;
  StyleRun whole(settings);
  std::vector<double> losses;
  while (whole.stepsDone() < 12) losses.push_back(whole.step());

  for (const int64_t stop : {3, 8, 10}) {
    {
      StyleRun first(settings);
      while (first.stepsDone() < stop) first.step();
      first.writeCheckpoint();
    }
    StyleSettings resumed_settings = settings;
    resumed_settings.resume = checkpointPath(settings);
    StyleRun resumed(resumed_settings);
    EXPECT_EQ(resumed.stepsDone(), stop);
    while (resumed.stepsDone() < 12) {
      const auto step = static_cast<size_t>(resumed.stepsDone());
      EXPECT_EQ(resumed.step(), losses[step]) << "step " << step << ", stopped at " << stop;
    }
    expectEqualWeights(resumed.style(), whole.style());
  }
}

TEST_F(CheckpointTest, ARunWithADiscriminatorResumesToTheSameTrajectory) {
  StyleSettings settings = tinySettings(8);
  settings.adversarial_weight = 0.5;
  settings.adversary.width = 4;
  settings.adversary.layers = 2;
  settings.adversary.penalty = "wgan-gp";  // draws random numbers
  settings.adversary.penalty_every = 2;
  settings.adversary.pool = 3;
  settings.accumulate = 2;
  StyleRun whole(settings);
  while (whole.stepsDone() < 8) whole.step();
  {
    StyleRun first(settings);
    while (first.stepsDone() < 3) first.step();
    first.writeCheckpoint();
  }
  settings.resume = checkpointPath(settings);
  StyleRun resumed(settings);
  while (resumed.stepsDone() < 8) resumed.step();
  expectEqualWeights(resumed.style(), whole.style());
}

// The flags of a warm run name what it began with; they also resume it.
TEST_F(CheckpointTest, AWarmRunResumesWithTheSameFlags) {
  StyleSettings settings = tinySettings(2);
  {
    StyleRun first(settings);
    while (first.stepsDone() < 2) first.step();
    writeStyleFile(first.style(), file("first.safetensors"));
  }
  settings.steps = 6;
  settings.init = file("first.safetensors");
  StyleRun whole(settings);
  while (whole.stepsDone() < 3) whole.step();
  whole.writeCheckpoint();
  while (whole.stepsDone() < 6) whole.step();
  settings.resume = "auto";
  StyleRun resumed(settings);
  EXPECT_EQ(resumed.stepsDone(), 3);
  while (resumed.stepsDone() < 6) resumed.step();
  expectEqualWeights(resumed.style(), whole.style());
}

TEST_F(CheckpointTest, ResumeRefusesAnotherPaintingAndOtherPictures) {
  {
    StyleRun run(tinySettings(4));
    run.step();
    run.writeCheckpoint();
  }
  StyleSettings settings = tinySettings(4);
  settings.resume = "auto";
  writePng(makePicture(72, 56, 99), file("content/3.png"));
  EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, "another set of pictures");
  settings.resume_anyway = true;
  EXPECT_EQ(StyleRun(settings).stepsDone(), 1);
}

TEST_F(CheckpointTest, ExportsWhatTheRunWouldExport) {
  StyleRun run(tinySettings(5));
  while (run.stepsDone() < 5) run.step();
  run.writeCheckpoint();
  Generator generator = generatorOf(readCheckpoint(checkpointPath(tinySettings(5))));
  Style exported;
  exported.graph = generator->spec().graph;
  exported.weights = generator->foldedWeights();
  expectEqualWeights(run.style(), exported);
}

TEST_F(CheckpointTest, WrongFilesAreErrors) {
  EXPECT_ERROR(readCheckpoint(file("missing")), ErrorCode::Io, "missing");
  EXPECT_ERROR(readCheckpoint(file("vgg.safetensors")), ErrorCode::InvalidArgument, "not a training checkpoint");
  EXPECT_FALSE(isCheckpoint(file("vgg.safetensors")));

  StyleRun run(tinySettings(2));
  run.step();
  run.step();
  run.writeCheckpoint();
  StyleSettings settings = tinySettings(2);
  settings.resume = checkpointPath(settings);
  EXPECT_TRUE(isCheckpoint(settings.resume));
  settings.size = "medium";
  EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, "another --size");
  settings.size = "small";
  settings.steps = 1;
  EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, "--steps");
  settings.steps = 4;
  settings.optimizer = "adam";
  EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, "--optimizer");
}

TEST_F(CheckpointTest, AFailedWriteLeavesTheOldCheckpoint) {
  StyleRun run(tinySettings(2));
  run.writeCheckpoint();
  const std::string path = checkpointPath(tinySettings(2));
  Checkpoint checkpoint = readCheckpoint(path);
  EXPECT_EQ(checkpoint.step, 0);
  EXPECT_ERROR(writeCheckpoint(checkpoint, file("nowhere/x.safetensors")), ErrorCode::Io, "nowhere");
  EXPECT_EQ(readCheckpoint(path).step, 0);
  size_t files = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(dir_.path())) ++files;
  EXPECT_EQ(files, 4u);  // vgg, painting, content, checkpoint: nothing half-written beside them
}

}  // namespace
}  // namespace impasto::test
