// What the viewer tells its user: lines that stay on the window for a while, and go to stderr where something is wrong.
#pragma once

#include <mutex>
#include <string>
#include <vector>

namespace impasto::app {

enum class Level { Note, Warning, Failure };

struct Message {
  Level level = Level::Note;
  std::string text;
  double seconds_left = 0.0;
};

// post() may be called on any thread, the rest on the main one.
class Messages {
 public:
  explicit Messages(std::string program) : program_(std::move(program)) {}
  void post(Level level, std::string text);

  // Takes in what was posted and forgets what has been shown long enough.
  void update(double seconds);
  const std::vector<Message>& shown() const { return shown_; }
  void dismiss(size_t index);
  size_t failures() const { return failures_; }  // so far

 private:
  std::string program_;
  std::mutex mutex_;
  std::vector<Message> posted_;
  std::vector<Message> shown_;  // the newest last
  size_t failures_ = 0;
};

}  // namespace impasto::app
