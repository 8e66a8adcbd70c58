// What module_test.cpp and the modules that it loads agree about.
#pragma once

#include <cstdint>

#include "backend/module_abi.h"

#define PROBE_GOOD 0
#define PROBE_WITHOUT_ENTRY 1
#define PROBE_OF_ANOTHER_BUILD 2
#define PROBE_OF_ANOTHER_ABI 3
#define PROBE_OF_ANOTHER_INTERFACE 4
#define PROBE_OF_ANOTHER_NAME 5
#define PROBE_OF_ANOTHER_PROGRAM 6
#define PROBE_WITHOUT_ANSWER 7
#define PROBE_WITHOUT_LIBRARY 8

namespace impasto::test {

inline constexpr uint32_t kProbeInterface = 3;

struct ProbeFunctions {
  int (*answer)();
};

}  // namespace impasto::test
