// Libraries that are loaded while the program runs, and where this one lies.
#pragma once

#include <optional>
#include <string>

namespace impasto {

// A loaded library. Its symbols serve nobody else. It stays in the process when the object goes: run-time libraries that
// came with it (OpenMP's, a driver's) keep threads of their own, which must not lose their code.
class DynamicLibrary {
 public:
  DynamicLibrary() = default;
  // By an absolute path; where `name` has no folder in it, as the system finds its own libraries ("libcuda.so.1").
  // Throws Error(Unsupported) with the system's reason, which names the file.
  explicit DynamicLibrary(const std::string& name);

  // nullptr where the library has none of this name.
  void* symbol(const char* name) const noexcept;
  explicit operator bool() const noexcept { return handle_ != nullptr; }

 private:
  void* handle_ = nullptr;
};

// "libimpasto_cuda.so", "libimpasto_cuda.dll".
std::string libraryFileName(const std::string& name);

// The folder of the file that this code is in: libimpasto's or, where that is linked in, the program's. Empty where the
// system does not say.
std::string folderOfThisCode();

// A variable of the environment; none in programs that run with more rights than who called them.
std::optional<std::string> trustedEnvironment(const char* name);

}  // namespace impasto
