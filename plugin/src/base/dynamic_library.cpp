#include "base/dynamic_library.h"

#include <dlfcn.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"

namespace impasto {
namespace {

// The file that is mapped where `address` lies, as the kernel knows it: a path from the root, whatever the program was
// started as and whichever its folder is by now.
std::string mappedFileAt(uintptr_t address) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    uintptr_t first = 0, end = 0;
    if (std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR, &first, &end) != 2) continue;
    if (address < first || address >= end) continue;
    const size_t path = line.find('/');
    return path == std::string::npos ? std::string() : line.substr(path);
  }
  return {};
}

}  // namespace

DynamicLibrary::DynamicLibrary(const std::string& name)
    : handle_(dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) {
  if (handle_ != nullptr) return;
  const char* reason = dlerror();
  throw Error(ErrorCode::Unsupported, reason != nullptr ? reason : name + ": cannot be loaded");
}

void* DynamicLibrary::symbol(const char* name) const noexcept { return dlsym(handle_, name); }

std::string libraryFileName(const std::string& name) { return "lib" + name + ".so"; }

std::string folderOfThisCode() {
  const auto address = reinterpret_cast<uintptr_t>(&folderOfThisCode);
  Dl_info info{};
  std::string path;
  if (dladdr(reinterpret_cast<void*>(address), &info) != 0 && info.dli_fname != nullptr) path = info.dli_fname;
  // Of a program this is what it was called by; of a library, what it was loaded by: that need not be a whole path.
  if (path.empty() || path.front() != '/') path = mappedFileAt(address);
  return std::filesystem::path(path).parent_path().string();
}

std::optional<std::string> trustedEnvironment(const char* name) {
  const char* value = secure_getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace impasto
