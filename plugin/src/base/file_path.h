// Paths as the plugin is given them: UTF-8 on every system.
#pragma once

#include <filesystem>
#include <string>

namespace impasto {

inline std::filesystem::path filePath(const std::string& utf8) {
  return {std::u8string(utf8.begin(), utf8.end())};
}

}  // namespace impasto
