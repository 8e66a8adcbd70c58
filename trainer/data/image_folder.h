// All pictures of some folders, decoded once and kept in memory.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "data/image.h"

namespace impasto::trainer {

struct ImageFolder {
  std::vector<std::string> paths;  // sorted within each folder, one for each picture
  std::vector<Image> images;
  std::vector<std::string> clips;  // pictures of one clip (neighbouring captured frames) share a name; others have their own
  std::string sha256;              // of all files' digests: the same pictures in the same order have the same
};

// Reads every picture (isPictureName) below `folders`, shrinking those whose shorter side is above
// `limit` pixels. A file that cannot be read is left out and `skipped` hears a one-line message that names it. Throws
// impasto::Error(Io) for a folder that is missing, or that holds no picture.
ImageFolder readImageFolders(const std::vector<std::string>& folders, int limit,
                             const std::function<void(const std::string&)>& skipped);

}  // namespace impasto::trainer
