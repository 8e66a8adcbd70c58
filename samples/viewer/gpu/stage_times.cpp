#include "viewer/gpu/stage_times.h"

namespace impasto::app {

using render::check;

StageTimes::StageTimes(const render::Device& device) : device_(device) {
  VkQueryPoolCreateInfo info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = (kMostStages + 1) * kFramesInFlight;
  VkQueryPool queries = VK_NULL_HANDLE;
  check(vkCreateQueryPool(device.handle(), &info, nullptr, &queries), "vkCreateQueryPool");
  queries_ = {device.handle(), queries};
}

void StageTimes::begin(VkCommandBuffer commands, uint32_t slot) {
  if (!device_.keepsTime()) return;
  Slot& of = slots_[slot];
  const uint32_t first = slot * (kMostStages + 1);
  if (of.count > 0) {
    std::array<uint64_t, kMostStages + 1> ticks{};
    check(vkGetQueryPoolResults(device_.handle(), queries_.get(), first, of.count + 1, sizeof(ticks), ticks.data(),
                                sizeof(uint64_t), VK_QUERY_RESULT_64_BIT),
          "vkGetQueryPoolResults");
    count_ = of.count;
    for (uint32_t i = 0; i < of.count; ++i) {
      const double nanoseconds = static_cast<double>(ticks[i + 1] - ticks[i]) * device_.nanosecondsPerTick();
      stages_[i] = {of.names[i], static_cast<float>(nanoseconds * 1e-6)};
    }
  }
  slot_ = slot;
  of.count = 0;
  vkCmdResetQueryPool(commands, queries_.get(), first, kMostStages + 1);
  vkCmdWriteTimestamp2(commands, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, queries_.get(), first);
}

void StageTimes::end(VkCommandBuffer commands, const char* name) {
  Slot& of = slots_[slot_];
  if (!device_.keepsTime() || of.count == kMostStages) return;
  of.names[of.count++] = name;
  vkCmdWriteTimestamp2(commands, VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT, queries_.get(),
                       slot_ * (kMostStages + 1) + of.count);
}

float StageTimes::total() const {
  float sum = 0.0f;
  for (const StageTime& stage : stages()) sum += stage.milliseconds;
  return sum;
}

}  // namespace impasto::app
