#include "api/guard.h"

#include <cstdio>

namespace impasto::api {
namespace {

thread_local char last_error[1024] = "";

ImpastoResult toResult(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::InvalidArgument: return IMPASTO_ERROR_INVALID_ARGUMENT;
    case ErrorCode::InvalidStyle: return IMPASTO_ERROR_INVALID_STYLE;
    case ErrorCode::Unsupported: return IMPASTO_ERROR_UNSUPPORTED;
    case ErrorCode::OutOfMemory: return IMPASTO_ERROR_OUT_OF_MEMORY;
    case ErrorCode::DeviceLost: return IMPASTO_ERROR_DEVICE_LOST;
    case ErrorCode::Io: return IMPASTO_ERROR_IO;
    case ErrorCode::Internal: break;
  }
  return IMPASTO_ERROR_INTERNAL;
}

}  // namespace

void clearLastError() noexcept { last_error[0] = '\0'; }
const char* lastError() noexcept { return last_error; }

ImpastoResult fail(const char* function, ErrorCode code, const char* message, const Logger& logger) noexcept {
  std::snprintf(last_error, sizeof last_error, "%s: %s", function, message);
  // The callback may call Impasto and so replace this thread's error: it reads a copy, and the error is restored.
  char copy[sizeof last_error];
  std::snprintf(copy, sizeof copy, "%s", last_error);
  logger.log(IMPASTO_LOG_ERROR, copy);
  std::snprintf(last_error, sizeof last_error, "%s", copy);
  return toResult(code);
}

}  // namespace impasto::api
