// Files as bytes: read with checks, written whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace impasto::media {

// Throws Error, naming the path: missing, not a regular file, empty, larger than 4 GB, unreadable.
std::vector<uint8_t> readFile(const std::filesystem::path& path);

// Writes to a temporary name beside `path`, then renames over it. Throws Error, naming `path` and the reason; nothing is
// left behind then. Thread-safe.
void writeFileWhole(const std::filesystem::path& path, std::span<const std::byte> bytes);

// The name of a file that is being written: removed when this goes, unless it was renamed.
class TemporaryName {
 public:
  // A free name in `path`'s folder, with its extension. Throws Error, naming `path`, if there are too many.
  explicit TemporaryName(const std::filesystem::path& path);
  ~TemporaryName();
  TemporaryName(const TemporaryName&) = delete;
  TemporaryName& operator=(const TemporaryName&) = delete;

  const std::string& string() const { return name_; }
  // Throws Error, naming `path`.
  void renameTo(const std::filesystem::path& path);

 private:
  std::string name_;
  size_t slot_;
  bool renamed_ = false;
};

// Removes the temporary files of this process, for a signal handler that is about to end it: async-signal-safe.
void removeTemporaryFiles() noexcept;

}  // namespace impasto::media
