// libimpasto_cpu: the one symbol that the module exports, and the functions behind it.
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <thread>

#include "backend/cpu_module.h"
#include "backend/module_abi.h"
#include "cpu/executor.h"

namespace impasto::cpu {
namespace {

constexpr uint32_t kMostThreads = 64;  // a frame has too few rows for more

// Cores that this process may use.
uint32_t usableCores() noexcept {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return static_cast<uint32_t>(CPU_COUNT(&set));
  return std::thread::hardware_concurrency();
}

HostExecutor* create(const Style& style, const HostExecutorRequest& request, const CpuOptions& options,
                     CpuFailure& failure) noexcept {
  const auto fail = [&](ErrorCode code, const char* message) {
    failure.code = code;
    std::snprintf(failure.message, sizeof failure.message, "%s", message);
    return nullptr;
  };
  try {
    ProgramOptions program;
    program.width = request.width;
    program.height = request.height;
    program.smaller_frames = request.smaller_frames;
    program.bfloat16 = options.precision == CpuPrecision::Bfloat16 ||
                       (options.precision == CpuPrecision::Auto && hasBfloat16());
    program.threads = std::clamp(options.threads != 0 ? options.threads : usableCores(), 1u, kMostThreads);
    return new CpuExecutor(style, program);
  } catch (const Error& error) {
    return fail(error.code(), error.what());
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::OutOfMemory, "out of host memory");
  } catch (const std::exception& error) {
    return fail(ErrorCode::Internal, error.what());
  }
}

constexpr CpuFunctions kFunctions = {create};

}  // namespace
}  // namespace impasto::cpu

IMPASTO_MODULE(impasto::kCpuModule, impasto::kCpuInterface, impasto::cpu::kFunctions)
