#include "common/execution.h"

#include "common/error.h"

namespace impasto::app {
namespace {

constexpr uint64_t kWaitNanoseconds = 900'000'000'000;  // a large picture on a busy processor

}  // namespace

const std::map<std::string, ImpastoBackend>& backendNames() {
  static const std::map<std::string, ImpastoBackend> names = {{"auto", IMPASTO_BACKEND_AUTO},
                                                              {"vulkan", IMPASTO_BACKEND_VULKAN},
                                                              {"cuda", IMPASTO_BACKEND_CUDA},
                                                              {"cpu", IMPASTO_BACKEND_CPU},
                                                              {"reference", IMPASTO_BACKEND_REFERENCE}};
  return names;
}

std::string nameOf(ImpastoBackend backend) {
  for (const auto& [name, value] : backendNames()) {
    if (value == backend) return name;
  }
  return "unknown";
}

Execution::Execution(const PaintingDevice& painting, ImpastoContext context) : device_(painting.device->handle()) {
  checkImpasto(impastoContextGetBackend(context, &backend_), "the painting context");
  if (inCommandBuffer()) return;
  packed_ = createTimeline(painting);
  painted_ = createTimeline(painting);
}

void Execution::run(ImpastoPass pass, uint32_t slot) {
  ++value_;
  VkSemaphoreSignalInfo signal{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO};
  signal.semaphore = packed_.get();
  signal.value = value_;
  render::check(vkSignalSemaphore(device_, &signal), "vkSignalSemaphore");
  ImpastoExecuteInfo execute{};
  execute.size = sizeof execute;
  execute.frame_index = slot;
  execute.wait_semaphore = packed_.get();
  execute.signal_semaphore = painted_.get();
  execute.wait_value = execute.signal_value = value_;
  checkImpasto(impastoExecute(pass, &execute), "the painting pass");
  const VkSemaphore painted = painted_.get();
  VkSemaphoreWaitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
  wait.semaphoreCount = 1;
  wait.pSemaphores = &painted;
  wait.pValues = &value_;
  const VkResult result = vkWaitSemaphores(device_, &wait, kWaitNanoseconds);
  if (result == VK_TIMEOUT) throw Error("the generator did not finish within 15 minutes");
  render::check(result, "painting");
}

}  // namespace impasto::app
