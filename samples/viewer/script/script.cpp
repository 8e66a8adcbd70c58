#include "viewer/script/script.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <fstream>
#include <thread>

#include "common/error.h"

namespace impasto::app {
namespace {

using Kind = InputEvent::Kind;

constexpr int kSettleFrames = 6000;  // after so many frames something hangs

// Words of a line: separated by spaces, "in quotes" where they hold some; # begins a comment.
std::vector<std::string> wordsOf(const std::string& line) {
  std::vector<std::string> words;
  size_t i = 0;
  while (i < line.size()) {
    if (line[i] == ' ' || line[i] == '\t' || line[i] == '\r') {
      ++i;
    } else if (line[i] == '#') {
      break;
    } else if (line[i] == '"') {
      const size_t end = std::min(line.find('"', i + 1), line.size());
      words.push_back(line.substr(i + 1, end - i - 1));
      i = end + 1;
    } else {
      const size_t end = std::min(line.find_first_of(" \t\r", i), line.size());
      words.push_back(line.substr(i, end - i));
      i = end;
    }
  }
  return words;
}

InputEvent keyEvent(const KeyStroke& stroke, bool down) {
  return {.kind = Kind::Key, .code = stroke.key, .down = down, .modifiers = stroke.modifiers};
}
InputEvent moveEvent(glm::vec2 to) { return {.kind = Kind::Move, .x = to.x, .y = to.y}; }
InputEvent buttonEvent(int button, bool down) { return {.kind = Kind::Button, .code = button, .down = down}; }

constexpr std::pair<const char*, size_t> kVerbs[] = {  // with the words they need
    {"set", 2},    {"do", 1},       {"nudge", 2},    {"expect", 2}, {"key", 1},    {"hold", 2},  {"type", 1},
    {"move", 2},   {"click", 2},    {"drag", 4},     {"wheel", 1},  {"press", 1},  {"slide", 2}, {"wait", 1},
    {"settle", 0}, {"screenshot", 1}, {"resize", 2}, {"minimise", 0}, {"restore", 0}, {"drop", 1}, {"repeat", 1},
    {"end", 0},    {"mark", 1},     {"quit", 0},    {"until", 2},
    {"all-worked", 0}};

}  // namespace

Script::Script(const std::filesystem::path& path) : name_(path.string()) {
  std::ifstream file(path);
  if (!file) throw Error(name_ + ": cannot be read");
  std::string line;
  int number_of_line = 0, open = 0;
  while (std::getline(file, line)) {
    ++number_of_line;
    std::vector<std::string> words = wordsOf(line);
    if (words.empty()) continue;
    Step step{number_of_line, words.front(), {words.begin() + 1, words.end()}};
    const auto verb = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const auto& v) { return step.verb == v.first; });
    if (verb == std::end(kVerbs)) fail(step, "unknown");
    if (step.words.size() < verb->second) fail(step, "needs " + std::to_string(verb->second) + " words");
    if (step.verb == "set" || step.verb == "do" || step.verb == "nudge" || step.verb == "expect" ||
        step.verb == "until") {
      if (!findCommand(step.words[0])) fail(step, "there is no command '" + step.words[0] + "'");
    }
    if ((step.verb == "key" || step.verb == "hold") && !keyNamed(step.words[0])) {
      fail(step, "there is no key '" + step.words[0] + "'");
    }
    open += step.verb == "repeat" ? 1 : step.verb == "end" ? -1 : 0;
    if (open < 0) fail(step, "without 'repeat'");
    steps_.push_back(std::move(step));
  }
  if (open > 0) throw Error(name_ + ": 'repeat' without 'end'");
}

void Script::fail(const Step& step, const std::string& what) const {
  throw Error(name_ + ":" + std::to_string(step.line) + ": " + step.verb + ": " + what);
}

const std::string& Script::word(const Step& step, size_t index) const { return step.words.at(index); }

float Script::number(const Step& step, size_t index, float low, float high) const {
  const std::string& text = word(step, index);
  float value = 0.0f;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || !(value >= low && value <= high)) {
    fail(step, "'" + text + "' is not a number that fits");
  }
  return value;
}

glm::vec2 Script::onWidget(const Step& step, const ScriptHost& host, float across) {
  const WidgetMap::Place* place = host.widgets.find(word(step, 0));
  if (place) worked_.insert(place->label);
  if (!place) fail(step, "there is no control '" + word(step, 0) + "' among: " + host.widgets.labels());
  const glm::vec2 at(place->low.x + (place->high.x - place->low.x) * across, (place->low.y + place->high.y) * 0.5f);
  if (at.x < 0.0f || at.y < 0.0f || at.x >= static_cast<float>(host.extent.width) ||
      at.y >= static_cast<float>(host.extent.height)) {
    fail(step, "'" + word(step, 0) + "' is outside of the window");
  }
  return at;
}

void Script::drag(glm::vec2 from, glm::vec2 to, int frames, int button) {
  queued_.push_back(moveEvent(from));
  queued_.push_back(buttonEvent(button, true));
  for (int i = 1; i <= frames; ++i) {
    queued_.push_back(moveEvent(glm::mix(from, to, static_cast<float>(i) / static_cast<float>(frames))));
  }
  queued_.push_back(buttonEvent(button, false));
}

void Script::advance(const ScriptHost& host) {
  for (const WidgetMap::Place& place : host.widgets.places()) {
    if (!place.entry) seen_.insert(place.label);
  }
  if (!queued_.empty()) {
    host.input.push(std::move(queued_.front()));
    queued_.erase(queued_.begin());
    return;
  }
  if (wait_ > 0) {
    --wait_;
    return;
  }
  if (settle_frames_ > 0) {
    if (!host.settled()) {
      if (--settle_frames_ == 0) fail(steps_[next_ - 1], "it takes too long");
      return;
    }
    settle_frames_ = 0;
  }
  while (next_ < steps_.size()) {
    const Step& step = steps_[next_++];
    if (!run(step, host)) return;
  }
}

bool Script::run(const Step& step, const ScriptHost& host) {
  const std::string& verb = step.verb;
  constexpr float kMost = 1e6f;
  const auto point = [&](size_t first) { return glm::vec2(number(step, first, 0, kMost), number(step, first + 1, 0, kMost)); };
  const auto buttonOf = [&](size_t index) {
    if (index >= step.words.size() || step.words[index] == "left") return GLFW_MOUSE_BUTTON_LEFT;
    if (step.words[index] == "right") return GLFW_MOUSE_BUTTON_RIGHT;
    if (step.words[index] == "middle") return GLFW_MOUSE_BUTTON_MIDDLE;
    fail(step, "'" + step.words[index] + "' is not left, right or middle");
  };
  if (verb == "set" || verb == "do") {
    const CommandInfo& info = *findCommand(word(step, 0));
    std::string value;
    for (size_t i = 1; i < step.words.size(); ++i) value += (i > 1 ? " " : "") + step.words[i];
    try {
      apply(host.model, parseAction(info, value));
    } catch (const Error& error) {
      fail(step, error.what());
    }
    return true;
  }
  if (verb == "nudge") {
    apply(host.model, nudge(findCommand(word(step, 0))->command, number(step, 1, -kMost, kMost)));
    return true;
  }
  if (verb == "expect" || verb == "until") {
    const CommandInfo& info = *findCommand(word(step, 0));
    const std::string now = valueText(info, host.model.state);
    bool equal = now == word(step, 1);
    if (info.kind == ValueKind::Number) equal = std::abs(std::stof(now) - number(step, 1, -kMost, kMost)) < 0.011f * std::max(1.0f, info.high - info.low);
    if (verb == "until" && !equal) {
      if (++waited_ > kSettleFrames) fail(step, "it takes too long");
      --next_;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return false;
    }
    waited_ = 0;
    if (!equal) fail(step, word(step, 0) + " is " + now + ", not " + word(step, 1));
    return true;
  }
  if (verb == "key" || verb == "hold") {
    const KeyStroke stroke = *keyNamed(word(step, 0));
    queued_.push_back(keyEvent(stroke, true));
    if (verb == "hold") {
      // Keys that are held repeat, as the window system says it.
      for (int i = 0; i < static_cast<int>(number(step, 1, 1, 1000)); ++i) {
        InputEvent again = keyEvent(stroke, true);
        again.repeated = true;
        queued_.push_back(again);
      }
    }
    queued_.push_back(keyEvent(stroke, false));
  } else if (verb == "type") {
    for (const char c : word(step, 0)) queued_.push_back({.kind = Kind::Text, .code = c});
  } else if (verb == "move") {
    queued_.push_back(moveEvent(point(0)));
  } else if (verb == "click") {
    const int button = buttonOf(2);
    queued_ = {moveEvent(point(0)), buttonEvent(button, true), buttonEvent(button, false)};
  } else if (verb == "drag") {
    drag(point(0), point(2), 4, buttonOf(4));
  } else if (verb == "wheel") {
    queued_.push_back({.kind = Kind::Wheel, .y = number(step, 0, -100, 100)});
  } else if (verb == "press") {
    queued_ = {moveEvent(onWidget(step, host, 0.5f)), buttonEvent(0, true), buttonEvent(0, false)};
    wait_ = 1;
  } else if (verb == "slide") {
    // Sliders end half a grab before their ends.
    const float share = number(step, 1, 0, 1);
    const glm::vec2 to = onWidget(step, host, 0.02f + 0.96f * share);
    queued_ = {moveEvent(to), buttonEvent(0, true), moveEvent(to), buttonEvent(0, false)};
    wait_ = 1;
  } else if (verb == "wait") {
    wait_ = static_cast<int>(number(step, 0, 0, kMost));
    return wait_ == 0;
  } else if (verb == "settle") {
    settle_frames_ = kSettleFrames;
    wait_ = 2;
  } else if (verb == "screenshot") {
    host.screenshot(word(step, 0));
    settle_frames_ = kSettleFrames;
    wait_ = 2;
  } else if (verb == "resize") {
    host.resize(static_cast<uint32_t>(number(step, 0, 1, 16384)), static_cast<uint32_t>(number(step, 1, 1, 16384)));
    wait_ = 2;
  } else if (verb == "minimise") {
    host.minimise();
  } else if (verb == "restore") {
    host.restore();
  } else if (verb == "drop") {
    queued_.push_back({.kind = Kind::Drop, .path = word(step, 0)});
  } else if (verb == "repeat") {
    loops_.push_back({next_, static_cast<int>(number(step, 0, 1, kMost))});
    return true;
  } else if (verb == "end") {
    if (--loops_.back().left > 0) {
      next_ = loops_.back().first;
    } else {
      loops_.pop_back();
    }
    return true;
  } else if (verb == "all-worked") {
    std::string left;
    for (const std::string& label : seen_) {
      const bool excepted = std::find(step.words.begin(), step.words.end(), label) != step.words.end();
      if (!worked_.contains(label) && !excepted) left += (left.empty() ? "" : ", ") + label;
    }
    if (!left.empty()) fail(step, "these were seen and neither pressed nor slid: " + left);
    return true;
  } else if (verb == "mark") {
    host.mark(word(step, 0));
    return true;
  } else {
    host.quit();
  }
  return false;
}

}  // namespace impasto::app
