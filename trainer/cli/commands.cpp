#include "cli/commands.h"

#include <filesystem>

#include "base/error.h"

namespace impasto::trainer {

CLI::Validator pngName() {
  return CLI::Validator(
      [](const std::string& path) {
        const std::string extension = CLI::detail::to_lower(std::filesystem::path(path).extension().string());
        return extension == ".png" ? std::string() : path + ": the name must end in .png";
      },
      "PNG");
}

void checkReplaced(const std::string& path, const std::string& source, bool overwrite) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return;
  if (std::filesystem::equivalent(path, source, none)) {
    throw Error(ErrorCode::InvalidArgument, path + ": is what is read: give another name");
  }
  if (!overwrite) throw Error(ErrorCode::InvalidArgument, path + ": is there already: replace it with --overwrite");
}

}  // namespace impasto::trainer
