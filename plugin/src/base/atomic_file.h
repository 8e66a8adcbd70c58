// Files that are either whole or not there.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace impasto {

// Writes `bytes` to a temporary name beside `path`, flushes them to the disk and renames. When anything fails, `path`
// is as it was and the temporary file is gone. `path` is UTF-8. Throws Error(Io), naming the path. Thread-safe. On Windows
// a file that another program keeps open cannot be replaced.
void writeFileAtomically(const std::string& path, std::span<const std::byte> bytes);

}  // namespace impasto
