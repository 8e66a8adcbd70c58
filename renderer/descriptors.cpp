#include "renderer/descriptors.h"

namespace impasto::render {

UniqueSetLayout createSetLayout(const Device& device, const char* name,
                                std::span<const VkDescriptorSetLayoutBinding> bindings) {
  VkDescriptorSetLayoutCreateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  info.bindingCount = static_cast<uint32_t>(bindings.size());
  info.pBindings = bindings.data();
  VkDescriptorSetLayout layout = VK_NULL_HANDLE;
  check(vkCreateDescriptorSetLayout(device.handle(), &info, nullptr, &layout), "vkCreateDescriptorSetLayout");
  device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, reinterpret_cast<uint64_t>(layout), name);
  return {device.handle(), layout};
}

UniquePipelineLayout createPipelineLayout(const Device& device, const char* name,
                                          std::span<const VkDescriptorSetLayout> sets, uint32_t push_bytes,
                                          VkShaderStageFlags push_stage) {
  const VkPushConstantRange range{push_stage, 0, push_bytes};
  VkPipelineLayoutCreateInfo info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  info.setLayoutCount = static_cast<uint32_t>(sets.size());
  info.pSetLayouts = sets.data();
  info.pushConstantRangeCount = push_bytes > 0 ? 1 : 0;
  info.pPushConstantRanges = &range;
  VkPipelineLayout layout = VK_NULL_HANDLE;
  check(vkCreatePipelineLayout(device.handle(), &info, nullptr, &layout), "vkCreatePipelineLayout");
  device.name(VK_OBJECT_TYPE_PIPELINE_LAYOUT, reinterpret_cast<uint64_t>(layout), name);
  return {device.handle(), layout};
}

UniqueSampler createSampler(const Device& device, const char* name, VkFilter filter, bool compare) {
  VkSamplerCreateInfo info{VK_STRUCTURE_TYPE_SAMPLER_CREATE_INFO};
  info.magFilter = info.minFilter = filter;
  info.mipmapMode = filter == VK_FILTER_LINEAR ? VK_SAMPLER_MIPMAP_MODE_LINEAR : VK_SAMPLER_MIPMAP_MODE_NEAREST;
  info.maxLod = VK_LOD_CLAMP_NONE;
  info.addressModeU = info.addressModeV = info.addressModeW = VK_SAMPLER_ADDRESS_MODE_CLAMP_TO_EDGE;
  info.compareEnable = compare;
  info.compareOp = VK_COMPARE_OP_LESS_OR_EQUAL;
  VkSampler sampler = VK_NULL_HANDLE;
  check(vkCreateSampler(device.handle(), &info, nullptr, &sampler), "vkCreateSampler");
  device.name(VK_OBJECT_TYPE_SAMPLER, reinterpret_cast<uint64_t>(sampler), name);
  return {device.handle(), sampler};
}

VkDescriptorSet allocateSet(const Device& device, const char* name, VkDescriptorPool pool,
                            VkDescriptorSetLayout layout) {
  VkDescriptorSetAllocateInfo info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
  info.descriptorPool = pool;
  info.descriptorSetCount = 1;
  info.pSetLayouts = &layout;
  VkDescriptorSet set = VK_NULL_HANDLE;
  check(vkAllocateDescriptorSets(device.handle(), &info, &set), "vkAllocateDescriptorSets");
  device.name(VK_OBJECT_TYPE_DESCRIPTOR_SET, reinterpret_cast<uint64_t>(set), name);
  return set;
}

void writeBuffer(const Device& device, VkDescriptorSet set, uint32_t binding, VkDescriptorType type, VkBuffer buffer) {
  const VkDescriptorBufferInfo info{buffer, 0, VK_WHOLE_SIZE};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = type;
  write.pBufferInfo = &info;
  vkUpdateDescriptorSets(device.handle(), 1, &write, 0, nullptr);
}

void writeImage(const Device& device, VkDescriptorSet set, uint32_t binding, VkSampler sampler, const Image& image) {
  const VkDescriptorImageInfo info{sampler, image.view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
  VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
  write.dstSet = set;
  write.dstBinding = binding;
  write.descriptorCount = 1;
  write.descriptorType = VK_DESCRIPTOR_TYPE_COMBINED_IMAGE_SAMPLER;
  write.pImageInfo = &info;
  vkUpdateDescriptorSets(device.handle(), 1, &write, 0, nullptr);
}

}  // namespace impasto::render
