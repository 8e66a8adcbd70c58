// Where every exception stops: each function of the C ABI runs its body inside guard(), which turns exceptions into an
// ImpastoResult, keeps the message for the thread and tells the host's log callback, after the body has let go of
// every lock. Nothing here allocates, so that running out of memory can be reported too.
#pragma once

#include <exception>
#include <new>

#include "base/error.h"
#include "impasto/impasto.h"
#include "backend/logger.h"

namespace impasto::api {

void clearLastError() noexcept;
const char* lastError() noexcept;

// Stores "<function>: <message>" for this thread, logs it, returns the result that belongs to the code.
ImpastoResult fail(const char* function, ErrorCode code, const char* message, const Logger& logger) noexcept;

template <class Body>
ImpastoResult guard(const char* function, const Logger& logger, Body&& body) noexcept {
  clearLastError();
  try {
    body();
    return IMPASTO_SUCCESS;
  } catch (const Error& error) {
    return fail(function, error.code(), error.what(), logger);
  } catch (const std::bad_alloc&) {
    return fail(function, ErrorCode::OutOfMemory, "out of host memory", logger);
  } catch (const std::exception& error) {
    return fail(function, ErrorCode::Internal, error.what(), logger);
  } catch (...) {
    return fail(function, ErrorCode::Internal, "unknown exception", logger);
  }
}

}  // namespace impasto::api
