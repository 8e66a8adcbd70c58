// The host's log callback. Call it with no lock held: the host may call Impasto from it.
#pragma once

#include "impasto/impasto.h"

namespace impasto {

struct Logger {
  ImpastoLogCallback callback = nullptr;
  void* user_data = nullptr;

  void log(ImpastoLogLevel level, const char* message) const noexcept {
    if (!callback) return;
    try {
      callback(level, message, user_data);
    } catch (...) {  // a C++ host's exception has nobody to go to
    }
  }
};

}  // namespace impasto
