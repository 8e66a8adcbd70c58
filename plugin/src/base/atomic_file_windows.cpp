#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/file_path.h"

namespace impasto {
namespace {

// A new file that is closed and removed unless it is renamed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& path) : message_path_(path), path_(filePath(path)) {
    const DWORD attributes = GetFileAttributesW(path_.c_str());
    if (attributes != INVALID_FILE_ATTRIBUTES &&
        (attributes & (FILE_ATTRIBUTE_DIRECTORY | FILE_ATTRIBUTE_DEVICE)) != 0)
      throw Error(ErrorCode::Io, path + ": not a regular file");
    const std::wstring stem = path_.wstring() + L".tmp-" + std::to_wstring(GetCurrentProcessId()) + L"-";
    for (int attempt = 0; file_ == INVALID_HANDLE_VALUE; ++attempt) {
      name_ = stem + std::to_wstring(attempt);
      file_ = CreateFileW(name_.c_str(), GENERIC_WRITE, 0, nullptr, CREATE_NEW, FILE_ATTRIBUTE_NORMAL, nullptr);
      if (file_ == INVALID_HANDLE_VALUE && GetLastError() != ERROR_FILE_EXISTS) fail();
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (file_ != INVALID_HANDLE_VALUE) CloseHandle(file_);
    if (!renamed_) DeleteFileW(name_.c_str());
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      DWORD written = 0;
      const auto chunk = static_cast<DWORD>(std::min<size_t>(bytes.size(), 1u << 30));
      if (!WriteFile(file_, bytes.data(), chunk, &written, nullptr)) fail();
      bytes = bytes.subspan(written);
    }
  }

  void commit() {
    if (!FlushFileBuffers(file_)) fail();
    const BOOL closed = CloseHandle(file_);
    file_ = INVALID_HANDLE_VALUE;
    if (!closed) fail();
    // Refused for a moment while somebody else replaces the file or looks at it.
    for (int attempt = 0; !MoveFileExW(name_.c_str(), path_.c_str(), MOVEFILE_REPLACE_EXISTING); ++attempt) {
      const DWORD error = GetLastError();
      if ((error != ERROR_ACCESS_DENIED && error != ERROR_SHARING_VIOLATION) || attempt == 20) fail(error);
      Sleep(5);
    }
    renamed_ = true;
  }

 private:
  [[noreturn]] void fail(DWORD error = GetLastError()) const {
    throw Error(ErrorCode::Io,
                message_path_ + ": cannot be written: " + std::system_category().message(static_cast<int>(error)));
  }

  const std::string& message_path_;
  std::filesystem::path path_;
  std::wstring name_;
  HANDLE file_ = INVALID_HANDLE_VALUE;
  bool renamed_ = false;
};

}  // namespace

void writeFileAtomically(const std::string& path, std::span<const std::byte> bytes) {
  TemporaryFile file(path);
  file.write(bytes);
  file.commit();
}

}  // namespace impasto
