// A generator that runs in host memory: what HostGenerator runs between two timeline points, whoever computes it. Prepared
// for one style and one largest extent; then one thread at a time calls run().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "backend/generator.h"
#include "style/style.h"

namespace impasto {

struct HostExecutorRequest {
  uint32_t width = 1, height = 1;  // of the largest frame
  bool smaller_frames = true;      // frames may be smaller
};

// One layer of a frame.
struct HostFrame {
  uint32_t width = 0, height = 0;  // pixels, at most the request's
  // Of that extent at least, global ones of one texel; kinds that are not there are as inputs that a host leaves out.
  std::span<const Generator::Input> inputs;
  TensorView output;            // channels 0 to 2 of one quad, not clamped
  std::byte* memory = nullptr;  // what the views' buffer holds
};

class HostExecutor {
 public:
  virtual ~HostExecutor() = default;
  HostExecutor(const HostExecutor&) = delete;
  HostExecutor& operator=(const HostExecutor&) = delete;

  // False when it failed: the output is then anything.
  virtual bool run(const HostFrame& frame) noexcept = 0;

 protected:
  HostExecutor() = default;
};

// Throws Error(Unsupported) or Error(OutOfMemory). Any thread.
using MakeHostExecutor =
    std::function<std::unique_ptr<HostExecutor>(const Style& style, const HostExecutorRequest& request)>;

}  // namespace impasto
