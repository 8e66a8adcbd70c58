// How a test steers the module that runs the reference (reference_module.cpp): the module's table has this behind it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "interop/module_functions.h"

namespace impasto::test {

struct ReferenceModuleControls {
  // The next call of this name fails, once: "import_memory". nullptr: none.
  std::atomic<const char*> failing_call = nullptr;
  // Of every generator, its frame of this number, from 1; 0: none.
  std::atomic<uint64_t> fails_in_mid_frame = 0;  // after it has written a part of the output
  std::atomic<uint64_t> never_answers = 0;       // and does nothing more
  std::atomic<uint32_t> milliseconds = 0;        // that each frame takes besides

  // What lives in the module.
  std::atomic<int32_t> devices = 0, memories = 0, timelines = 0, generators = 0;
  std::atomic<uint64_t> frames = 0;  // painted

  void reset() {
    failing_call = nullptr;
    fails_in_mid_frame = 0;
    never_answers = 0;
    milliseconds = 0;
    frames = 0;
  }
};

struct ReferenceModuleFunctions {
  interop::ModuleFunctions functions;
  ReferenceModuleControls* controls;
};

}  // namespace impasto::test
