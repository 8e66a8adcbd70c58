// The compute pipelines of all generators on a device: one for each combination of kernel and specialisation constants
// that has been asked for. Sizes are push constants, so that a generator needs few pipelines, another extent no new
// ones and another style hardly any. They live as long as the VulkanDevice; get() may be called from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "vulkan/device.h"

namespace impasto::vulkan {

enum class Kernel : uint8_t { Conv, Add, Noise, Rearrange };

class PipelineSet {
 public:
  explicit PipelineSet(const VulkanDevice& device);

  struct Entry {
    VkPipeline pipeline = VK_NULL_HANDLE;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
  };
  // Specialisation constants from id 0 on. Compiles unless there is one already.
  Entry get(Kernel kernel, const std::vector<uint32_t>& constants);

  // Invocations of a workgroup.
  uint32_t groupWidth(Kernel kernel) const noexcept;
  uint32_t groupHeight(Kernel kernel) const noexcept;

 private:
  const VulkanDevice* device_;
  std::mutex mutex_;
  DescriptorSetLayout conv_set_layout_, plain_set_layout_;
  PipelineLayout conv_layout_, plain_layout_;
  std::map<std::pair<Kernel, std::vector<uint32_t>>, Pipeline> pipelines_;
};

// Every kernel's push constants fit into this many bytes.
inline constexpr uint32_t kPushConstantBytes = 80;

// Bindings of conv.comp.
inline constexpr uint32_t kConvBindings = 4;
// Bindings of the others; those with fewer leave the last ones unused.
inline constexpr uint32_t kPlainBindings = 3;

}  // namespace impasto::vulkan
