#include "viewer/ui/performance.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace impasto::app {
namespace {

constexpr float kSmoothing = 0.1f;
constexpr double kWindowSeconds = 0.5;
constexpr const char* kPainting = "painting";

bool offers(VkPhysicalDevice device, const char* extension) {
  uint32_t count = 0;
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, nullptr);
  std::vector<VkExtensionProperties> found(count);
  vkEnumerateDeviceExtensionProperties(device, nullptr, &count, found.data());
  return std::any_of(found.begin(), found.end(),
                     [&](const VkExtensionProperties& e) { return std::strcmp(e.extensionName, extension) == 0; });
}

size_t groupOf(const char* stage) {
  if (std::strcmp(stage, kPainting) == 0) return 1;
  return std::strcmp(stage, "view") == 0 || std::strcmp(stage, "panels") == 0 ? 2 : 0;
}

}  // namespace

// The extension adds a question that may be asked of the physical device: nothing is to be enabled for it.
Performance::Performance(const render::Device& device)
    : device_(device), tells_memory_(offers(device.physicalDevice(), VK_EXT_MEMORY_BUDGET_EXTENSION_NAME)) {
  lookAtMemory();
}

void Performance::lookAtMemory() {
  if (!tells_memory_) return;
  VkPhysicalDeviceMemoryBudgetPropertiesEXT budget{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_BUDGET_PROPERTIES_EXT};
  VkPhysicalDeviceMemoryProperties2 properties{VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_MEMORY_PROPERTIES_2, &budget};
  vkGetPhysicalDeviceMemoryProperties2(device_.physicalDevice(), &properties);
  memory_used_ = memory_budget_ = 0;
  for (uint32_t i = 0; i < properties.memoryProperties.memoryHeapCount; ++i) {
    if (!(properties.memoryProperties.memoryHeaps[i].flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT)) continue;
    memory_used_ += budget.heapUsage[i];
    memory_budget_ += budget.heapBudget[i];
  }
}

void Performance::add(double seconds, const StageTimes& times, std::optional<ImpastoTimings> painting,
                      uint64_t painting_bytes) {
  painting_bytes_ = painting_bytes;
  window_seconds_ += seconds;
  ++window_frames_;
  if (window_seconds_ >= kWindowSeconds) {
    rate_ = static_cast<float>(window_frames_ / window_seconds_);
    window_seconds_ = 0.0;
    window_frames_ = 0;
    lookAtMemory();
  }
  Frame frame;
  size_t count = 0;
  const auto smooth = [&](const char* name, float milliseconds) {
    if (count == stages_.size()) return;
    StageTime& stage = stages_[count++];
    const bool same = count <= stage_count_ && stage.name == name;
    stage.milliseconds = same ? stage.milliseconds + kSmoothing * (milliseconds - stage.milliseconds) : milliseconds;
    stage.name = name;
  };
  for (const StageTime& stage : times.stages()) {
    frame.milliseconds[groupOf(stage.name)] += stage.milliseconds;
    smooth(stage.name, stage.milliseconds);
    if (groupOf(stage.name) == 1 && painting) {
      smooth("  inputs", painting->inputs);
      smooth("  generator", painting->generator);
      smooth("  composite", painting->outputs);
    }
  }
  stage_count_ = count;
  for (size_t i = 0; i < kGroups; ++i) groups_[i] += kSmoothing * (frame.milliseconds[i] - groups_[i]);
  newest_ = (newest_ + 1) % kFrames;
  frames_[newest_] = frame;
}

}  // namespace impasto::app
