#include "backend/cpu_backend.h"

#include "backend/module.h"

namespace impasto {

MakeHostExecutor loadCpuExecutors(const std::vector<std::string>& folders, const CpuOptions& options) {
  const Module module(kCpuModule, kCpuInterface, folders);
  const CpuFunctions& functions = module.functions<CpuFunctions>();
  return [&functions, options](const Style& style, const HostExecutorRequest& request) {
    CpuFailure failure;
    std::unique_ptr<HostExecutor> executor(functions.create(style, request, options, failure));
    if (executor == nullptr) throw Error(failure.code, std::string("the CPU backend: ") + failure.message);
    return executor;
  };
}

}  // namespace impasto
