// Commands, keys and settings: one table behind them all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <fstream>
#include <set>

#include "common/error.h"
#include "support/temp_dir.h"
#include "viewer/model/keys.h"
#include "viewer/model/settings.h"

namespace impasto::test {
namespace {

using namespace impasto::app;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(ViewerCommands, StandWhereTheirNumberSays) {
  std::set<std::string> names;
  ASSERT_EQ(allCommands().size(), static_cast<size_t>(Command::Count));
  for (size_t i = 0; i < allCommands().size(); ++i) {
    const CommandInfo& info = allCommands()[i];
    EXPECT_EQ(static_cast<size_t>(info.command), i) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_EQ(findCommand(info.name), &info);
    EXPECT_STRNE(info.help, "");
  }
}

TEST(ViewerCommands, NumbersStayInTheirRange) {
  Model model;
  apply(model, setTo(Command::Strength, 7.0f));
  EXPECT_EQ(model.state.paint.strength, 1.0f);
  apply(model, nudge(Command::Strength, -1));
  EXPECT_FLOAT_EQ(model.state.paint.strength, 0.95f);
  for (int i = 0; i < 30; ++i) apply(model, nudge(Command::Strength, -1));
  EXPECT_EQ(model.state.paint.strength, 0.0f);
  apply(model, setTo(Command::Strength, std::nanf("")));
  EXPECT_EQ(model.state.paint.strength, 0.0f);
}

TEST(ViewerCommands, ChoicesGoRound) {
  Model model;
  const int first = model.state.view.layout;
  for (int i = 0; i < 5; ++i) apply(model, nudge(Command::LayoutChoice, 1));
  EXPECT_EQ(model.state.view.layout, first);
  model.sizes.styles = 3;
  apply(model, nudge(Command::Style, -1));
  EXPECT_EQ(model.state.paint.style, 2);
  apply(model, setTo(Command::Style, 8));
  EXPECT_EQ(model.state.paint.style, 2);
  model.sizes.styles = 0;
  apply(model, nudge(Command::Style, 1));  // of nothing
  EXPECT_EQ(model.state.paint.style, 2);
}

TEST(ViewerCommands, TextsAreReadBackAsTheyWereWritten) {
  Model model;
  for (const CommandInfo& info : allCommands()) {
    if (info.kind == ValueKind::Request) continue;
    model.sizes = {4, 4, 4};
    const std::string before = valueText(info, model.state);
    apply(model, parseAction(info, before));
    EXPECT_EQ(valueText(info, model.state), before) << info.name;
  }
  for (const auto& [name, value] : {std::pair{"strength", "1.5"}, {"strength", "x"}, {"layout", "upside down"}, {"paint", "yes"}}) {
    try {
      parseAction(*findCommand(name), value);
      ADD_FAILURE() << name << " " << value;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(name));
    }
  }
}

TEST(ViewerKeys, EveryKeyHasOneMeaningAndAnOldOneKeepsIts) {
  std::set<std::pair<int, int>> seen;
  for (const KeyBinding& binding : keyBindings()) {
    EXPECT_TRUE(seen.insert({binding.stroke.key, binding.stroke.modifiers}).second) << binding.shown;
  }
  const auto command = [](int key) { return actionOf({key, 0}, false)->command; };
  EXPECT_EQ(command(GLFW_KEY_1), Command::Style);
  EXPECT_EQ(command(GLFW_KEY_TAB), Command::Style);
  EXPECT_EQ(command(GLFW_KEY_SPACE), Command::Paint);
  EXPECT_EQ(command(GLFW_KEY_LEFT), Command::Split);
  EXPECT_EQ(command(GLFW_KEY_UP), Command::Strength);
  EXPECT_EQ(command(GLFW_KEY_COMMA), Command::ColorPreservation);
  EXPECT_EQ(command(GLFW_KEY_MINUS), Command::Detail);
  EXPECT_EQ(command(GLFW_KEY_P), Command::Pause);
  EXPECT_EQ(command(GLFW_KEY_F), Command::CameraChoice);
  EXPECT_EQ(command(GLFW_KEY_F12), Command::Screenshot);
  EXPECT_EQ(command(GLFW_KEY_ESCAPE), Command::Quit);
}

TEST(ViewerKeys, OnlyNumbersRepeatWhileAKeyIsHeld) {
  EXPECT_NE(actionOf({GLFW_KEY_UP, 0}, true), nullptr);
  for (const int key : {GLFW_KEY_SPACE, GLFW_KEY_F12, GLFW_KEY_TAB, GLFW_KEY_V, GLFW_KEY_F1}) {
    EXPECT_EQ(actionOf({key, 0}, true), nullptr);
    EXPECT_NE(actionOf({key, 0}, false), nullptr);
  }
}

TEST(ViewerKeys, HaveNames) {
  EXPECT_EQ(keyNamed("F12")->key, GLFW_KEY_F12);
  EXPECT_EQ(keyNamed("shift+tab")->modifiers, GLFW_MOD_SHIFT);
  EXPECT_EQ(keyNamed("a")->key, GLFW_KEY_A);
  for (const char* nonsense : {"", "F13", "F0", "shift+", "paint", "F1x"}) EXPECT_FALSE(keyNamed(nonsense)) << nonsense;
}

class ViewerSettings : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& text) {
    std::ofstream(path_) << text;
    std::vector<std::string> warnings;
    readSettings(path_, model_, settings_, warnings);
    return warnings;
  }
  TempDir dir_;
  std::string path_ = dir_.file("viewer.json");
  Model model_;
  Settings settings_;
};

TEST_F(ViewerSettings, AreKept) {
  apply(model_, setTo(Command::Strength, 0.35f));
  apply(model_, setTo(Command::LayoutChoice, 3));
  apply(model_, setTo(Command::Pause, 1));  // of one run alone
  remember(settings_.recent_scenes, "/a.glb");
  remember(settings_.recent_scenes, "/b.glb");
  remember(settings_.recent_scenes, "/a.glb");
  const std::string deep = dir_.file("new/folder/viewer.json");
  writeSettings(deep, model_, settings_);
  Model model;
  Settings settings;
  std::vector<std::string> warnings;
  readSettings(deep, model, settings, warnings);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_FLOAT_EQ(model.state.paint.strength, 0.35f);
  EXPECT_EQ(model.state.view.layout, 3);
  EXPECT_FALSE(model.state.time.paused);
  EXPECT_THAT(settings.recent_scenes, testing::ElementsAre("/a.glb", "/b.glb"));
}

TEST_F(ViewerSettings, ABadFileIsAWarning) {
  for (const char* text : {"", "{", "[]", "{\"format\": 3}", "{\"format\": \"impasto-viewer-settings\", \"values\": {\"strength\": \"9\"}}",
                           "{\"format\": \"impasto-viewer-settings\", \"values\": {\"strength\": 1}}",
                           "{\"format\": \"impasto-viewer-settings\", \"styles\": 1}"}) {
    const auto warnings = read(text);
    ASSERT_EQ(warnings.size(), 1u) << text;
    EXPECT_THAT(warnings[0], HasSubstr("viewer.json"));
  }
  EXPECT_EQ(model_.state.paint.strength, 1.0f);
}

TEST_F(ViewerSettings, OfAnotherVersionAreTakenAsFarAsTheyAreKnown) {
  EXPECT_THAT(read("{\"format\": \"impasto-viewer-settings\", \"version\": 9, \"width\": 5, \"values\": "
                   "{\"new\": \"1\", \"detail\": \"0.5\"}}"),
              IsEmpty());
  EXPECT_EQ(model_.state.paint.detail, 0.5f);
  EXPECT_EQ(settings_.width, 160u);
}

}  // namespace
}  // namespace impasto::test
