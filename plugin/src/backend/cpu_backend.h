// The CPU backend, which is in a module (cpu_module.h).
#pragma once

#include <string>
#include <vector>

#include "backend/cpu_module.h"
#include "backend/host_executor.h"

namespace impasto {

// Loads the module from the first of these folders (moduleFolders()) that has it. Throws Error(Unsupported).
MakeHostExecutor loadCpuExecutors(const std::vector<std::string>& folders, const CpuOptions& options);

}  // namespace impasto
