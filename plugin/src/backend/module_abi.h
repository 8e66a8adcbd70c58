// What a backend module and libimpasto must agree about before either calls the other.
//
// A module is a library, libimpasto_NAME.so, that is loaded while the program runs (backend/module.h) and brings a
// backend which needs something that not every machine has. It exports one function, impastoGetModule, whose answer says
// what the module is and where its functions are. Module and library are of one version: they are built together, and
// what lies behind `functions` may change with every version.
//
// What a module promises: it links the parts of Impasto that it needs and nothing of libimpasto, no exception leaves it,
// and none of its functions waits for the GPU unless its comment says so.
#pragma once

#include <stdint.h>

#include "impasto/impasto.h"

#define IMPASTO_MODULE_TEXT_(x) #x
#define IMPASTO_MODULE_TEXT(x) IMPASTO_MODULE_TEXT_(x)
#define IMPASTO_MODULE_BUILD                                                           \
  IMPASTO_MODULE_TEXT(IMPASTO_VERSION_MAJOR) "." IMPASTO_MODULE_TEXT(IMPASTO_VERSION_MINOR) "." \
  IMPASTO_MODULE_TEXT(IMPASTO_VERSION_PATCH)

extern "C" {

struct ImpastoModule {
  uint32_t magic;              // kModuleMagic
  uint32_t abi;                // kModuleAbi: of this struct
  const char* name;            // "cuda", as in the file's name
  const char* build;           // kModuleBuild
  uint32_t interface_version;  // of what lies behind `functions`
  uint32_t reserved;           // 0
  const void* functions;       // a table, of a type that belongs to the name and the interface's version
};

using ImpastoGetModule = const ImpastoModule* (*)();

}  // extern "C"

namespace impasto {

inline constexpr uint32_t kModuleMagic = 0x4d504d49;  // "IMPM"
inline constexpr uint32_t kModuleAbi = 1;
inline constexpr const char kModuleBuild[] = IMPASTO_MODULE_BUILD;
inline constexpr const char kModuleEntry[] = "impastoGetModule";

}  // namespace impasto

#if defined(_WIN32)
#define IMPASTO_MODULE_EXPORT __declspec(dllexport)
#else
#define IMPASTO_MODULE_EXPORT __attribute__((visibility("default")))
#endif

// In one source file of a module: IMPASTO_MODULE("cuda", kInterfaceVersion, functions), with a table that is constant.
#define IMPASTO_MODULE(name, interface_version, functions)                                                     \
  extern "C" IMPASTO_MODULE_EXPORT const ImpastoModule* impastoGetModule();                                    \
  const ImpastoModule* impastoGetModule() {                                                                    \
    static const ImpastoModule module = {impasto::kModuleMagic, impasto::kModuleAbi, name, impasto::kModuleBuild, \
                                         interface_version,     0,                   &(functions)};            \
    return &module;                                                                                            \
  }
