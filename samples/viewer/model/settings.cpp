#include "viewer/model/settings.h"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/output_file.h"

namespace impasto::app {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "impasto-viewer-settings";

void readPaths(const json& root, const char* key, std::vector<std::string>& paths, std::vector<std::string>& warnings) {
  if (!root.contains(key)) return;
  const json& list = root[key];
  if (!list.is_array()) {
    warnings.push_back(std::string(key) + " is not a list");
    return;
  }
  for (const json& entry : list) {
    if (entry.is_string() && paths.size() < kMostRecent) paths.push_back(entry.get<std::string>());
  }
}

void readValues(const json& values, Model& model, std::vector<std::string>& warnings) {
  for (const auto& [name, value] : values.items()) {
    const CommandInfo* info = findCommand(name);
    if (!info || !info->kept) continue;  // of another version
    try {
      if (!value.is_string()) throw Error(name + ": not a text");
      apply(model, parseAction(*info, value.get<std::string>()));
    } catch (const Error& error) {
      warnings.push_back(error.what());
    }
  }
}

uint32_t readSide(const json& root, const char* key, uint32_t otherwise) {
  constexpr uint32_t kLeast = 160, kMost = 16384;
  if (!root.contains(key) || !root[key].is_number_unsigned()) return otherwise;
  return std::clamp(root[key].get<uint32_t>(), kLeast, kMost);
}

}  // namespace

void remember(std::vector<std::string>& recent, const std::string& path) {
  std::erase(recent, path);
  recent.insert(recent.begin(), path);
  if (recent.size() > kMostRecent) recent.resize(kMostRecent);
}

std::filesystem::path settingsPath() {
  const char* folder = std::getenv("XDG_CONFIG_HOME");
  if (folder && *folder) return std::filesystem::path(folder) / "impasto" / "viewer.json";
  const char* home = std::getenv("HOME");
  if (home && *home) return std::filesystem::path(home) / ".config" / "impasto" / "viewer.json";
  return {};
}

void readSettings(const std::filesystem::path& path, Model& model, Settings& settings,
                  std::vector<std::string>& warnings) {
  std::error_code none;
  if (path.empty() || !std::filesystem::exists(path, none)) return;
  const std::string prefix = path.string() + ": ";
  json root;
  try {
    const std::vector<uint8_t> bytes = media::readFile(path);
    root = json::parse(bytes.begin(), bytes.end());
  } catch (const Error& error) {
    warnings.push_back(std::string(error.what()) + "; going on without settings");
    return;
  } catch (const json::exception&) {
    warnings.push_back(prefix + "not JSON; going on without settings");
    return;
  }
  if (!root.is_object() || root.value("format", json()) != kFormat) {
    warnings.push_back(prefix + "not settings of impasto-viewer; going on without");
    return;
  }
  std::vector<std::string> found;
  readPaths(root, "recent_scenes", settings.recent_scenes, found);
  readPaths(root, "recent_styles", settings.recent_styles, found);
  readPaths(root, "styles", settings.styles, found);
  settings.width = readSide(root, "width", settings.width);
  settings.height = readSide(root, "height", settings.height);
  if (root.contains("perceptual") && root["perceptual"].is_string()) settings.perceptual = root["perceptual"];
  if (root.contains("values") && root["values"].is_object()) readValues(root["values"], model, found);
  for (const std::string& warning : found) warnings.push_back(prefix + warning);
}

void writeSettings(const std::filesystem::path& path, const Model& model, const Settings& settings) {
  if (path.empty()) return;
  json values = json::object();
  for (const CommandInfo& info : allCommands()) {
    if (info.kept) values[info.name] = valueText(info, model.state);
  }
  const json root = {{"format", kFormat},
                     {"version", 1},
                     {"width", settings.width},
                     {"height", settings.height},
                     {"recent_scenes", settings.recent_scenes},
                     {"recent_styles", settings.recent_styles},
                     {"styles", settings.styles},
                     {"perceptual", settings.perceptual},
                     {"values", values}};
  std::error_code failure;
  std::filesystem::create_directories(path.parent_path(), failure);  // writing says what is wrong
  const std::string text = root.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  writeFileWhole(path, std::as_bytes(std::span(text)));
}

}  // namespace impasto::app
