#include "recipes/cross_validation.h"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

TEST(Spread, IsMeanAndSampleDeviationOfWhatAllHave) {
  const FigureSpread spread = spreadOf(std::vector<HeldOutFigures>{
      {{"a", 1}, {"b", 5}, {"c", 1}}, {{"b", 5}, {"a", 2}}, {{"a", 6}, {"b", 5}, {"c", 1}}});
  ASSERT_EQ(spread.mean.size(), 2u);
  EXPECT_EQ(spread.mean[0], (std::pair<std::string, double>("a", 3)));
  EXPECT_NEAR(spread.deviation[0].second, std::sqrt((4 + 1 + 9) / 2.0), 1e-12);
  EXPECT_EQ(spread.deviation[1].second, 0);
  EXPECT_TRUE(spreadOf(std::vector<HeldOutFigures>{{{"a", 1}}}).deviation.empty());
}

class CrossValidationTest : public TrainerTest {
 protected:
  using Change = std::function<void(StyleSettings&)>;

  // Runs and returns what was said.
  std::string validate(const Change& change = [](StyleSettings&) {}) {
    StyleSettings settings = tinySettings(2);
    settings.folds = 3;
    change(settings);
    PlanOf<StyleSettings, StyleRecipe> plan;
    Fields from, to;
    declare(from, settings);
    plan.addTo(to);
    for (const Field& field : from.all()) {  // as the command line would give them
      if (!field.isList()) to.find(field.key())->set({field.valueText()});
    }
    to.find("content")->set(settings.content);  // paths are told by their last part only
    to.find("style-image")->set({settings.style_image});
    to.find("perceptual")->set({settings.perceptual});
    std::string said;
    EXPECT_EQ(train(plan, [&](const std::string& message) { said += message + "\n"; }), 0);
    return said;
  }
  nlohmann::json report() const {
    std::ifstream in(file("style.folds.json"));
    return nlohmann::json::parse(in);
  }
};

TEST_F(CrossValidationTest, TrainsOncePerFoldAndSumsUp) {
  const std::string said = validate();
  EXPECT_NE(said.find("fold 2 of 3"), std::string::npos) << said;
  EXPECT_NE(said.find("training on 4 pictures, 2 held out"), std::string::npos) << said;
  EXPECT_NE(said.find(" +- "), std::string::npos) << said;
  const nlohmann::json json = report();
  ASSERT_EQ(json["results"].size(), 3u);
  double sum = 0;
  for (const auto& result : json["results"]) {
    sum += result["figures"]["style"].get<double>();
    EXPECT_TRUE(std::filesystem::exists(file(result["out"].get<std::string>())));
  }
  EXPECT_NEAR(json["mean"]["style"].get<double>(), sum / 3, 1e-9);
  EXPECT_GT(json["deviation"]["style"].get<double>(), 0);
  EXPECT_FALSE(std::filesystem::exists(file("style.safetensors")));  // the folds' files are all
}

TEST_F(CrossValidationTest, NothingThatIsThereIsReplacedUnlessAskedFor) {
  validate();
  const nlohmann::json before = report();
  EXPECT_ERROR(validate(), ErrorCode::InvalidArgument, "--resume");
  const Change other = [](StyleSettings& s) { s.resume = "auto", s.style_weight = 7; };
  EXPECT_ERROR(validate(other), ErrorCode::InvalidArgument, "other settings");
  EXPECT_ERROR(validate([](StyleSettings& s) { s.fold = 2; }), ErrorCode::InvalidArgument, "is there already");
  EXPECT_EQ(report(), before);
  validate([](StyleSettings& s) { s.overwrite = true, s.style_weight = 7; });
  EXPECT_NE(report(), before);
  std::ofstream(file("style.folds.json")) << "somebody else's notes";
  EXPECT_ERROR(validate([](StyleSettings& s) { s.overwrite = true; }), ErrorCode::InvalidArgument, "no report of folds");
}

TEST_F(CrossValidationTest, GoesOnAfterTheFoldsThatAreDone) {
  validate();
  const nlohmann::json before = report();
  nlohmann::ordered_json cut;
  std::ifstream(file("style.folds.json")) >> cut;
  cut["results"].erase(2);
  std::ofstream(file("style.folds.json")) << cut.dump();
  const Change resume = [](StyleSettings& s) { s.resume = "auto"; };
  EXPECT_ERROR(validate(resume), ErrorCode::InvalidArgument, "its figures are not in");
  // Its checkpoint is all that is needed: the third is measured again, and not trained again.
  std::filesystem::remove(file("style.fold3.safetensors"));
  const std::string said = validate(resume);
  EXPECT_NE(said.find("fold 1 of 3 is done"), std::string::npos) << said;
  EXPECT_NE(said.find("going on from step 2"), std::string::npos) << said;
  EXPECT_EQ(report(), before);
  EXPECT_TRUE(std::filesystem::exists(file("style.fold3.safetensors")));
}

// One fold at a time, in any order, and the rest at once: the same figures.
TEST_F(CrossValidationTest, FoldsOneByOneMakeTheSameReport) {
  validate();
  const nlohmann::json whole = report();
  const Change apart = [&](StyleSettings& s) { s.out = file("apart/style.safetensors"); };
  std::filesystem::create_directory(file("apart"));
  const std::string said = validate([&](StyleSettings& s) { apart(s), s.fold = 2; });
  EXPECT_NE(said.find("held out in 1 of 3 folds"), std::string::npos) << said;
  validate([&](StyleSettings& s) { apart(s), s.fold = 1; });
  validate([&](StyleSettings& s) { apart(s), s.resume = "auto"; });
  std::ifstream in(file("apart/style.folds.json"));
  EXPECT_EQ(nlohmann::json::parse(in), whole);
}

TEST_F(CrossValidationTest, WhatMakesNoSenseIsRefused) {
  const auto expectBad = [&](const Change& change, const std::string& message) {
    StyleSettings settings = tinySettings(2);
    change(settings);
    EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, message);
  };
  expectBad([](StyleSettings& s) { s.folds = 1; }, "--folds 1");
  expectBad([](StyleSettings& s) { s.folds = 3, s.fold = 4; }, "--fold 4");
  expectBad([](StyleSettings& s) { s.fold = 1; }, "goes with --folds");
  expectBad([](StyleSettings& s) { s.json = true; }, "goes with --folds");
  expectBad([](StyleSettings& s) { s.folds = 7, s.fold = 1; }, "only 6 pictures");
}

// A checkpoint of one fold would bring what another holds out.
TEST_F(CrossValidationTest, ACheckpointOfAnotherFoldIsRefused) {
  StyleSettings settings = tinySettings(2);
  settings.folds = 3, settings.fold = 1;
  {
    StyleRun run(settings);
    run.step();
    run.writeCheckpoint();
  }
  settings.resume = "auto", settings.fold = 2;
  EXPECT_ERROR(StyleRun{settings}, ErrorCode::InvalidArgument, "--fold");
}

}  // namespace
}  // namespace impasto::test
