// A libcuda.so.1 of the tests': CUDA's driver on a machine without one, for the module as it is shipped. A stream is a
// thread, a kernel runs on the shim (tests/support/cuda_shim), which also checks it, and what Vulkan shares is mapped from
// lavapipe's descriptors. A program that is linked with it has it loaded already when the module asks for libcuda.so.1.
#pragma once

#include <cstdint>
#include <string>

namespace impasto::test {

struct FakeCuda {
  static constexpr uint8_t kOtherUuid[16] = {1, 2, 3};

  // Forgets failures and counts. The second of two devices has this UUID; the first is another.
  static void reset(const uint8_t uuid[16]);

  // The next call of this function fails with this CUresult: "cuMemAlloc".
  static void fail(const std::string& function, int result);
  // This many kernels from now on run, the next one fails, and its stream with it; 0 for the very next.
  static void failKernel(uint32_t after);
  // Streams do nothing from now on, until they may.
  static void hang(bool hang);

  // What lives: memory, streams, graphs, modules, imports and retained contexts.
  static int liveObjects();
  static uint64_t kernelsRun();
  // Graphs that were instantiated, and kernels of such whose parameters were changed.
  static uint64_t graphsMade();
  static uint64_t nodesChanged();
  // What a kernel did that no GPU allows; "" for nothing.
  static std::string complaint();

  // Of the calling thread: makes a context of the host's current, and is it (and nothing else) still?
  static void pushHostContext();
  static bool popHostContext();
};

}  // namespace impasto::test
