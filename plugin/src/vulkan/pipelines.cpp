#include "vulkan/pipelines.h"

#include <span>

#include "shaders/add.comp.f16.h"
#include "shaders/add.comp.f32.h"
#include "shaders/conv.comp.f16.h"
#include "shaders/conv.comp.f16_software.h"
#include "shaders/conv.comp.f32.h"
#include "shaders/conv.comp.f32_software.h"
#include "shaders/noise.comp.f16.h"
#include "shaders/noise.comp.f32.h"
#include "shaders/rearrange.comp.f16.h"
#include "shaders/rearrange.comp.f32.h"

namespace impasto::vulkan {
namespace {

using Spirv = std::span<const uint32_t>;

Spirv spirvOf(Kernel kernel, bool half, bool software) {
  namespace s = shaders;
  switch (kernel) {
    case Kernel::Conv:
      if (software) return half ? Spirv(s::kConvCompF16Software) : Spirv(s::kConvCompF32Software);
      return half ? Spirv(s::kConvCompF16) : Spirv(s::kConvCompF32);
    case Kernel::Add:
      return half ? Spirv(s::kAddCompF16) : Spirv(s::kAddCompF32);
    case Kernel::Noise:
      return half ? Spirv(s::kNoiseCompF16) : Spirv(s::kNoiseCompF32);
    case Kernel::Rearrange:
      break;
  }
  return half ? Spirv(s::kRearrangeCompF16) : Spirv(s::kRearrangeCompF32);
}

DescriptorSetLayout makeSetLayout(const VulkanDevice& device, uint32_t count, uint32_t texel_buffers) {
  std::vector<VkDescriptorSetLayoutBinding> bindings;
  for (uint32_t i = 0; i < count; ++i) {
    const VkDescriptorType type =
        i < texel_buffers ? VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    bindings.push_back({i, type, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr});
  }
  return createDescriptorSetLayout(device, bindings);
}

}  // namespace

PipelineSet::PipelineSet(const VulkanDevice& device)
    : device_(&device),
      conv_set_layout_(makeSetLayout(device, kConvBindings, device.software ? 2 : 0)),
      plain_set_layout_(makeSetLayout(device, kPlainBindings, 0)),
      conv_layout_(createPipelineLayout(device, conv_set_layout_.get(), kPushConstantBytes)),
      plain_layout_(createPipelineLayout(device, plain_set_layout_.get(), kPushConstantBytes)) {}

// local_size of the shaders.
uint32_t PipelineSet::groupWidth(Kernel kernel) const noexcept {
  return kernel == Kernel::Conv && device_->software ? 8 : 32;
}
uint32_t PipelineSet::groupHeight(Kernel kernel) const noexcept {
  return kernel == Kernel::Conv && device_->software ? 4 : 2;
}

PipelineSet::Entry PipelineSet::get(Kernel kernel, const std::vector<uint32_t>& constants) {
  const bool conv = kernel == Kernel::Conv;
  const VkPipelineLayout layout = conv ? conv_layout_.get() : plain_layout_.get();
  const std::lock_guard lock(mutex_);
  auto found = pipelines_.find({kernel, constants});
  if (found == pipelines_.end()) {
    Pipeline pipeline =
        createComputePipeline(*device_, spirvOf(kernel, device_->half_precision, device_->software), constants, layout);
    found = pipelines_.emplace(std::pair(kernel, constants), std::move(pipeline)).first;
  }
  return {found->second.get(), layout, conv ? conv_set_layout_.get() : plain_set_layout_.get()};
}

}  // namespace impasto::vulkan
