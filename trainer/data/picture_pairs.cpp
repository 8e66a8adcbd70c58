#include "data/picture_pairs.h"

#include <filesystem>
#include <map>
#include <span>

#include "base/error.h"
#include "io/sha256.h"

namespace impasto::trainer {
namespace {

namespace fs = std::filesystem;

constexpr int kAnySize = 1 << 30;  // a limit that shrinks nothing: sizes are compared first

std::string sizeOf(const Image& image) { return std::to_string(image.width) + "x" + std::to_string(image.height); }

// The file's place below its folder, without extension: what partners share.
std::string nameOf(const std::string& path, const fs::path& folder) {
  return fs::path(path).lexically_relative(folder).replace_extension().generic_string();
}

class Collector {
 public:
  explicit Collector(int limit) : limit_(limit) {}

  void add(const std::string& input_path, Image input, const std::string& target_path, Image target) {
    append(pairs_.inputs, input_path, input_path, std::move(input));
    append(pairs_.targets, target_path, input_path, std::move(target));
  }

  // `digest` of all files that were read.
  PicturePairs finish(const std::string& folder, const std::string& digest) {
    if (pairs_.inputs.images.empty()) {
      throw Error(ErrorCode::Io, folder + ": holds no pair: expected input/NAME and target/NAME, or pictures side by side");
    }
    pairs_.inputs.sha256 = pairs_.targets.sha256 = digest;
    return std::move(pairs_);
  }

 private:
  void append(ImageFolder& folder, const std::string& path, const std::string& clip, Image image) const {
    folder.paths.push_back(path);
    folder.images.push_back(limitShorterSide(std::move(image), limit_));
    folder.clips.push_back(clip);
  }

  const int limit_;
  PicturePairs pairs_;
};

PicturePairs readTwoFolders(const fs::path& folder, int limit, const std::function<void(const std::string&)>& skipped) {
  const fs::path input_folder = folder / "input", target_folder = folder / "target";
  ImageFolder inputs = readImageFolders({input_folder.string()}, kAnySize, skipped);
  ImageFolder targets = readImageFolders({target_folder.string()}, kAnySize, skipped);
  std::map<std::string, size_t> by_name;
  for (size_t i = 0; i < targets.paths.size(); ++i) by_name[nameOf(targets.paths[i], target_folder)] = i;
  Collector collector(limit);
  for (size_t i = 0; i < inputs.paths.size(); ++i) {
    const auto partner = by_name.find(nameOf(inputs.paths[i], input_folder));
    if (partner == by_name.end()) {
      skipped(inputs.paths[i] + ": has no picture of that name in " + target_folder.string());
      continue;
    }
    Image &input = inputs.images[i], &target = targets.images[partner->second];
    const std::string& target_path = targets.paths[partner->second];
    if (input.width != target.width || input.height != target.height) {
      skipped(inputs.paths[i] + ": is " + sizeOf(input) + ", but " + target_path + " is " + sizeOf(target));
    } else {
      collector.add(inputs.paths[i], std::move(input), target_path, std::move(target));
    }
    by_name.erase(partner);
  }
  for (const auto& [name, index] : by_name) {
    skipped(targets.paths[index] + ": has no picture of that name in " + input_folder.string());
  }
  const std::string digests = inputs.sha256 + targets.sha256;
  return collector.finish(folder.string(), sha256Hex(std::as_bytes(std::span(digests))));
}

PicturePairs readSideBySide(const std::string& folder, int limit, const std::function<void(const std::string&)>& skipped) {
  const ImageFolder both = readImageFolders({folder}, kAnySize, skipped);
  Collector collector(limit);
  for (size_t i = 0; i < both.images.size(); ++i) {
    const Image& image = both.images[i];
    if (image.width % 2 != 0) {
      skipped(both.paths[i] + ": is " + sizeOf(image) + ": two pictures side by side have an even width");
      continue;
    }
    const int half = image.width / 2;
    collector.add(both.paths[i], resample(image, 0, 0, half, image.height, half, image.height), both.paths[i],
                  resample(image, half, 0, half, image.height, half, image.height));
  }
  return collector.finish(folder, both.sha256);
}

}  // namespace

PicturePairs readPicturePairs(const std::string& folder, int limit, const std::function<void(const std::string&)>& skipped) {
  const fs::path path(folder);
  const bool input = fs::is_directory(path / "input"), target = fs::is_directory(path / "target");
  if (input != target) {
    throw Error(ErrorCode::Io, folder + ": has a folder " + (input ? "input/" : "target/") + ", but no " +
                                   (input ? "target/" : "input/"));
  }
  return input ? readTwoFolders(path, limit, skipped) : readSideBySide(folder, limit, skipped);
}

}  // namespace impasto::trainer
