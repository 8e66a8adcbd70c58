// Files that are either whole or not there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace impasto::app {

// Writes to a temporary name beside `path`, then renames over it. Throws Error, naming `path` and the reason; nothing is
// left behind then. A second Ctrl-C removes the temporary file too. One at a time per process.
void writeFileWhole(const std::filesystem::path& path, std::span<const std::byte> bytes);

}  // namespace impasto::app
