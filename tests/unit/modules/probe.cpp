// Modules for module_test.cpp: a good one and, by what PROBE is, some that are not.
#include "unit/modules/probe.h"

namespace {

using namespace impasto;

[[maybe_unused]] int answer() { return 42; }
[[maybe_unused]] constexpr test::ProbeFunctions kFunctions = {answer};

}  // namespace

#if PROBE == PROBE_GOOD
IMPASTO_MODULE("probe", test::kProbeInterface, kFunctions)
#elif PROBE != PROBE_WITHOUT_ENTRY
extern "C" IMPASTO_MODULE_EXPORT const ImpastoModule* impastoGetModule() {
  static ImpastoModule module = {kModuleMagic, kModuleAbi, "probe", kModuleBuild, test::kProbeInterface, 0, &kFunctions};
#if PROBE == PROBE_OF_ANOTHER_BUILD
  module.build = "0.0.9";
#elif PROBE == PROBE_OF_ANOTHER_ABI
  module.abi = kModuleAbi + 1;
  module.name = reinterpret_cast<const char*>(1);  // what another ABI has here is not to be read
#elif PROBE == PROBE_OF_ANOTHER_INTERFACE
  module.interface_version += 1;
#elif PROBE == PROBE_OF_ANOTHER_NAME
  module.name = "brush";
#elif PROBE == PROBE_OF_ANOTHER_PROGRAM
  module.magic = 0;
#elif PROBE == PROBE_WITHOUT_ANSWER
  return nullptr;
#endif
  return &module;
}
#endif
#if PROBE == PROBE_WITHOUT_LIBRARY
extern "C" IMPASTO_MODULE_EXPORT int impastoProbeMissing();  // nobody has it
extern "C" IMPASTO_MODULE_EXPORT int impastoProbe() { return impastoProbeMissing(); }
#endif
