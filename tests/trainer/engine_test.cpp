// The loop, with a recipe whose answer is known.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "engine/outputs.h"
#include "support/temp_dir.h"
#include "trainer/toy_recipe.h"
#include "unit/expect_error.h"

#include <gtest/gtest.h>

namespace impasto::test {
namespace {

using namespace trainer;

class EngineTest : public testing::Test {
 protected:
  void SetUp() override {
    run_.out = dir_.file("out");
    run_.steps = 10;
    run_.checkpoint_every = 0;
  }
  Trainer make(Recipe& recipe) {
    return Trainer(recipe, run_, runtime_, process_, [this](const std::string& message) { messages_ += message + "\n"; });
  }
  TempDir dir_;
  RunSettings run_;
  Runtime runtime_;
  SingleProcess process_;
  std::string messages_;
};

TEST_F(EngineTest, AStepIsWhatTheRecipeSaysInItsOrder) {
  ToyRecipe toy;
  toy.two_phases = true;
  run_.accumulate = 2;
  Trainer trainer = make(toy);
  const Scalars scalars = trainer.step();
  const std::vector<std::string> expected = {"resume0", "begin0", "load0", "load1", "loss0", "loss0",
                                             "loss1",   "loss1",  "end0"};
  EXPECT_EQ(toy.calls, expected);
  EXPECT_NEAR(valueOf(scalars, "one"), 12.5, 1e-5);  // (9 + 16) / 2, the mean of the micro-batches
  EXPECT_TRUE(torch::allclose(toy.first->x, torch::tensor({0.3f, -0.4f})));
  EXPECT_TRUE(torch::allclose(toy.second->x, toy.first->x));
}

TEST_F(EngineTest, MicroBatchesGiveTheGradientOfTheirMean) {
  ToyRecipe toy;
  toy.target = [](const MicroBatch& micro) { return torch::full({2}, static_cast<float>(micro.index)); };
  run_.accumulate = 4;  // targets 0, 1, 2, 3
  make(toy).step();
  EXPECT_NEAR(toy.first->x[0].item<double>(), 0.1 * 1.5, 1e-6);
}

TEST_F(EngineTest, LongGradientsAreShortenedAndShortOnesAreNot) {
  ToyRecipe toy;
  run_.clip_gradients = 1;  // the gradient is (-3, 4), 5 long
  const Scalars scalars = make(toy).step();
  EXPECT_NEAR(valueOf(scalars, "one_gradient"), 5, 1e-5);
  EXPECT_TRUE(torch::allclose(toy.first->x, torch::tensor({0.06f, -0.08f})));
  ToyRecipe free;
  run_.clip_gradients = 100;
  make(free).step();
  EXPECT_TRUE(torch::allclose(free.first->x, torch::tensor({0.3f, -0.4f})));
}

// x^4 from afar: the step at this rate is too long and explodes; at a lower one it comes down.
TEST_F(EngineTest, ARunThatDivergesGoesBackAndArrivesWithALowerRate) {
  ToyRecipe toy;
  toy.distance = [](const torch::Tensor& x, const torch::Tensor& t) { return (x - t).pow(4).sum(); };
  toy.rate = 0.06;
  run_.steps = 100;
  Trainer trainer = make(toy);
  while (trainer.stepsDone() < run_.steps) trainer.step();
  EXPECT_LT(trainer.rateScale(), 1);
  EXPECT_LT((toy.first->x - toy.target({})).norm().item<double>(), 1);
  EXPECT_NE(messages_.find("back to step 0, on with 1/2"), std::string::npos) << messages_;
}

TEST_F(EngineTest, ARunThatKeepsDivergingEndsWithAnError) {
  ToyRecipe toy;
  toy.rate = 1e38;
  toy.distance = [](const torch::Tensor& x, const torch::Tensor& t) { return (x - t).pow(4).sum(); };
  Trainer trainer = make(toy);
  EXPECT_ERROR(
      {
        while (trainer.stepsDone() < run_.steps) trainer.step();
      },
      ErrorCode::Internal, "1/16 of the learning rate");
}

// A loss may stay finite for a while when weights are already useless.
TEST_F(EngineTest, HugeWeightsAreNotWrittenToACheckpoint) {
  ToyRecipe toy;
  Trainer trainer = make(toy);
  trainer.step();
  trainer.writeCheckpoint();
  trainer.step();
  {
    torch::NoGradGuard no_grad;
    toy.first->x.fill_(1e6f);
  }
  trainer.writeCheckpoint();
  EXPECT_EQ(trainer.stepsDone(), 1);
  EXPECT_NEAR(toy.first->x[0].item<double>(), 0.3, 1e-6);
  EXPECT_EQ(readCheckpoint(checkpointPath(run_)).step, 1);
}

TEST_F(EngineTest, ResumeRefusesAnotherRecipeAndOtherFingerprintsUnlessTold) {
  {
    ToyRecipe toy;
    Trainer trainer = make(toy);
    trainer.step();
    trainer.writeCheckpoint();
  }
  run_.resume = "auto";
  ToyRecipe other_recipe, other_painting, same;
  other_recipe.kind = "play";
  EXPECT_ERROR(make(other_recipe), ErrorCode::InvalidArgument, "recipe toy");
  other_painting.fingerprint = "b";
  EXPECT_ERROR(make(other_painting), ErrorCode::InvalidArgument, "another painting");
  run_.resume_anyway = true;
  EXPECT_EQ(make(other_painting).stepsDone(), 1);
  run_.resume_anyway = false;
  EXPECT_EQ(make(same).stepsDone(), 1);
  EXPECT_NEAR(same.first->x[0].item<double>(), 0.3, 1e-6);
}

TEST_F(EngineTest, ALowerRateSurvivesTheCheckpoint) {
  {
    ToyRecipe toy;
    Trainer trainer = make(toy);
    bool once = true;
    toy.distance = [&once](const torch::Tensor& x, const torch::Tensor& t) {
      const bool bad = std::exchange(once, false);
      return (x - t).square().sum() / (bad ? 0.0 : 2.0);
    };
    trainer.step();
    trainer.writeCheckpoint();
  }
  run_.resume = "auto";
  ToyRecipe toy;
  EXPECT_EQ(make(toy).rateScale(), 0.5);
}

// Two processes, of which the other is gone when they are to compare weights for a checkpoint.
class HalfLost final : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 2; }
  torch::Tensor sum(const torch::Tensor& tensor) override {
    if (++sums_ > sums_until_lost) throw ProcessLost("process 1 is gone");
    return tensor;  // the other adds nothing
  }
  bool any(bool value) override { return value; }
  int sums_until_lost = 1000;

 private:
  int sums_ = 0;
};

// It is a failure, and no checkpoint that could not be written this time.
TEST_F(EngineTest, AProcessLostAtACheckpointEndsTheRun) {
  const auto runs = [&](int sums) {
    ToyRecipe toy;
    HalfLost together;
    together.sums_until_lost = sums;
    run_.checkpoint_every = 1;
    Trainer trainer(toy, run_, runtime_, together, [this](const std::string& message) { messages_ += message + "\n"; });
    trainer.run();
    return trainer.stepsDone();
  };
  EXPECT_EQ(runs(1000), run_.steps);
  // Whichever of a run's questions it is that is not answered: of steps or of checkpoints.
  for (int sums = 1; sums < 12; ++sums) EXPECT_THROW(runs(sums), ProcessLost) << sums;
  EXPECT_EQ(messages_.find("no checkpoint"), std::string::npos) << messages_;
}

TEST_F(EngineTest, NumberedCheckpointsAreKeptOnRequest) {
  ToyRecipe toy;
  run_.checkpoint_every = 5;
  run_.keep_checkpoints = true;
  EXPECT_TRUE(make(toy).run());
  for (const auto& [file, step] : {std::pair{"out.checkpoint.0000005.safetensors", 5}, {"out.checkpoint.0000010.safetensors", 10},
                                   {"out.checkpoint.safetensors", 10}}) {
    EXPECT_EQ(readCheckpoint(dir_.file(file)).step, step);
  }
}

// A folder in the file's place stands for a full disk.
TEST_F(EngineTest, ANumberedCopyThatCannotBeWrittenIsSaidAndTheRunGoesOn) {
  ToyRecipe toy;
  run_.checkpoint_every = 5;
  run_.keep_checkpoints = true;
  std::filesystem::create_directories(dir_.file("out.checkpoint.0000005.safetensors/in_the_way"));
  testing::internal::CaptureStderr();
  EXPECT_TRUE(make(toy).run());
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("no numbered copy: "), std::string::npos) << said;
  EXPECT_EQ(said.find("is kept in"), std::string::npos) << said;
  EXPECT_EQ(readCheckpoint(dir_.file("out.checkpoint.0000010.safetensors")).step, 10);
}

TEST_F(EngineTest, APreviewThatCannotBeWrittenCostsNoCheckpoint) {
  ToyRecipe toy;
  run_.samples = dir_.file("samples");
  run_.samples_every = 10;
  std::filesystem::create_directories(dir_.file("samples/step_0000010.png/in_the_way"));
  EXPECT_TRUE(make(toy).run());
  EXPECT_EQ(readCheckpoint(checkpointPath(run_)).step, 10);
}

// The last checkpoint is all that a run has made: where it cannot be written it is kept elsewhere.
TEST_F(EngineTest, AFinalCheckpointThatCannotBeWrittenIsKeptInTheTemporaryFolder) {
  const std::string refuge = dir_.file("refuge");
  std::filesystem::create_directory(refuge);
  std::ofstream(refuge + "/a.checkpoint.safetensors") << "another run's";
  std::filesystem::create_directory(dir_.file("gone"));
  run_.checkpoint = dir_.file("gone/a.checkpoint.safetensors");
  const char* before = std::getenv("TMPDIR");
  const std::string was = before ? before : "";
  setenv("TMPDIR", refuge.c_str(), 1);
  ToyRecipe toy;
  Trainer trainer = make(toy);
  std::filesystem::remove(dir_.file("gone"));
  EXPECT_TRUE(trainer.run());
  before ? setenv("TMPDIR", was.c_str(), 1) : unsetenv("TMPDIR");
  EXPECT_EQ(readCheckpoint(refuge + "/a.checkpoint.2.safetensors").step, 10);
  EXPECT_EQ(std::filesystem::file_size(refuge + "/a.checkpoint.safetensors"), 13u);
}

TEST_F(EngineTest, OutputsAreLookedAtBeforeTheRun) {
  checkOutputs(run_);
  EXPECT_FALSE(std::filesystem::exists(run_.out));  // no trace of the look
  RunSettings bad = run_;
  bad.out = "/proc/style.safetensors";
  EXPECT_ERROR(checkOutputs(bad), ErrorCode::Io, "/proc/style.safetensors");
  bad = run_;
  bad.checkpoint = "/dev/full";
  EXPECT_ERROR(checkOutputs(bad), ErrorCode::InvalidArgument, "/dev/full");
  std::ofstream(dir_.file("painting.png")) << "not of a run";
  bad = run_;
  bad.out = dir_.file("painting.png");
  bad.overwrite = true;
  EXPECT_ERROR(checkOutputs(bad), ErrorCode::InvalidArgument, "painting.png");
  EXPECT_TRUE(std::filesystem::exists(bad.out));
  ToyRecipe toy;
  run_.steps = 2;
  EXPECT_TRUE(make(toy).run());
  run_.overwrite = true;
  checkOutputs(run_);  // a checkpoint of ours may be replaced
}

TEST_F(EngineTest, EventFilesAreWrittenWhereAskedFor) {
  ToyRecipe toy;
  run_.logs = dir_.file("logs");
  run_.samples_every = 5;
  EXPECT_TRUE(make(toy).run());
  std::string bytes;
  for (const auto& entry : std::filesystem::directory_iterator(run_.logs)) {
    std::ifstream in(entry.path(), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  for (const char* tag : {"settings", "train/loss", "samples"}) EXPECT_NE(bytes.find(tag), std::string::npos) << tag;
}

TEST_F(EngineTest, AnEarlierRunsResultsAreNotOverwritten) {
  refuseToOverwrite(run_);
  std::ofstream(run_.out) << "a style";
  EXPECT_ERROR(refuseToOverwrite(run_), ErrorCode::InvalidArgument, "--overwrite");
  run_.overwrite = true;
  refuseToOverwrite(run_);
  run_.overwrite = false;
  std::filesystem::remove(run_.out);
  std::ofstream(checkpointPath(run_)) << "a checkpoint";
  EXPECT_ERROR(refuseToOverwrite(run_), ErrorCode::InvalidArgument, "--resume");
  run_.resume = "auto";
  refuseToOverwrite(run_);
}

}  // namespace
}  // namespace impasto::test
