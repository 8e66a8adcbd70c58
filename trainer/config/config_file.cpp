// The TOML reader is CLI11's: one library for flags and file.
#include <CLI/CLI.hpp>
#include <fstream>

#include "base/error.h"
#include "config/fields.h"

namespace impasto::trainer {

RawSettings readConfigFile(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw Error(ErrorCode::Io, path + ": cannot be read");
  RawSettings result;
  try {
    for (const CLI::ConfigItem& item : CLI::ConfigTOML().from_config(in)) {
      if (item.name == "++" || item.name == "--") continue;  // begin and end of a section
      if (!item.parents.empty()) {
        throw Error(ErrorCode::InvalidArgument, path + ": [" + item.parents[0] + "]: sections are not known, only key = value");
      }
      if (!result.emplace(item.name, item.inputs).second) {
        throw Error(ErrorCode::InvalidArgument, path + ": " + item.name + " is given twice");
      }
    }
  } catch (const CLI::Error& error) {
    throw Error(ErrorCode::InvalidArgument, path + ": " + error.what());
  }
  return result;
}

}  // namespace impasto::trainer
