// The file in which compiled pipelines, and which kernels were measured to be fastest (vulkan/kernel_choices.h), survive
// the program. It is read as hostile input: what another device, driver or
// version wrote, and what is damaged, never reaches the driver. No state; concurrent writers each rename a whole file
// into place.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <vulkan/vulkan_core.h>

namespace impasto {

struct PipelineCacheFile {
  std::vector<std::byte> data;  // for VkPipelineCacheCreateInfo; empty when there is nothing to use
  std::vector<std::byte> choices;  // for KernelChoices::load(); likewise
  std::string ignored;          // why an existing file was not used; "" otherwise
};

PipelineCacheFile readPipelineCacheFile(const std::string& path, const VkPhysicalDeviceProperties& device);

// Whole or not at all (base/atomic_file.h). Throws Error(Io), naming the path.
void writePipelineCacheFile(const std::string& path, const VkPhysicalDeviceProperties& device,
                            std::span<const std::byte> data, std::span<const std::byte> choices);

}  // namespace impasto
