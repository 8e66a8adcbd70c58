// Choosing a file or a folder, for people without a command line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "viewer/ui/widgets.h"

namespace impasto::app {

class FileDialog {
 public:
  // What is chosen goes to `command`. Extensions with their dot, lower case; none: every file.
  void open(std::string title, std::vector<std::string> extensions, Command command);
  void openFolder(std::string title, Command command);
  void close() { open_ = false; }
  bool isOpen() const { return open_; }

  void draw(Widgets& widgets);

 private:
  struct Entry {
    std::string name;
    bool folder = false;
  };
  void start(std::string title, Command command, bool folders);
  void go(const std::filesystem::path& folder);
  void choose(Widgets& widgets, const std::filesystem::path& path);

  bool open_ = false, folders_ = false, appearing_ = false;
  std::string title_, failure_;
  std::vector<std::string> extensions_;
  Command command_ = Command::Open;
  std::filesystem::path folder_;
  std::vector<Entry> entries_;
};

}  // namespace impasto::app
