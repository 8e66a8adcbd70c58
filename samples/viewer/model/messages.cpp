#include "viewer/model/messages.h"

#include <algorithm>
#include <cstdio>

#include "common/message.h"

namespace impasto::app {
namespace {

constexpr size_t kMostShown = 5;

double secondsOf(Level level) { return level == Level::Note ? 4.0 : 12.0; }

}  // namespace

void Messages::post(Level level, std::string text) {
  text = oneLine(std::move(text));
  if (level == Level::Note) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
  } else {
    complain(program_, text);
  }
  const std::lock_guard lock(mutex_);
  posted_.push_back({level, std::move(text), secondsOf(level)});
}

void Messages::update(double seconds) {
  for (Message& message : shown_) message.seconds_left -= seconds;
  std::erase_if(shown_, [](const Message& message) { return message.seconds_left <= 0.0; });
  const std::lock_guard lock(mutex_);
  for (Message& message : posted_) {
    if (message.level == Level::Failure) ++failures_;
    // Told twice is told once.
    std::erase_if(shown_, [&](const Message& other) { return other.text == message.text; });
    shown_.push_back(std::move(message));
  }
  posted_.clear();
  if (shown_.size() > kMostShown) shown_.erase(shown_.begin(), shown_.end() - static_cast<long>(kMostShown));
}

void Messages::dismiss(size_t index) { shown_.erase(shown_.begin() + static_cast<long>(index)); }

}  // namespace impasto::app
