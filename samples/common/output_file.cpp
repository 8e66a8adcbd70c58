#include "common/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "common/error.h"
#include "common/interrupt.h"

namespace impasto::app {
namespace {

// Removed when it goes, unless it was renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string name)
      : name_(std::move(name)), fd_(open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)) {
    exists_ = fd_ >= 0;
    if (exists_) removeOnInterrupt(name_.c_str());
  }
  ~TemporaryFile() {
    if (fd_ >= 0) close(fd_);
    if (exists_) unlink(name_.c_str());
    removeOnInterrupt(nullptr);
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  bool exists() const noexcept { return exists_; }
  bool writeAll(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return true;
  }
  bool renameTo(const char* path) {
    if (close(std::exchange(fd_, -1)) != 0) return false;  // network file systems report a full disk here
    if (rename(name_.c_str(), path) != 0) return false;
    exists_ = false;
    return true;
  }

 private:
  std::string name_;
  int fd_ = -1;
  bool exists_ = false;
};

}  // namespace

void writeFileWhole(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  // Not made of `path`'s own name, which may be as long as names can be.
  const std::filesystem::path temporary = path.parent_path() / (".impasto-" + std::to_string(getpid()) + ".tmp");
  TemporaryFile file(temporary.string());
  if (!file.exists() || !file.writeAll(bytes) || !file.renameTo(path.c_str())) {
    throw Error(path.string() + ": cannot write: " + std::strerror(errno));
  }
}

}  // namespace impasto::app
