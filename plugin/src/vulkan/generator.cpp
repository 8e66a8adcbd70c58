#include "vulkan/generator.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "vulkan/plan.h"
#include "vulkan/program.h"
#include "vulkan/weights.h"

namespace impasto::vulkan {

struct VulkanGenerator::Impl {
  const VulkanDevice* device = nullptr;
  uint32_t width = 0, height = 0, aligned_width = 0, aligned_height = 0;
  Buffer arena, weights, staging;
  std::optional<Program> program;
  std::vector<Input> inputs;
  TensorView output;

  TensorView viewOf(const PlannedTensor& tensor) const {
    return {arena.get(), tensor.offset, tensor.width, tensor.height, tensor.channels, tensor.row_quads, tensor.quad};
  }
  void uploadWeights(std::span<const std::byte> bytes);
  void barrier(VkCommandBuffer command_buffer, VkPipelineStageFlags2 stages, VkAccessFlags2 written,
               VkPipelineStageFlags2 next_stages, VkAccessFlags2 next_access) const;
};

namespace {

constexpr uint32_t kMaxExtent = 16384;

Graph checkedGraph(const Style& style, uint32_t width, uint32_t height) {
  if (width == 0 || height == 0 || width > kMaxExtent || height > kMaxExtent) {
    throw Error(ErrorCode::InvalidArgument, "extent " + std::to_string(width) + "x" + std::to_string(height) +
                                                ": each side must be 1 to " + std::to_string(kMaxExtent));
  }
  return style.graph;
}

}  // namespace

VulkanGenerator::VulkanGenerator(const VulkanDevice& device, const Style& style, uint32_t width, uint32_t height)
    : impl_(std::make_unique<Impl>()) {
  const Graph graph = checkedGraph(style, width, height);
  const Plan plan = makePlan(graph, width, height, static_cast<uint32_t>(device.bytesPerElement()));
  impl_->device = &device;
  impl_->width = width;
  impl_->height = height;
  impl_->aligned_width = plan.width;
  impl_->aligned_height = plan.height;

  // Texel buffers: the software variant of the convolution reads through them. Copies: to look at tensors from outside.
  const VkBufferUsageFlags usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT |
                                   VK_BUFFER_USAGE_TRANSFER_DST_BIT |
                                   (device.software ? VkBufferUsageFlags{VK_BUFFER_USAGE_UNIFORM_TEXEL_BUFFER_BIT} : 0);
  impl_->arena =
      Buffer(device, plan.arena_bytes, usage, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, "the generator's tensors");

  std::vector<std::byte> weights;
  std::map<uint32_t, PackedConv> packed;
  for (const Step& step : plan.steps) {
    if (step.kind != Step::Kind::Conv) continue;
    packed[step.op] = packConv(graph, plan, step, style.weights.at(step.op), device.half_precision, weights);
  }
  VkBuffer weights_buffer = VK_NULL_HANDLE;
  if (!weights.empty()) {
    impl_->weights = Buffer(device, weights.size(), usage, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                            VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, "the generator's weights");
    impl_->uploadWeights(weights);
    weights_buffer = impl_->weights.get();
  }

  impl_->program.emplace(device, ProgramInputs{graph, plan, packed, impl_->arena.get(), weights_buffer});
  for (uint32_t i = 0; i < graph.ops.size(); ++i) {
    if (graph.ops[i].type == OpType::Input && plan.tensors[i].root != kNone) {
      impl_->inputs.push_back({graph.ops[i].input_kind, impl_->viewOf(plan.tensors[i])});
    }
  }
  impl_->output = impl_->viewOf(plan.tensors[graph.output]);
}

VulkanGenerator::~VulkanGenerator() = default;
VulkanGenerator::VulkanGenerator(VulkanGenerator&&) noexcept = default;
VulkanGenerator& VulkanGenerator::operator=(VulkanGenerator&&) noexcept = default;

uint32_t VulkanGenerator::width() const noexcept { return impl_->width; }
uint32_t VulkanGenerator::height() const noexcept { return impl_->height; }
uint32_t VulkanGenerator::alignedWidth() const noexcept { return impl_->aligned_width; }
uint32_t VulkanGenerator::alignedHeight() const noexcept { return impl_->aligned_height; }
const std::vector<VulkanGenerator::Input>& VulkanGenerator::inputs() const noexcept { return impl_->inputs; }
const TensorView& VulkanGenerator::output() const noexcept { return impl_->output; }
bool VulkanGenerator::uploadPending() const noexcept { return impl_->staging.get() != VK_NULL_HANDLE; }
void VulkanGenerator::finishUpload() noexcept { impl_->staging = Buffer(); }

VkDeviceSize VulkanGenerator::memoryUsage() const noexcept {
  return impl_->arena.allocatedBytes() + impl_->weights.allocatedBytes() + impl_->staging.allocatedBytes();
}

void VulkanGenerator::Impl::uploadWeights(std::span<const std::byte> bytes) {
  if (weights.hostVisible() && !device->stage_weights) {
    weights.write(*device, bytes);
    return;
  }
  staging = Buffer(*device, bytes.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT,
                   VK_MEMORY_PROPERTY_HOST_COHERENT_BIT, "the generator's weights on their way");
  staging.write(*device, bytes);
}

void VulkanGenerator::Impl::barrier(VkCommandBuffer command_buffer, VkPipelineStageFlags2 stages,
                                    VkAccessFlags2 written, VkPipelineStageFlags2 next_stages,
                                    VkAccessFlags2 next_access) const {
  VkMemoryBarrier2 memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
  memory.srcStageMask = stages;
  memory.srcAccessMask = written;
  memory.dstStageMask = next_stages;
  memory.dstAccessMask = next_access;
  VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.memoryBarrierCount = 1;
  dependency.pMemoryBarriers = &memory;
  device->vk.CmdPipelineBarrier2(command_buffer, &dependency);
}

void VulkanGenerator::beginFrame(VkCommandBuffer command_buffer) const {
  constexpr VkPipelineStageFlags2 kCompute = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
  constexpr VkPipelineStageFlags2 kCopy = VK_PIPELINE_STAGE_2_COPY_BIT;
  constexpr VkAccessFlags2 kReadWrite = VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT;
  if (!uploadPending()) {
    impl_->barrier(command_buffer, kCompute, VK_ACCESS_2_SHADER_WRITE_BIT, kCompute, kReadWrite);
    return;
  }
  impl_->barrier(command_buffer, kCompute | kCopy, VK_ACCESS_2_SHADER_WRITE_BIT | VK_ACCESS_2_TRANSFER_WRITE_BIT,
                 kCompute | kCopy, kReadWrite | VK_ACCESS_2_TRANSFER_WRITE_BIT);
  const VkBufferCopy copy{0, 0, impl_->staging.size()};
  impl_->device->vk.CmdCopyBuffer(command_buffer, impl_->staging.get(), impl_->weights.get(), 1, &copy);
  impl_->barrier(command_buffer, kCopy, VK_ACCESS_2_TRANSFER_WRITE_BIT, kCompute, VK_ACCESS_2_SHADER_READ_BIT);
}

void VulkanGenerator::record(VkCommandBuffer command_buffer) const {
  constexpr VkPipelineStageFlags2 kCompute = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
  constexpr VkAccessFlags2 kReadWrite = VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT;
  impl_->barrier(command_buffer, kCompute, VK_ACCESS_2_SHADER_WRITE_BIT, kCompute, kReadWrite);
  impl_->program->record(command_buffer);
  impl_->barrier(command_buffer, kCompute, VK_ACCESS_2_SHADER_WRITE_BIT, kCompute, VK_ACCESS_2_SHADER_READ_BIT);
}

}  // namespace impasto::vulkan
