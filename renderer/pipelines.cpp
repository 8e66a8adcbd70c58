#include "renderer/pipelines.h"

#include <array>
#include <cstddef>

#include "renderer/scene/scene.h"

namespace impasto::render {
namespace {

UniqueShaderModule createModule(const Device& device, const char* name, const Shader& shader) {
  const std::span<const uint32_t> words = device.wordsOf(shader.name, shader.words);
  VkShaderModuleCreateInfo info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  info.codeSize = words.size_bytes();
  info.pCode = words.data();
  VkShaderModule module = VK_NULL_HANDLE;
  check(vkCreateShaderModule(device.handle(), &info, nullptr, &module), "vkCreateShaderModule");
  device.name(VK_OBJECT_TYPE_SHADER_MODULE, reinterpret_cast<uint64_t>(module), name);
  return {device.handle(), module};
}

constexpr VkVertexInputBindingDescription kBinding{0, sizeof(Vertex), VK_VERTEX_INPUT_RATE_VERTEX};
constexpr std::array<VkVertexInputAttributeDescription, 8> kAttributes = {{
    {0, 0, VK_FORMAT_R32G32B32_SFLOAT, offsetof(Vertex, position)},
    {1, 0, VK_FORMAT_R32G32B32_SFLOAT, offsetof(Vertex, normal)},
    {2, 0, VK_FORMAT_R32G32B32A32_SFLOAT, offsetof(Vertex, uv)},  // and uv1, which follows it
    {3, 0, VK_FORMAT_R16G16B16A16_UNORM, offsetof(Vertex, color)},
    {4, 0, VK_FORMAT_R16G16B16A16_UINT, offsetof(Vertex, joints)},
    {5, 0, VK_FORMAT_R16G16B16A16_UNORM, offsetof(Vertex, weights)},
    {6, 0, VK_FORMAT_R32_SFLOAT, offsetof(Vertex, sway)},
    {7, 0, VK_FORMAT_R16G16B16A16_SNORM, offsetof(Vertex, tangent)},
}};
static_assert(offsetof(Vertex, uv1) == offsetof(Vertex, uv) + 2 * sizeof(float));

}  // namespace

UniquePipeline createPipeline(const Device& device, const PipelineInfo& info) {
  const UniqueShaderModule vertex = createModule(device, info.name, info.vertex);
  UniqueShaderModule fragment;
  std::array<VkPipelineShaderStageCreateInfo, 2> stages{};
  constexpr VkSpecializationMapEntry kConstant{0, 0, sizeof(uint32_t)};
  const VkSpecializationInfo specialization{1, &kConstant, sizeof(uint32_t), &info.constant};
  uint32_t stage_count = 1;
  stages[0] = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO};
  stages[0].stage = VK_SHADER_STAGE_VERTEX_BIT;
  stages[0].module = vertex.get();
  stages[0].pName = "main";
  stages[0].pSpecializationInfo = &specialization;
  if (!info.fragment.words.empty()) {
    fragment = createModule(device, info.name, info.fragment);
    stages[1] = stages[0];
    stages[1].stage = VK_SHADER_STAGE_FRAGMENT_BIT;
    stages[1].module = fragment.get();
    stage_count = 2;
  }

  VkPipelineVertexInputStateCreateInfo vertex_input{VK_STRUCTURE_TYPE_PIPELINE_VERTEX_INPUT_STATE_CREATE_INFO};
  if (info.scene_vertices) {
    vertex_input.vertexBindingDescriptionCount = 1;
    vertex_input.pVertexBindingDescriptions = &kBinding;
    vertex_input.vertexAttributeDescriptionCount = kAttributes.size();
    vertex_input.pVertexAttributeDescriptions = kAttributes.data();
  }
  VkPipelineInputAssemblyStateCreateInfo assembly{VK_STRUCTURE_TYPE_PIPELINE_INPUT_ASSEMBLY_STATE_CREATE_INFO};
  assembly.topology = info.topology;
  VkPipelineViewportStateCreateInfo viewport{VK_STRUCTURE_TYPE_PIPELINE_VIEWPORT_STATE_CREATE_INFO};
  viewport.viewportCount = 1;
  viewport.scissorCount = 1;
  VkPipelineRasterizationStateCreateInfo raster{VK_STRUCTURE_TYPE_PIPELINE_RASTERIZATION_STATE_CREATE_INFO};
  raster.polygonMode = VK_POLYGON_MODE_FILL;
  raster.lineWidth = 1.0f;
  raster.depthBiasEnable = info.depth_bias != 0.0f || info.depth_bias_slope != 0.0f;
  raster.depthBiasConstantFactor = info.depth_bias;
  raster.depthBiasSlopeFactor = info.depth_bias_slope;
  VkPipelineMultisampleStateCreateInfo multisample{VK_STRUCTURE_TYPE_PIPELINE_MULTISAMPLE_STATE_CREATE_INFO};
  multisample.rasterizationSamples = info.samples;
  multisample.alphaToCoverageEnable = info.alpha_to_coverage;
  VkPipelineDepthStencilStateCreateInfo depth{VK_STRUCTURE_TYPE_PIPELINE_DEPTH_STENCIL_STATE_CREATE_INFO};
  depth.depthTestEnable = info.depth_format != VK_FORMAT_UNDEFINED;
  depth.depthWriteEnable = info.depth_write;
  depth.depthCompareOp = info.depth_compare;

  std::vector<VkPipelineColorBlendAttachmentState> targets(info.color_formats.size());
  for (size_t i = 0; i < targets.size(); ++i) {
    targets[i].colorWriteMask =
        VK_COLOR_COMPONENT_R_BIT | VK_COLOR_COMPONENT_G_BIT | VK_COLOR_COMPONENT_B_BIT | VK_COLOR_COMPONENT_A_BIT;
    if (info.without_first && i == 0) targets[i].colorWriteMask = 0;
    if (!info.blend_first) continue;
    if (i > 0) {
      targets[i].colorWriteMask = 0;
      continue;
    }
    targets[i].blendEnable = VK_TRUE;
    targets[i].srcColorBlendFactor = VK_BLEND_FACTOR_SRC_ALPHA;
    targets[i].dstColorBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
    targets[i].srcAlphaBlendFactor = VK_BLEND_FACTOR_ONE;
    targets[i].dstAlphaBlendFactor = VK_BLEND_FACTOR_ONE_MINUS_SRC_ALPHA;
  }
  VkPipelineColorBlendStateCreateInfo blend{VK_STRUCTURE_TYPE_PIPELINE_COLOR_BLEND_STATE_CREATE_INFO};
  blend.attachmentCount = static_cast<uint32_t>(targets.size());
  blend.pAttachments = targets.data();
  constexpr std::array kDynamic = {VK_DYNAMIC_STATE_VIEWPORT, VK_DYNAMIC_STATE_SCISSOR, VK_DYNAMIC_STATE_CULL_MODE,
                                   VK_DYNAMIC_STATE_FRONT_FACE};
  VkPipelineDynamicStateCreateInfo dynamic{VK_STRUCTURE_TYPE_PIPELINE_DYNAMIC_STATE_CREATE_INFO};
  dynamic.dynamicStateCount = kDynamic.size();
  dynamic.pDynamicStates = kDynamic.data();

  VkPipelineRenderingCreateInfo rendering{VK_STRUCTURE_TYPE_PIPELINE_RENDERING_CREATE_INFO};
  rendering.colorAttachmentCount = static_cast<uint32_t>(info.color_formats.size());
  rendering.pColorAttachmentFormats = info.color_formats.data();
  rendering.depthAttachmentFormat = info.depth_format;

  VkGraphicsPipelineCreateInfo create{VK_STRUCTURE_TYPE_GRAPHICS_PIPELINE_CREATE_INFO, &rendering};
  create.stageCount = stage_count;
  create.pStages = stages.data();
  create.pVertexInputState = &vertex_input;
  create.pInputAssemblyState = &assembly;
  create.pViewportState = &viewport;
  create.pRasterizationState = &raster;
  create.pMultisampleState = &multisample;
  create.pDepthStencilState = &depth;
  create.pColorBlendState = &blend;
  create.pDynamicState = &dynamic;
  create.layout = info.layout;
  VkPipeline pipeline = VK_NULL_HANDLE;
  check(vkCreateGraphicsPipelines(device.handle(), VK_NULL_HANDLE, 1, &create, nullptr, &pipeline),
        "vkCreateGraphicsPipelines");
  device.name(VK_OBJECT_TYPE_PIPELINE, reinterpret_cast<uint64_t>(pipeline), info.name);
  return {device.handle(), pipeline};
}

}  // namespace impasto::render
