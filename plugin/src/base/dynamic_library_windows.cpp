#define WIN32_LEAN_AND_MEAN
#define NOMINMAX
#include <windows.h>

#include <filesystem>
#include <system_error>

#include "base/dynamic_library.h"
#include "base/error.h"
#include "base/file_path.h"

namespace impasto {

DynamicLibrary::DynamicLibrary(const std::string& name) {
  const std::filesystem::path path = filePath(name);
  // What the library needs lies beside it or is the system's: neither the program's folder nor the current one counts.
  const DWORD where = path.is_absolute() ? LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_SYSTEM32
                                         : LOAD_LIBRARY_SEARCH_SYSTEM32;
  const HMODULE module = LoadLibraryExW(path.c_str(), nullptr, where);
  if (module == nullptr) {
    throw Error(ErrorCode::Unsupported,
                name + ": " + std::system_category().message(static_cast<int>(GetLastError())));
  }
  handle_ = module;
}

void* DynamicLibrary::symbol(const char* name) const noexcept {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(handle_), name));
}

std::string libraryFileName(const std::string& name) { return "lib" + name + ".dll"; }

std::string folderOfThisCode() {
  HMODULE module = nullptr;
  if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                          reinterpret_cast<LPCWSTR>(&folderOfThisCode), &module)) {
    return {};
  }
  std::wstring path(32768, L'\0');  // the longest that Windows has
  path.resize(GetModuleFileNameW(module, path.data(), static_cast<DWORD>(path.size())));
  const std::u8string folder = std::filesystem::path(path).parent_path().u8string();
  return {folder.begin(), folder.end()};
}

std::optional<std::string> trustedEnvironment(const char* name) {
  const std::wstring wide(name, name + std::char_traits<char>::length(name));
  std::wstring value(32768, L'\0');
  const DWORD length = GetEnvironmentVariableW(wide.c_str(), value.data(), static_cast<DWORD>(value.size()));
  if (length == 0 || length >= value.size()) return std::nullopt;
  value.resize(length);
  const std::u8string utf8 = std::filesystem::path(value).u8string();
  return std::string(utf8.begin(), utf8.end());
}

}  // namespace impasto
