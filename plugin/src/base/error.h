// The one exception type of the plugin's core. It never crosses the C ABI: src/api turns it into an
// ImpastoResult and a thread-local message.
#pragma once

#include <stdexcept>
#include <string>

namespace impasto {

enum class ErrorCode {
  InvalidArgument,   // a caller's value is out of range or contradicts another
  InvalidStyle,      // a style file is damaged, hostile, or of an unknown version
  Unsupported,       // valid, but this device or build cannot do it
  OutOfMemory,       // host or device memory
  DeviceLost,        // VK_ERROR_DEVICE_LOST
  Io,                // a file could not be read or written
  Internal           // a bug
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace impasto
