// Finds and loads backend modules (backend/module_abi.h). A module is looked for
//   - in the folder that the host has named, and nowhere else; or, if it has named none,
//   - in the folder that the environment's IMPASTO_MODULE_FOLDER names, if it does, and nowhere else,
//   - beside libimpasto, or beside the program that it is linked into,
//   - in the folder that libraries are installed to.
// Folders are absolute paths: what lies in a program's current folder is nobody's module.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/dynamic_library.h"

namespace impasto {

// Where modules are looked for, in this order. `named` by the host; "" for none. Throws Error(Unsupported) for a folder
// that is no absolute path.
std::vector<std::string> moduleFolders(const std::string& named);

class Module {
 public:
  // The first that will do. Throws Error(Unsupported), with what is wrong in each of the folders.
  Module(const std::string& name, uint32_t interface_version, const std::vector<std::string>& folders);

  // The module's table, valid for the rest of the process.
  template <class Functions>
  const Functions& functions() const noexcept {
    return *static_cast<const Functions*>(functions_);
  }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  DynamicLibrary library_;
  const void* functions_ = nullptr;
};

}  // namespace impasto
