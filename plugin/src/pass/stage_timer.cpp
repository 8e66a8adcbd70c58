#include "pass/stage_timer.h"

#include <vector>

#include "base/error.h"

namespace impasto {

StageTimer::StageTimer(const vulkan::VulkanDevice& device, uint32_t slots) : device_(&device) {
  uint32_t count = 0;
  device.vk.GetPhysicalDeviceQueueFamilyProperties(device.physical_device, &count, nullptr);
  std::vector<VkQueueFamilyProperties> families(count);
  device.vk.GetPhysicalDeviceQueueFamilyProperties(device.physical_device, &count, families.data());
  const uint32_t bits = families.at(device.queue_family).timestampValidBits;
  if (bits == 0) {
    throw Error(ErrorCode::Unsupported,
                "info->timings: queue family " + std::to_string(device.queue_family) + " has no timestamps");
  }
  mask_ = bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  VkQueryPoolCreateInfo info = {VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = kQueries * slots;
  pool_ = vulkan::createQueryPool(device, info);
}

void StageTimer::beginFrame(VkCommandBuffer command_buffer, uint32_t slot) {
  Slot& state = slots_[slot];
  if (state.recorded) {
    StageTimes times;
    bool known = between(slot, Mark::OutputsBegin, Mark::OutputsEnd, 0, times.outputs);
    for (uint32_t layer = 0; state.generated && layer < state.layers; ++layer) {
      float inputs = 0, generator = 0;
      known = known && between(slot, Mark::Begin, Mark::Packed, layer, inputs) &&
              between(slot, Mark::Packed, Mark::Generated, layer, generator);
      times.inputs += inputs;
      times.generator += generator;
    }
    if (known) latest_ = times;
  }
  state = {};
  device_->vk.CmdResetQueryPool(command_buffer, pool_.get(), slot * kQueries, kQueries);
}

void StageTimer::mark(VkCommandBuffer command_buffer, uint32_t slot, Mark mark, uint32_t layer) const {
  device_->vk.CmdWriteTimestamp(command_buffer, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool_.get(),
                                slot * kQueries + query(mark, layer));
}

void StageTimer::endFrame(uint32_t slot, uint32_t layers, bool generated) noexcept {
  slots_[slot] = {true, generated, layers};
}

bool StageTimer::between(uint32_t slot, Mark from, Mark to, uint32_t layer, float& milliseconds) const noexcept {
  uint64_t ticks[2];
  const Mark marks[2] = {from, to};
  for (size_t i = 0; i < 2; ++i) {
    if (device_->vk.GetQueryPoolResults(device_->device, pool_.get(), slot * kQueries + query(marks[i], layer), 1,
                                        sizeof ticks[i], &ticks[i], sizeof ticks[i],
                                        VK_QUERY_RESULT_64_BIT) != VK_SUCCESS) {
      return false;
    }
  }
  const double nanoseconds = static_cast<double>((ticks[1] - ticks[0]) & mask_) *
                             static_cast<double>(device_->properties.limits.timestampPeriod);
  milliseconds = static_cast<float>(nanoseconds * 1e-6);
  return true;
}

}  // namespace impasto
