// The compute pipelines of all generators on a device: one for each combination of shader and specialisation constants
// that has been asked for. Sizes are push constants, so that a generator needs few pipelines, another extent no new
// ones and another style hardly any. They live as long as the VulkanDevice; get() may be called from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "vulkan/device.h"
#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {

class PipelineSet {
 public:
  explicit PipelineSet(const VulkanDevice& device) : device_(&device) {}

  struct Entry {
    VkPipeline pipeline = VK_NULL_HANDLE;
    VkPipelineLayout layout = VK_NULL_HANDLE;
    VkDescriptorSetLayout set_layout = VK_NULL_HANDLE;
  };
  // Specialisation constants from id 0 on. Compiles unless there is one already. Shaders are known by address.
  Entry get(const KernelShader& shader, const std::vector<uint32_t>& constants);

 private:
  struct Layouts {
    DescriptorSetLayout set;
    PipelineLayout pipeline;
  };

  const VulkanDevice* device_;
  std::mutex mutex_;
  std::map<const KernelShader*, Layouts> layouts_;
  std::map<std::pair<const KernelShader*, std::vector<uint32_t>>, Pipeline> pipelines_;
};

}  // namespace impasto::vulkan
