// The table of settings: one declaration, five uses.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "config/fields.h"
#include "recipes/recipe_kind.h"
#include "support/temp_dir.h"
#include "unit/expect_error.h"

#include <gtest/gtest.h>

namespace impasto::test {
namespace {

using namespace trainer;

struct Settings {
  int side = 64;
  double weight = 1.5;
  bool center = true;
  std::string kind = "red", file = "a/b.jpg", where = "here";
  std::vector<std::string> names = {"x"};
  std::vector<double> numbers;
};

class FieldsTest : public testing::Test {
 protected:
  FieldsTest() {
    fields_.group("Some");
    fields_.add("side", s_.side, "A side").range(32, 128).multipleOf(16);
    fields_.add("a-weight", s_.weight, "A weight").atLeast(0);
    fields_.add("center", s_.center, "A switch");
    fields_.add("kind", s_.kind, "A kind").choices({"red", "blue"});
    fields_.add("file", s_.file, "A file").path().required();
    fields_.add("where", s_.where, "A place").local();
    fields_.add("names", s_.names, "Names").required();
    fields_.add("numbers", s_.numbers, "Numbers").atLeast(0);
  }
  void expectBad(const RawSettings& values, const std::string& message) {
    EXPECT_ERROR(
        {
          fields_.apply(values, "");
          fields_.check();
        },
        ErrorCode::InvalidArgument, message);
    s_ = {};
  }
  Settings s_;
  Fields fields_;
};

TEST_F(FieldsTest, ValuesOfEveryTypeAreRead) {
  fields_.apply({{"side", {"96"}}, {"a_weight", {"2.5"}}, {"center", {"false"}}, {"kind", {"blue"}}, {"names", {"p", "q"}},
                 {"numbers", {"1", "0.5"}}},
                "");
  fields_.check();
  EXPECT_EQ(s_.side, 96);
  EXPECT_EQ(s_.weight, 2.5);
  EXPECT_FALSE(s_.center);
  EXPECT_EQ(s_.kind, "blue");
  EXPECT_EQ(s_.names, (std::vector<std::string>{"p", "q"}));
  EXPECT_EQ(s_.numbers, (std::vector<double>{1, 0.5}));
}

TEST_F(FieldsTest, WhatDoesNotFitIsNamedWithWhatWould) {
  expectBad({{"side", {"ten"}}}, "--side ten: expected a whole number, 32 to 128, a multiple of 16");
  expectBad({{"side", {"64.5"}}}, "--side");
  expectBad({{"side", {"40"}}}, "--side 40");
  expectBad({{"side", {"144"}}}, "--side 144");
  expectBad({{"side", {"99999999999999999999"}}}, "--side");
  expectBad({{"a-weight", {"-1"}}}, "--a-weight -1");
  expectBad({{"a-weight", {"nan"}}}, "--a-weight");
  expectBad({{"a-weight", {"1", "2"}}}, "--a-weight 1,2");
  expectBad({{"center", {"maybe"}}}, "--center maybe");
  expectBad({{"kind", {"green"}}}, "--kind green: expected red or blue");
  expectBad({{"numbers", {"1", "-2"}}}, "--numbers -2");
  expectBad({{"file", {""}}}, "--file is required");
  expectBad({{"names", {}}}, "--names is required");
  expectBad({{"colour", {"1"}}}, "no setting colour");
}

TEST_F(FieldsTest, TheEchoTellsWhatShapesTheResultAndNotWhereFilesLie) {
  const nlohmann::ordered_json json = fields_.json();
  EXPECT_EQ(json["side"], 64);
  EXPECT_EQ(json["a_weight"], 1.5);
  EXPECT_EQ(json["file"], "b.jpg");
  EXPECT_FALSE(json.contains("where"));
}

TEST_F(FieldsTest, AFileOfSettingsIsReadAndItsFaultsAreNamed) {
  const TempDir dir;
  const std::string path = dir.file("settings.toml");
  std::ofstream(path) << "# a comment\nside = 96\nkind = \"blue\"\nnames = [\"p\", \"q\"]\ncenter = false\n";
  fields_.apply(readConfigFile(path), path);
  EXPECT_EQ(s_.side, 96);
  EXPECT_EQ(s_.kind, "blue");
  EXPECT_EQ(s_.names, (std::vector<std::string>{"p", "q"}));
  EXPECT_FALSE(s_.center);
  std::ofstream(path) << "colour = 3\n";
  EXPECT_ERROR(fields_.apply(readConfigFile(path), path), ErrorCode::InvalidArgument, "settings.toml: there is no setting colour");
  std::ofstream(path) << "side = \"wide\"\n";
  EXPECT_ERROR(fields_.apply(readConfigFile(path), path), ErrorCode::InvalidArgument, "settings.toml: --side wide");
  std::ofstream(path) << "[section]\nside = 96\n";
  EXPECT_ERROR(readConfigFile(path), ErrorCode::InvalidArgument, "sections");
  EXPECT_ERROR(readConfigFile(dir.file("missing.toml")), ErrorCode::Io, "missing.toml");
}

TEST(Recipes, EveryRecipesSettingsHaveHelpAndDefaultsThatPassTheirOwnCheck) {
  for (const RecipeKind& kind : recipeKinds()) {
    const std::unique_ptr<Plan> plan = kind.plan();
    Fields fields;
    plan->addTo(fields);
    std::set<std::string> keys;
    for (const Field& field : fields.all()) {
      EXPECT_TRUE(keys.insert(field.key()).second) << kind.name << " declares " << field.key() << " twice";
      EXPECT_FALSE(field.help().empty()) << field.key();
      try {
        field.check();
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("is required"), std::string::npos) << error.what();
      }
    }
  }
}

// Small batches leave a GPU idle: where none is asked for it gets eight times as many, and what is typed wins.
TEST(Recipes, BatchesAreChosenByTheMachineUnlessTyped) {
  const std::map<std::string, int> usual = {{"multi", 6}, {"texture", 16}};
  for (const RecipeKind& kind : recipeKinds()) {
    const int expected = usual.contains(kind.name) ? usual.at(kind.name) : 4;
    for (const bool gpu : {false, true}) {
      const std::unique_ptr<Plan> plan = kind.plan(), typed = kind.plan();
      typed->run().batch = 3;
      chooseBatch(plan->run(), gpu);
      chooseBatch(typed->run(), gpu);
      EXPECT_EQ(plan->run().batch, gpu ? 8 * expected : expected) << kind.name;
      EXPECT_EQ(typed->run().batch, 3) << kind.name;
    }
  }
}

// Each preset names settings that exist, with values that pass, and is one that --preset takes.
TEST(Presets, AreMadeOfSettings) {
  for (const RecipeKind& kind : recipeKinds()) {
    if (!kind.presets) continue;
    EXPECT_EQ(presetNames(kind.presets()), (std::vector<std::string>{"preview", "standard", "best", "still"}));
    for (const Preset& preset : kind.presets()) {
      const std::unique_ptr<Plan> plan = kind.plan();
      Fields fields;
      plan->addTo(fields);
      fields.apply(preset.values, preset.name);
      for (const auto& [key, value] : preset.values) {
        fields.find(key)->check();
        EXPECT_EQ(fields.find(key)->valueText(), value[0]) << key;
      }
      fields.find("preset")->set({preset.name});
      fields.find("preset")->check();
    }
  }
}

TEST(Presets, WhatIsTypedWinsOverTheFileAndBothOverThePreset) {
  const std::vector<Preset> presets = {
      {"fast", "", {{"steps", {"10"}}}}, {"slow", "", {{"steps", {"1000"}}}}, {"standard", "", {{"steps", {"100"}}}}};
  EXPECT_EQ(presetValues(presets, {{"preset", {"fast"}}}, {{"preset", {"slow"}}}), presets[0].values);
  EXPECT_EQ(presetValues(presets, {{"steps", {"3"}}}, {{"preset", {"slow"}}}), presets[1].values);
  EXPECT_EQ(presetValues(presets, {}, {}), presets[2].values);
  EXPECT_TRUE(presetValues(presets, {{"preset", {"other"}}}, {}).empty());
}

}  // namespace
}  // namespace impasto::test
