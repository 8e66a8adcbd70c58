#include "pass/pass_pipelines.h"

#include <array>
#include <span>

#include "shaders/composite.comp.f16.h"
#include "shaders/composite.comp.f32.h"
#include "shaders/high_pass.comp.h"
#include "shaders/pack.comp.f16.h"
#include "shaders/pack.comp.f32.h"

namespace impasto {
namespace {

VkDescriptorSetLayoutBinding binding(uint32_t index, VkDescriptorType type) noexcept {
  return {index, type, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
}

constexpr VkDescriptorType kSampled = VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE;
constexpr VkDescriptorType kStorageImage = VK_DESCRIPTOR_TYPE_STORAGE_IMAGE;
constexpr VkDescriptorType kStorageBuffer = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;

}  // namespace

PassPipelines::PassPipelines(const vulkan::VulkanDevice& device, ColorEncoding input, ColorEncoding output) {
  const std::array pack_bindings = {binding(0, kSampled), binding(1, kStorageBuffer)};
  const std::array composite_bindings = {binding(0, kSampled), binding(1, kSampled), binding(2, kStorageImage),
                                         binding(3, kStorageBuffer), binding(4, kStorageBuffer)};
  pack_set_layout = vulkan::createDescriptorSetLayout(device, pack_bindings);
  composite_set_layout = vulkan::createDescriptorSetLayout(device, composite_bindings);
  pack_layout = vulkan::createPipelineLayout(device, pack_set_layout.get(), sizeof(PackPush));
  composite_layout = vulkan::createPipelineLayout(device, composite_set_layout.get(), sizeof(CompositePush));

  const bool half = device.half_precision;
  const std::span<const uint32_t> pack_code = half ? std::span<const uint32_t>(shaders::kPackCompF16)
                                                   : std::span<const uint32_t>(shaders::kPackCompF32);
  const std::span<const uint32_t> composite_code = half ? std::span<const uint32_t>(shaders::kCompositeCompF16)
                                                        : std::span<const uint32_t>(shaders::kCompositeCompF32);
  const auto packPipeline = [&](InputKind kind) {
    const std::array constants = {static_cast<uint32_t>(kind), static_cast<uint32_t>(input)};
    return vulkan::createComputePipeline(device, pack_code, constants, pack_layout.get());
  };
  pack_color = packPipeline(InputKind::Color);
  pack_depth = packPipeline(InputKind::Depth);
  pack_normals = packPipeline(InputKind::Normals);
  const std::array encodings = {static_cast<uint32_t>(input), static_cast<uint32_t>(output)};
  high_pass = vulkan::createComputePipeline(device, shaders::kHighPassComp, encodings, composite_layout.get());
  composite = vulkan::createComputePipeline(device, composite_code, encodings, composite_layout.get());
}

VkPipeline PassPipelines::pack(InputKind kind) const noexcept {
  switch (kind) {
    case InputKind::Depth: return pack_depth.get();
    case InputKind::Normals: return pack_normals.get();
    default: return pack_color.get();
  }
}

}  // namespace impasto
