#include "backend/module.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

#include "backend/module_abi.h"
#include "base/error.h"
#include "base/file_path.h"

namespace impasto {
namespace {

std::string absoluteFolder(const std::string& folder, const char* named_by) {
  if (filePath(folder).is_absolute()) return folder;
  throw Error(ErrorCode::Unsupported, std::string(named_by) + " is \"" + folder + "\": expected an absolute path");
}

// "", or what is wrong with it.
std::string whyNot(const ImpastoModule* module, const std::string& name, uint32_t interface_version) {
  if (module == nullptr || module->magic != kModuleMagic) return "is no module of Impasto";
  if (module->abi != kModuleAbi) {
    return "has module ABI " + std::to_string(module->abi) + ", this library has " + std::to_string(kModuleAbi);
  }
  if (module->name == nullptr || name != module->name) {
    return "is the module \"" + std::string(module->name != nullptr ? module->name : "") + "\"";
  }
  if (module->build == nullptr || std::strcmp(module->build, kModuleBuild) != 0) {
    return "is of version " + std::string(module->build != nullptr ? module->build : "(none)") + ", this library of " +
           kModuleBuild;
  }
  if (module->interface_version != interface_version) {
    return "has interface " + std::to_string(module->interface_version) + ", this library has " +
           std::to_string(interface_version);
  }
  return module->functions != nullptr ? "" : "has no functions";
}

}  // namespace

std::vector<std::string> moduleFolders(const std::string& named) {
  if (!named.empty()) return {absoluteFolder(named, "the module folder")};
  const std::optional<std::string> environment = trustedEnvironment("IMPASTO_MODULE_FOLDER");
  if (environment && !environment->empty()) return {absoluteFolder(*environment, "IMPASTO_MODULE_FOLDER")};
  std::vector<std::string> folders;
  for (const std::string& folder : {folderOfThisCode(), std::string(IMPASTO_INSTALLED_MODULES)}) {
    const bool known = std::find(folders.begin(), folders.end(), folder) != folders.end();
    if (!known && filePath(folder).is_absolute()) folders.push_back(folder);
  }
  return folders;
}

Module::Module(const std::string& name, uint32_t interface_version, const std::vector<std::string>& folders) {
  const std::string file = libraryFileName("impasto_" + name);
  std::string absent, wrong;
  for (const std::string& folder : folders) {
    const std::string path = folder + '/' + file;
    std::error_code ignored;
    if (!std::filesystem::exists(filePath(path), ignored)) {
      absent += (absent.empty() ? "" : ", ") + folder;
      continue;
    }
    std::string reason;
    try {
      const DynamicLibrary library(path);
      const auto entry = reinterpret_cast<ImpastoGetModule>(library.symbol(kModuleEntry));
      if (entry == nullptr) {
        reason = path + " exports no " + kModuleEntry;
      } else if (const ImpastoModule* module = entry();
                 (reason = whyNot(module, name, interface_version)).empty()) {
        path_ = path;
        library_ = library;
        functions_ = module->functions;
        return;
      } else {
        reason = path + ' ' + reason;
      }
    } catch (const Error& error) {
      reason = error.what();
    }
    wrong += (wrong.empty() ? "" : "; ") + reason;
  }
  if (wrong.empty()) {
    throw Error(ErrorCode::Unsupported, "no " + file + " in " + (absent.empty() ? "any known folder" : absent));
  }
  throw Error(ErrorCode::Unsupported, wrong);
}

}  // namespace impasto
