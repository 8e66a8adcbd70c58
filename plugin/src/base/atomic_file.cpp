#include "base/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/error.h"

namespace impasto {
namespace {

// A new file that is closed and removed unless it is renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path) : path_(path) {
    struct stat status = {};
    // Renaming onto a device or a pipe would replace it, which nobody means.
    if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
      throw Error(ErrorCode::Io, path + ": not a regular file");
    const std::string stem = path + ".tmp-" + std::to_string(getpid()) + "-";
    for (int attempt = 0; file_ < 0; ++attempt) {
      name_ = stem + std::to_string(attempt);
      file_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (file_ < 0 && errno != EEXIST) fail();
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_ >= 0) close(file_);
    if (!renamed_) unlink(name_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_, bytes.data(), bytes.size());
      if (written >= 0)
        bytes = bytes.subspan(static_cast<size_t>(written));
      else if (errno != EINTR)
        fail();
    }
  }

  void commit() {
    // Some file systems (network ones) report a full disk only here.
    if (fsync(file_) != 0 && errno != EINVAL && errno != ENOSYS) fail();
    const int result = close(file_);
    file_ = -1;
    if (result != 0 || rename(name_.c_str(), path_.c_str()) != 0) fail();
    renamed_ = true;
  }

 private:
  [[noreturn]] void fail() const {
    throw Error(ErrorCode::Io, path_ + ": cannot be written: " + std::generic_category().message(errno));
  }

  const std::string& path_;
  std::string name_;
  int file_ = -1;
  bool renamed_ = false;
};

}  // namespace

void writeFileAtomically(const std::string& path, std::span<const std::byte> bytes) {
  TemporaryFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace impasto
