// Which of several kernels that fit runs a step fastest on a device, where that has been measured (tuner.h). Held by
// kernel and kind of step, the extent roughly, so that another style or window seldom asks for a new measurement; kept
// between runs in the pipeline cache file. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <vector>

namespace impasto::vulkan {

class Kernel;
struct StepOf;

class KernelChoices {
 public:
  // nullptr where nothing is known of such a step.
  const Kernel* find(const StepOf& in) const;
  void choose(const StepOf& in, const Kernel& kernel);

  // For a file: entries of fixed size in the host's byte order. load() adds what it can make sense of and ignores the rest:
  // a choice is a hint, and a kernel that does not fit is not taken.
  std::vector<std::byte> save() const;
  void load(std::span<const std::byte> bytes);

 private:
  mutable std::mutex mutex_;
  std::map<uint64_t, const Kernel*> by_step_;
};

}  // namespace impasto::vulkan
