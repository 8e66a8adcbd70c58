#include "backend/reference_generator.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include "base/error.h"
#include "base/half.h"
#include "reference/reference.h"
#include "vulkan/commands.h"

namespace impasto {
namespace {

constexpr VkBufferUsageFlags kUsage =
    VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
constexpr VkDeviceSize kAlignment = 256;  // no device asks more of a descriptor's offset
constexpr uint64_t kWaitSlice = 100'000'000;  // nanoseconds, after which the thread looks whether it shall stop

// Where everything lies in the one buffer.
struct Layout {
  std::vector<Generator::Input> inputs;
  size_t inputs_per_layer = 0;
  TensorView first_output;
  VkDeviceSize output_stride = 0;
  VkDeviceSize bytes = 0;
};

Layout layOut(const vulkan::VulkanDevice& device, const Graph& graph, const GeneratorRequest& request) {
  const auto align = [&](uint32_t n) { return (n + graph.alignment - 1) / graph.alignment * graph.alignment; };
  const auto element_bytes = static_cast<uint32_t>(device.bytesPerElement());
  Layout layout;
  const auto place = [&](uint32_t channels, bool global) {
    TensorView view;
    view.offset = layout.bytes;
    view.width = global ? 1 : align(request.width);
    view.height = global ? 1 : align(request.height);
    view.channels = channels;
    view.row_quads = (channels + 3) / 4;
    view.element_bytes = element_bytes;
    layout.bytes += (view.rowBytes() * view.height + kAlignment - 1) / kAlignment * kAlignment;
    return view;
  };
  for (uint32_t layer = 0; layer < request.layers; ++layer) {
    for (const InputKind kind : {InputKind::Color, InputKind::Depth, InputKind::Normals, InputKind::History,
                                 InputKind::Style, InputKind::Exposure}) {
      if (kind != InputKind::Color && !graph.wants(kind)) continue;  // colour: also what a frame that fails shows
      const uint32_t channels = kind == InputKind::Style ? graph.styleVectorLength() : inputChannels(kind);
      layout.inputs.push_back({kind, place(channels, isGlobal(kind))});
    }
  }
  layout.inputs_per_layer = layout.inputs.size() / request.layers;
  const VkDeviceSize before = layout.bytes;
  layout.first_output = place(3, false);
  layout.output_stride = layout.bytes - before;
  layout.bytes = before + layout.output_stride * request.layers * request.outputs;
  return layout;
}

// The top left of a tensor in mapped memory.
Tensor readTensor(const TensorView& view, const std::byte* memory, uint32_t width, uint32_t height) {
  Tensor tensor(view.channels, std::min(height, view.height), std::min(width, view.width));
  const auto* floats = reinterpret_cast<const float*>(memory + view.offset);
  const auto* halves = reinterpret_cast<const uint16_t*>(memory + view.offset);
  for (uint32_t c = 0; c < tensor.channels; ++c) {
    for (uint32_t y = 0; y < tensor.height; ++y) {
      for (uint32_t x = 0; x < tensor.width; ++x) {
        const size_t i = ((size_t{y} * view.row_quads + c / 4) * view.width + x) * 4 + c % 4;
        tensor.at(c, y, x) = view.element_bytes == 2 ? floatFromHalf(halves[i]) : floats[i];
      }
    }
  }
  return tensor;
}

void writeTensor(const Tensor& tensor, const TensorView& view, std::byte* memory) {
  auto* floats = reinterpret_cast<float*>(memory + view.offset);
  auto* halves = reinterpret_cast<uint16_t*>(memory + view.offset);
  for (uint32_t c = 0; c < tensor.channels; ++c) {
    for (uint32_t y = 0; y < tensor.height; ++y) {
      for (uint32_t x = 0; x < tensor.width; ++x) {
        const size_t i = ((size_t{y} * view.row_quads + c / 4) * view.width + x) * 4 + c % 4;
        if (view.element_bytes == 2) {
          halves[i] = halfFromFloat(std::clamp(tensor.at(c, y, x), -65504.0f, 65504.0f));
        } else {
          floats[i] = tensor.at(c, y, x);
        }
      }
    }
  }
}

}  // namespace

MemoryUse ReferenceGenerator::predictMemory(const vulkan::VulkanDevice& device, const Style& style,
                                            const GeneratorRequest& request) {
  return {vulkan::memoryOf(device, layOut(device, style.graph, request).bytes, kUsage, "the reference's tensors"), 0};
}

ReferenceGenerator::ReferenceGenerator(const vulkan::VulkanDevice& device, const Style& style,
                                       const GeneratorRequest& request)
    : device_(&device), style_(style), layers_(request.layers), outputs_(request.outputs) {
  Layout layout = layOut(device, style.graph, request);
  buffer_ = vulkan::Buffer(device, layout.bytes, kUsage,
                           VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                           VK_MEMORY_PROPERTY_HOST_CACHED_BIT, "the reference's tensors");
  mapped_ = buffer_.map(device);
  inputs_ = std::move(layout.inputs);
  for (Input& input : inputs_) input.view.buffer = buffer_.get();
  inputs_per_layer_ = layout.inputs_per_layer;
  first_output_ = layout.first_output;
  first_output_.buffer = buffer_.get();
  output_stride_ = layout.output_stride;
  thread_ = std::thread([this] { work(); });
}

ReferenceGenerator::~ReferenceGenerator() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::span<const Generator::Input> ReferenceGenerator::inputs(uint32_t layer) const noexcept {
  return std::span(inputs_).subspan(layer * inputs_per_layer_, inputs_per_layer_);
}

TensorView ReferenceGenerator::output(uint32_t layer, uint32_t output_index) const noexcept {
  TensorView view = first_output_;
  view.offset += (VkDeviceSize{layer} * outputs_ + output_index) * output_stride_;
  return view;
}

MemoryUse ReferenceGenerator::memoryUse() const noexcept { return {buffer_.allocatedBytes(), 0}; }

void ReferenceGenerator::beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame&, uint32_t layer) {
  if (layer > 0) return;  // each layer has inputs of its own
  // The composite of the frame before has waited for the reference, which has read its inputs by then.
  vulkan::recordBarrier(*device_, command_buffer, vulkan::kComputeStage, VK_ACCESS_SHADER_WRITE_BIT,
                        vulkan::kComputeStage, vulkan::kShaderReadWrite);
}

void ReferenceGenerator::endLayer(VkCommandBuffer command_buffer, const GeneratorFrame&, uint32_t layer) {
  if (layer + 1 < layers_) return;
  vulkan::recordBarrier(*device_, command_buffer, vulkan::kComputeStage, VK_ACCESS_SHADER_WRITE_BIT,
                        VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void ReferenceGenerator::beginOutputs(VkCommandBuffer command_buffer) {
  vulkan::recordBarrier(*device_, command_buffer, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_WRITE_BIT,
                        vulkan::kComputeStage, VK_ACCESS_SHADER_READ_BIT);
}

void ReferenceGenerator::execute(const GeneratorFrame& frame, const TimelinePoints& points) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({frame, points});
  }
  wake_.notify_one();
}

void ReferenceGenerator::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Job job = jobs_.front();
    jobs_.pop_front();
    lock.unlock();
    const bool packed = waitFor(job.points);
    for (uint32_t layer = 0; layer < layers_; ++layer) {
      if (!packed || !paint(job.frame, layer)) passThrough(job.frame, layer);
    }
    signal(job.points);
    lock.lock();
  }
}

// False when the inputs will not come: the device is lost, or the generator is going.
bool ReferenceGenerator::waitFor(const TimelinePoints& points) const {
  VkSemaphoreWaitInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
  info.semaphoreCount = 1;
  info.pSemaphores = &points.wait;
  info.pValues = &points.wait_value;
  for (;;) {
    const VkResult result = device_->vk.WaitSemaphores(device_->device, &info, kWaitSlice);
    if (result != VK_TIMEOUT) return result == VK_SUCCESS;
    if (stop_) return false;
  }
}

void ReferenceGenerator::signal(const TimelinePoints& points) const noexcept {
  VkSemaphoreSignalInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO};
  info.semaphore = points.signal;
  info.value = points.signal_value;
  device_->vk.SignalSemaphore(device_->device, &info);  // fails with a lost device, when nobody waits any more
}

// False when it runs out of memory.
bool ReferenceGenerator::paint(const GeneratorFrame& frame, uint32_t layer) {
  const TensorView result = output(layer, frame.output_index);
  const std::span<const Input> packed = inputs(layer);
  try {
    ReferenceInputs values;
    for (const Input& input : packed) {
      Tensor tensor = readTensor(input.view, mapped_, frame.width, frame.height);
      switch (input.kind) {
        case InputKind::Color: values.color = std::move(tensor); break;
        case InputKind::Depth: values.depth = std::move(tensor); break;
        case InputKind::Normals: values.normals = std::move(tensor); break;
        case InputKind::History: values.history = std::move(tensor); break;
        case InputKind::Style: values.style_vector = std::move(tensor.data); break;
        case InputKind::Exposure: values.exposure = std::exp2(tensor.data[0]); break;
      }
    }
    writeTensor(runReference(style_, values), result, mapped_);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

// The frame as it came, for which nothing is allocated: colour lies as the output does.
void ReferenceGenerator::passThrough(const GeneratorFrame& frame, uint32_t layer) noexcept {
  const TensorView& color = inputs(layer)[0].view;
  std::copy_n(mapped_ + color.offset, color.rowBytes() * color.height,
              mapped_ + output(layer, frame.output_index).offset);
}

}  // namespace impasto
