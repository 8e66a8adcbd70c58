#include "vulkan/generator.h"

#include <map>
#include <string>
#include <utility>

#include "base/error.h"
#include "planning/lower.h"
#include "vulkan/commands.h"
#include "vulkan/cost.h"
#include "vulkan/plan.h"
#include "vulkan/tuner.h"

namespace impasto::vulkan {
namespace {

constexpr uint32_t kMaxExtent = 16384;

bool operator==(FrameExtent a, FrameExtent b) noexcept { return a.width == b.width && a.height == b.height; }

VkDeviceSize align(VkDeviceSize bytes) noexcept {
  return (bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
}

}  // namespace

// All that is decided before memory is taken.
struct VulkanGenerator::Prepared {
  Graph graph;
  Plan plan;
  std::vector<std::byte> weights;
  std::map<uint32_t, PackedWeights> packed;  // by op
  VkDeviceSize output_stride = 0;
  VkDeviceSize kept_bytes = 0;
};

VulkanGenerator::Prepared VulkanGenerator::prepare(const VulkanDevice& device, const Style& style,
                                                   const GeneratorRequest& request, bool may_measure) {
  if (request.width == 0 || request.height == 0 || request.width > kMaxExtent || request.height > kMaxExtent) {
    throw Error(ErrorCode::InvalidArgument, "extent " + std::to_string(request.width) + "x" +
                                                std::to_string(request.height) + ": each side must be 1 to " +
                                                std::to_string(kMaxExtent));
  }
  const DeviceTraits traits = device.traits();
  LoweredGraph lowered = lower(style.graph, style.weights);
  Prepared prepared;
  prepared.plan = makePlan(lowered.graph, request.width, request.height, traits);
  if (may_measure && tune(device, lowered.graph, prepared.plan, lowered.weights)) {
    prepared.plan = makePlan(lowered.graph, request.width, request.height, traits);
  }
  for (const std::vector<Step>* steps : {&prepared.plan.constant_steps, &prepared.plan.steps}) {
    for (const Step& step : *steps) {
      const auto weights = lowered.weights.find(step.op);
      if (weights == lowered.weights.end()) continue;
      prepared.packed[step.op] =
          step.kernel->pack({traits, lowered.graph, prepared.plan, step}, weights->second, prepared.weights);
    }
  }
  prepared.graph = std::move(lowered.graph);
  prepared.output_stride = align(prepared.plan.output_bytes);
  prepared.kept_bytes =
      prepared.output_stride * request.layers * request.outputs + align(prepared.plan.constant_bytes);
  return prepared;
}

MemoryUse VulkanGenerator::predictMemory(const VulkanDevice& device, const Style& style,
                                         const GeneratorRequest& request) {
  const Prepared prepared = prepare(device, style, request, false);
  const VkBufferUsageFlags usage = tensorUsage(device);
  MemoryUse use;
  if (prepared.plan.scratch_bytes > 0) use.scratch = memoryOf(device, prepared.plan.scratch_bytes, usage, "tensors");
  use.own = memoryOf(device, prepared.kept_bytes, usage, "painted frames");
  if (!prepared.weights.empty()) use.own += memoryOf(device, prepared.weights.size(), usage, "weights");
  return use;
}

VulkanGenerator::VulkanGenerator(const VulkanDevice& device, ScratchPool& scratch, const Style& style,
                                 const GeneratorRequest& request)
    : device_(&device),
      layers_(request.layers),
      outputs_(request.outputs),
      alignment_(style.graph.alignment),
      slots_(request.frames_in_flight) {
  Prepared prepared = prepare(device, style, request, true);
  output_stride_ = prepared.output_stride;
  if (prepared.plan.scratch_bytes > 0) scratch_ = scratch.acquire(prepared.plan.scratch_bytes);
  const VkBufferUsageFlags usage = tensorUsage(device);
  kept_ = Buffer(device, prepared.kept_bytes, usage, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, "painted frames");
  if (!prepared.weights.empty()) {
    weights_ = Buffer(device, prepared.weights.size(), usage, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT,
                      VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, "the generator's weights");
    uploadWeights(prepared.weights);
  }
  ProgramMemory memory;
  memory.scratch = scratch_ ? scratch_->get() : VK_NULL_HANDLE;
  memory.weights = weights_.get();
  memory.kept = kept_.get();
  memory.output_stride = output_stride_;
  memory.output_count = layers_ * outputs_;
  memory.constants = output_stride_ * memory.output_count;
  program_ = std::make_unique<Program>(device, prepared.graph, std::move(prepared.plan), prepared.packed, memory);

  const Plan& plan = program_->plan();
  costs_ = costsOf(prepared.graph, plan, device.traits());
  if (request.time_launches) {
    timer_.emplace(device, request.frames_in_flight, static_cast<uint32_t>(plan.steps.size()));
  }
  for (uint32_t i = 0; i < prepared.graph.ops.size(); ++i) {
    const PlannedTensor& tensor = plan.tensors[i];
    if (prepared.graph.ops[i].type != OpType::Input || tensor.root == kNone) continue;
    inputs_.push_back({prepared.graph.ops[i].input_kind, viewOf(tensor, memory.scratch, tensor.offset)});
  }
  first_output_ = viewOf(plan.tensors[prepared.graph.output], memory.kept, 0);
}

TensorView VulkanGenerator::viewOf(const PlannedTensor& tensor, VkBuffer buffer, VkDeviceSize offset) const noexcept {
  return {buffer,
          offset,
          tensor.width,
          tensor.height,
          tensor.channels,
          tensor.row_quads,
          tensor.quad,
          static_cast<uint32_t>(device_->bytesPerElement())};
}

std::span<const Generator::Input> VulkanGenerator::inputs(uint32_t) const noexcept { return inputs_; }

TensorView VulkanGenerator::output(uint32_t layer, uint32_t output_index) const noexcept {
  TensorView view = first_output_;
  view.offset += (VkDeviceSize{layer} * outputs_ + output_index) * output_stride_;
  return view;
}

MemoryUse VulkanGenerator::memoryUse() const noexcept {
  return {kept_.allocatedBytes() + weights_.allocatedBytes() + (staging_ ? staging_->allocatedBytes() : 0),
          scratch_ ? scratch_->allocatedBytes() : 0, scratch_.get()};
}

void VulkanGenerator::uploadWeights(std::span<const std::byte> bytes) {
  if (weights_.hostVisible() && !device_->stage_weights) {
    weights_.write(*device_, bytes);
    return;
  }
  auto staging =
      std::make_shared<Buffer>(*device_, bytes.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT,
                               VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                               "the generator's weights on their way");
  staging->write(*device_, bytes);
  staging_ = std::move(staging);
}

FrameExtent VulkanGenerator::extentOf(const GeneratorFrame& frame) const noexcept {
  const auto up = [&](uint32_t n) { return (n + alignment_ - 1) / alignment_ * alignment_; };
  return {up(frame.width), up(frame.height)};
}

void VulkanGenerator::beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) {
  const bool uploads = layer == 0 && staging_ != nullptr;
  // Earlier frames, other layers and other passes on this queue are done with the memory.
  const VkPipelineStageFlags stages = uploads ? kComputeStage | kTransferStage : kComputeStage;
  const VkAccessFlags transfer = uploads ? VK_ACCESS_TRANSFER_WRITE_BIT : 0;
  recordBarrier(*device_, command_buffer, stages, VK_ACCESS_SHADER_WRITE_BIT | transfer, stages,
                kShaderReadWrite | transfer);
  if (layer > 0) return;

  SlotUse& slot = slots_[frame.slot];
  slot = {};
  if (uploads) {
    slot.staging = staging_;
    const VkBufferCopy copy{0, 0, staging_->size()};
    device_->vk.CmdCopyBuffer(command_buffer, staging_->get(), weights_.get(), 1, &copy);
    recordBarrier(*device_, command_buffer, kTransferStage, VK_ACCESS_TRANSFER_WRITE_BIT, kComputeStage,
                  VK_ACCESS_SHADER_READ_BIT);
  }
  recordConstants(command_buffer, frame);
}

void VulkanGenerator::recordConstants(VkCommandBuffer command_buffer, const GeneratorFrame& frame) {
  const FrameExtent extent = extentOf(frame);
  const bool same = constants_extent_ == extent;
  if (program_->plan().constant_steps.empty() || (constants_done_ && same)) return;
  if (!same) {
    constants_done_ = false;
    constants_extent_ = extent;
    ++constants_version_;
  }
  slots_[frame.slot].constants = constants_version_;
  program_->recordConstants(command_buffer, extent);
  recordBarrier(*device_, command_buffer, kComputeStage, VK_ACCESS_SHADER_WRITE_BIT, kComputeStage, kShaderReadWrite);
}

void VulkanGenerator::endLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) {
  recordBarrier(*device_, command_buffer, kComputeStage, VK_ACCESS_SHADER_WRITE_BIT, kComputeStage, kShaderReadWrite);
  const Program::Timing timing{timer_ && layer == 0 ? &*timer_ : nullptr, frame.slot};
  program_->record(command_buffer, extentOf(frame), layer * outputs_ + frame.output_index, timing);
  if (layer + 1 < layers_) return;  // the next layer begins with a barrier
  recordBarrier(*device_, command_buffer, kComputeStage, VK_ACCESS_SHADER_WRITE_BIT, kComputeStage,
                VK_ACCESS_SHADER_READ_BIT);
}

std::shared_ptr<const void> VulkanGenerator::slotReused(uint32_t slot, bool finished) noexcept {
  SlotUse use = std::exchange(slots_[slot], {});
  if (finished && timer_) timer_->read(slot);
  if (finished && use.constants != 0 && use.constants == constants_version_) constants_done_ = true;
  if (finished && use.staging != nullptr) staging_ = nullptr;  // frames in flight that copy from it hold on to it
  return std::move(use.staging);
}

}  // namespace impasto::vulkan
