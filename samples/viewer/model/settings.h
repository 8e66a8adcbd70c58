// What the viewer remembers between runs: a JSON file in the user's configuration folder.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "viewer/model/commands.h"

namespace impasto::app {

struct Settings {
  std::vector<std::string> recent_scenes, recent_styles;  // paths, the newest first
  std::vector<std::string> styles;                        // the list as it was
  std::string perceptual;                                 // the network that training wants
  uint32_t width = 1280, height = 800;                    // of the window
};

inline constexpr size_t kMostRecent = 12;

// Moves `path` to the front.
void remember(std::vector<std::string>& recent, const std::string& path);

// $XDG_CONFIG_HOME/impasto/viewer.json, or below ~/.config; empty if neither is known.
std::filesystem::path settingsPath();

// Fills in what the file says. A file that is not there is no news; of one that cannot be read, or says something odd,
// the rest is taken and each warning is a line.
void readSettings(const std::filesystem::path& path, Model& model, Settings& settings,
                  std::vector<std::string>& warnings);

// Whole or not at all. Throws Error.
void writeSettings(const std::filesystem::path& path, const Model& model, const Settings& settings);

}  // namespace impasto::app
