// What libimpasto and the CPU backend's module, libimpasto_cpu, agree about (backend/module_abi.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "backend/host_executor.h"
#include "base/error.h"

namespace impasto {

inline constexpr const char kCpuModule[] = "cpu";
inline constexpr uint32_t kCpuInterface = 1;

enum class CpuPrecision : uint32_t {
  Auto,     // bfloat16 where the processor multiplies it itself, else fp32
  Float,    // fp32
  Bfloat16  // tensors and kernels; sums are fp32
};

struct CpuOptions {
  uint32_t threads = 0;  // 0: as many as there are cores that this process may use
  CpuPrecision precision = CpuPrecision::Auto;
};

// Why a call failed.
struct CpuFailure {
  ErrorCode code = ErrorCode::Internal;
  char message[512] = "";
};

struct CpuFunctions {
  // For `delete`; null when it failed.
  HostExecutor* (*create)(const Style& style, const HostExecutorRequest& request, const CpuOptions& options,
                          CpuFailure& failure) noexcept;
};

}  // namespace impasto
