#include "data/image_folder.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "base/error.h"
#include "io/sha256.h"

namespace impasto::trainer {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> picturesBelow(const std::string& folder) {
  std::vector<std::string> paths;
  try {
    if (!fs::is_directory(folder)) throw Error(ErrorCode::Io, folder + ": there is no such folder");
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
      if (entry.is_regular_file() && isPictureName(entry.path().string())) paths.push_back(entry.path().string());
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::Io, folder + ": cannot be read: " + error.code().message());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// `impasto-render --capture` writes STEM_color.png and STEM_camera.json, which names the clip.
std::string clipOf(const std::string& path) {
  constexpr std::string_view kColor = "_color";
  const fs::path picture(path);
  const std::string stem = picture.stem().string();
  if (stem.size() <= kColor.size() || stem.compare(stem.size() - kColor.size(), kColor.size(), kColor) != 0) return path;
  std::ifstream in(picture.parent_path() / (stem.substr(0, stem.size() - kColor.size()) + "_camera.json"));
  const nlohmann::json camera = nlohmann::json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!camera.is_object() || !camera.contains("clip")) return path;
  return picture.parent_path().string() + "/clip " + camera["clip"].dump();
}

}  // namespace

ImageFolder readImageFolders(const std::vector<std::string>& folders, int limit,
                             const std::function<void(const std::string&)>& skipped) {
  ImageFolder result;
  std::string digests;
  for (const std::string& folder : folders) {
    const size_t before = result.images.size();
    for (const std::string& path : picturesBelow(folder)) {
      try {
        result.images.push_back(limitShorterSide(readImage(path), limit));
        result.paths.push_back(path);
        result.clips.push_back(clipOf(path));
        digests += sha256HexOfFile(path);
      } catch (const Error& error) {
        skipped(error.what());
      }
    }
    if (result.images.size() == before) {
      throw Error(ErrorCode::Io, folder + ": holds no readable picture (PNG, JPEG, WebP, TIFF, OpenEXR)");
    }
  }
  result.sha256 = sha256Hex(std::as_bytes(std::span(digests)));
  return result;
}

}  // namespace impasto::trainer
