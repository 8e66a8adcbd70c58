// What shaders are given their buffers and pictures by: layouts, sets, samplers. All throw Error when Vulkan refuses.
#pragma once

#include <span>

#include "renderer/resources.h"

namespace impasto::render {

UniqueSetLayout createSetLayout(const Device& device, const char* name,
                                std::span<const VkDescriptorSetLayoutBinding> bindings);

// Push constants of one stage; none with 0 bytes.
UniquePipelineLayout createPipelineLayout(const Device& device, const char* name,
                                          std::span<const VkDescriptorSetLayout> sets, uint32_t push_bytes,
                                          VkShaderStageFlags push_stage = VK_SHADER_STAGE_FRAGMENT_BIT);

// Clamped to the edge. With `compare` it answers how much of what is asked for is no farther than the texel.
UniqueSampler createSampler(const Device& device, const char* name, VkFilter filter, bool compare);

VkDescriptorSet allocateSet(const Device& device, const char* name, VkDescriptorPool pool, VkDescriptorSetLayout layout);

// The GPU must not be using the set. Pictures are read in SHADER_READ_ONLY_OPTIMAL.
void writeBuffer(const Device& device, VkDescriptorSet set, uint32_t binding, VkDescriptorType type, VkBuffer buffer);
void writeImage(const Device& device, VkDescriptorSet set, uint32_t binding, VkSampler sampler, const Image& image);

}  // namespace impasto::render
