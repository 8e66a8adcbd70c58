// A scripted tour: what somebody would do at the window, line by line. docs/viewer.md has the language.
//
// A script's frames are 1/30 s of the viewer's time, however long they take, so that the same script shows the same.
#pragma once

#include <vulkan/vulkan.h>

#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "viewer/model/commands.h"
#include "viewer/platform/input.h"
#include "viewer/ui/widgets.h"

namespace impasto::app {

inline constexpr double kScriptFrameSeconds = 1.0 / 30.0;

// What a script does to the program beside input and commands.
struct ScriptHost {
  Model& model;
  Input& input;
  const WidgetMap& widgets;
  VkExtent2D extent{};                                   // of the framebuffer
  std::function<bool()> settled;                         // nothing is being read, made or written
  std::function<void(const std::string&)> screenshot;    // FILE
  std::function<void(uint32_t, uint32_t)> resize;
  std::function<void()> minimise, restore, quit;
  std::function<void(const std::string&)> mark;          // NAME: for whoever measures
};

class Script {
 public:
  // Throws Error, naming file and line.
  explicit Script(const std::filesystem::path& path);

  // Before a frame. Throws Error, naming file and line, when something cannot be done or an expectation fails.
  void advance(const ScriptHost& host);
  bool done() const { return next_ >= steps_.size() && wait_ == 0 && queued_.empty(); }
  bool waitsForSettled() const { return settle_frames_ > 0; }

 private:
  struct Step {
    int line = 0;
    std::string verb;
    std::vector<std::string> words;
  };
  struct Loop {
    size_t first = 0;
    int left = 0;
  };
  [[noreturn]] void fail(const Step& step, const std::string& what) const;
  float number(const Step& step, size_t word, float low, float high) const;
  const std::string& word(const Step& step, size_t index) const;
  bool run(const Step& step, const ScriptHost& host);  // true: the next one in the same frame
  void drag(glm::vec2 from, glm::vec2 to, int frames, int button);
  glm::vec2 onWidget(const Step& step, const ScriptHost& host, float across);

  std::string name_;
  std::vector<Step> steps_;
  size_t next_ = 0;
  std::vector<Loop> loops_;
  int wait_ = 0, settle_frames_ = 0, waited_ = 0;
  std::set<std::string> seen_, worked_;  // labels of controls
  std::vector<InputEvent> queued_;  // one a frame
};

}  // namespace impasto::app
