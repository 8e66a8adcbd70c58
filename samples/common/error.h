// The exceptions and exit statuses of the programs.
#pragma once

#include <stdexcept>
#include <string>

#include "media/error.h"

namespace impasto::app {

inline constexpr int kExitOk = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitMisused = 2;
inline constexpr int kExitInterrupted = 130;  // as shells report SIGINT

// Something failed; the message is one line that names the file, the device or the call.
using media::Error;

// The command line makes no sense; the message names the flag.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The user pressed Ctrl-C.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace impasto::app
