#include "vulkan/timestamps.h"

#include <string>
#include <vector>

#include "base/error.h"

namespace impasto::vulkan {

Timestamps::Timestamps(const VulkanDevice& device, uint32_t count) : device_(&device) {
  uint32_t family_count = 0;
  device.vk.GetPhysicalDeviceQueueFamilyProperties(device.physical_device, &family_count, nullptr);
  std::vector<VkQueueFamilyProperties> families(family_count);
  device.vk.GetPhysicalDeviceQueueFamilyProperties(device.physical_device, &family_count, families.data());
  const uint32_t bits = families.at(device.queue_family).timestampValidBits;
  if (bits == 0) {
    throw Error(ErrorCode::Unsupported,
                "info->timings: queue family " + std::to_string(device.queue_family) + " has no timestamps");
  }
  mask_ = bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  VkQueryPoolCreateInfo info = {VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  info.queryCount = count;
  pool_ = createQueryPool(device, info);
}

void Timestamps::reset(VkCommandBuffer command_buffer, uint32_t first, uint32_t count) const noexcept {
  device_->vk.CmdResetQueryPool(command_buffer, pool_.get(), first, count);
}

void Timestamps::write(VkCommandBuffer command_buffer, uint32_t index) const noexcept {
  device_->vk.CmdWriteTimestamp(command_buffer, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, pool_.get(), index);
}

std::optional<float> Timestamps::between(uint32_t from, uint32_t to) const noexcept {
  uint64_t ticks[2];
  const uint32_t indices[2] = {from, to};
  for (size_t i = 0; i < 2; ++i) {
    if (device_->vk.GetQueryPoolResults(device_->device, pool_.get(), indices[i], 1, sizeof ticks[i], &ticks[i],
                                        sizeof ticks[i], VK_QUERY_RESULT_64_BIT) != VK_SUCCESS) {
      return std::nullopt;
    }
  }
  const double nanoseconds = static_cast<double>((ticks[1] - ticks[0]) & mask_) *
                             static_cast<double>(device_->properties.limits.timestampPeriod);
  return static_cast<float>(nanoseconds * 1e-6);
}

}  // namespace impasto::vulkan
