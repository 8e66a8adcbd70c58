#include "media/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "media/error.h"

namespace impasto::media {
namespace {

constexpr uintmax_t kMaxFileBytes = uintmax_t{4} << 30;

// What a signal handler can reach has to be global.
constexpr size_t kMostTemporaries = 64;
std::array<std::atomic<const char*>, kMostTemporaries> temporaries{};
std::atomic<unsigned> name_count = 0;
static_assert(std::atomic<const char*>::is_always_lock_free);

[[noreturn]] void failToWrite(const std::filesystem::path& path) {
  throw Error(path.string() + ": cannot write: " + std::generic_category().message(errno));
}

bool writeAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::vector<uint8_t> readFile(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error(path.string() + ": no such file");
  if (!std::filesystem::is_regular_file(status)) throw Error(path.string() + ": not a regular file");
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw Error(path.string() + ": cannot read: " + error.message());
  if (size == 0) throw Error(path.string() + ": the file is empty");
  if (size > kMaxFileBytes) throw Error(path.string() + ": the file is larger than 4 GB");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path.string() + ": cannot read: " + std::strerror(errno));
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<uintmax_t>(file.gcount()) != size) throw Error(path.string() + ": cannot read the whole file");
  return bytes;
}

TemporaryName::TemporaryName(const std::filesystem::path& path) : slot_(kMostTemporaries) {
  // Not made of `path`'s own name, which may be as long as names can be.
  const std::string name = ".impasto-" + std::to_string(getpid()) + "-" + std::to_string(name_count++) + ".tmp";
  name_ = (path.parent_path() / (name + path.extension().string())).string();
  for (size_t i = 0; i < kMostTemporaries; ++i) {
    const char* none = nullptr;
    if (!temporaries[i].compare_exchange_strong(none, name_.c_str())) continue;
    slot_ = i;
    return;
  }
  throw Error(path.string() + ": cannot write: more than " + std::to_string(kMostTemporaries) + " files at once");
}

TemporaryName::~TemporaryName() {
  if (!renamed_) unlink(name_.c_str());
  temporaries[slot_].store(nullptr);
}

void TemporaryName::renameTo(const std::filesystem::path& path) {
  if (rename(name_.c_str(), path.c_str()) != 0) failToWrite(path);
  renamed_ = true;
}

void writeFileWhole(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  TemporaryName temporary(path);
  const int fd = open(temporary.string().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) failToWrite(path);
  const bool written = writeAll(fd, bytes);
  const int write_error = errno;
  const bool closed = close(fd) == 0;  // network file systems report a full disk here
  if (!written) errno = write_error;
  if (!written || !closed) failToWrite(path);
  temporary.renameTo(path);
}

void removeTemporaryFiles() noexcept {
  for (const auto& name : temporaries) {
    if (const char* path = name.load()) unlink(path);
  }
}

}  // namespace impasto::media
