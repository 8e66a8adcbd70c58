#include "pass/pass_pipelines.h"

#include <array>
#include <span>

#include "pass/frame_constants.h"  // shaders/pass
#include "pass/pass_shaders.h"

namespace impasto {
namespace {

constexpr VkDescriptorType kSampled = VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE;
constexpr VkDescriptorType kStorageImage = VK_DESCRIPTOR_TYPE_STORAGE_IMAGE;
constexpr VkDescriptorType kStorageBuffer = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
constexpr VkDescriptorType kUniformBuffer = VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER;

// Of bindings 0, 1, 2, ...
template <size_t N>
vulkan::DescriptorSetLayout makeSetLayout(const vulkan::VulkanDevice& device,
                                          const std::array<VkDescriptorType, N>& types) {
  std::array<VkDescriptorSetLayoutBinding, N> bindings;
  for (uint32_t i = 0; i < N; ++i) bindings[i] = {i, types[i], 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
  return vulkan::createDescriptorSetLayout(device, bindings);
}

}  // namespace

PassPipelines::PassPipelines(const vulkan::VulkanDevice& device, const PassSettings& settings)
    : pack_set_layout(makeSetLayout(device, std::array{kSampled, kStorageBuffer, kUniformBuffer})),
      history_set_layout(makeSetLayout(device, std::array{kSampled, kSampled, kSampled, kStorageBuffer, kStorageBuffer,
                                                          kStorageBuffer, kStorageBuffer, kUniformBuffer})),
      composite_set_layout(makeSetLayout(
          device, std::array{kSampled, kSampled, kStorageImage, kStorageBuffer, kStorageBuffer, kUniformBuffer})) {
  constexpr uint32_t kPushBytes = sizeof(shaders::BandPush);
  pack_layout = vulkan::createPipelineLayout(device, pack_set_layout.get(), kPushBytes);
  history_layout = vulkan::createPipelineLayout(device, history_set_layout.get(), kPushBytes);
  composite_layout = vulkan::createPipelineLayout(device, composite_set_layout.get(), kPushBytes);

  const ShaderVariant variant{device.half_precision, settings.layers > 1};
  const auto input = static_cast<uint32_t>(settings.input_encoding);
  const auto depth = static_cast<uint32_t>(settings.depth_encoding);
  for (const InputKind kind : kInputKinds) {
    if (kind == InputKind::History) continue;
    const std::array constants = {static_cast<uint32_t>(kind), input, depth,
                                  static_cast<uint32_t>(settings.normal_encoding)};
    const Spirv code = isGlobal(kind) ? packGlobalShader(variant) : packShader(variant);
    pack[kind] = vulkan::createComputePipeline(
        device, code, std::span(constants).first(isGlobal(kind) ? 1 : constants.size()), pack_layout.get());
  }
  const std::array history_constants = {input, depth};
  keep = vulkan::createComputePipeline(device, keepShader(variant), history_constants, history_layout.get());
  reproject = vulkan::createComputePipeline(device, reprojectShader(variant), history_constants, history_layout.get());

  const std::array composite_constants = {input, static_cast<uint32_t>(settings.output_encoding),
                                          settings.input_format == settings.output_format ? 1u : 0u};
  const TargetFormat target = targetFormat(device, settings.output_format).value_or(TargetFormat::Any);
  high_pass = vulkan::createComputePipeline(device, highPassShader(variant), composite_constants,
                                            composite_layout.get());
  composite = vulkan::createComputePipeline(device, compositeShader(variant, target), composite_constants,
                                            composite_layout.get());
}

}  // namespace impasto
