#include "backend/host_generator.h"

#include <algorithm>
#include <utility>

#include "backend/frame_tensors.h"
#include "vulkan/commands.h"

namespace impasto {
namespace {

constexpr VkBufferUsageFlags kUsage =
    VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
constexpr size_t kJobs = 64;  // more wait where frames are given up, or never
constexpr uint64_t kWaitSlice = 100'000'000;  // nanoseconds, after which the thread looks whether it shall stop

uint32_t elementBytes(const vulkan::VulkanDevice& device) { return static_cast<uint32_t>(device.bytesPerElement()); }

}  // namespace

MemoryUse HostGenerator::predictMemory(const vulkan::VulkanDevice& device, const Graph& graph,
                                       const GeneratorRequest& request) {
  const FrameLayout layout = layOutFrame(graph, request, elementBytes(device));
  return {vulkan::memoryOf(device, layout.bytes, kUsage, "the generator's tensors"), 0};
}

HostGenerator::HostGenerator(const vulkan::VulkanDevice& device, const Graph& graph, const GeneratorRequest& request,
                             std::unique_ptr<HostExecutor> executor)
    : device_(&device),
      alignment_(graph.alignment),
      layers_(request.layers),
      outputs_(request.outputs),
      executor_(std::move(executor)) {
  FrameLayout layout = layOutFrame(graph, request, elementBytes(device));
  buffer_ = vulkan::Buffer(device, layout.bytes, kUsage,
                           VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT | VK_MEMORY_PROPERTY_HOST_COHERENT_BIT,
                           VK_MEMORY_PROPERTY_HOST_CACHED_BIT, "the generator's tensors");
  mapped_ = buffer_.map(device);
  inputs_ = std::move(layout.inputs);
  for (Input& input : inputs_) input.view.buffer = buffer_.get();
  inputs_per_layer_ = layout.inputs_per_layer;
  first_output_ = layout.first_output;
  first_output_.buffer = buffer_.get();
  output_stride_ = layout.output_stride;
  jobs_.reserve(kJobs);
  thread_ = std::thread([this] { work(); });
}

HostGenerator::~HostGenerator() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

std::span<const Generator::Input> HostGenerator::inputs(uint32_t layer) const noexcept {
  return std::span(inputs_).subspan(layer * inputs_per_layer_, inputs_per_layer_);
}

TensorView HostGenerator::output(uint32_t layer, uint32_t output_index) const noexcept {
  TensorView view = first_output_;
  view.offset += (VkDeviceSize{layer} * outputs_ + output_index) * output_stride_;
  return view;
}

MemoryUse HostGenerator::memoryUse() const noexcept { return {buffer_.allocatedBytes(), 0}; }

void HostGenerator::beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame&, uint32_t layer) {
  if (layer > 0) return;  // each layer has inputs of its own
  // The composite of the frame before has waited for the executor, which has read its inputs by then.
  vulkan::recordBarrier(*device_, command_buffer, vulkan::kComputeStage, VK_ACCESS_SHADER_WRITE_BIT,
                        vulkan::kComputeStage, vulkan::kShaderReadWrite);
}

void HostGenerator::endLayer(VkCommandBuffer command_buffer, const GeneratorFrame&, uint32_t layer) {
  if (layer + 1 < layers_) return;
  vulkan::recordBarrier(*device_, command_buffer, vulkan::kComputeStage, VK_ACCESS_SHADER_WRITE_BIT,
                        VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_READ_BIT);
}

void HostGenerator::beginOutputs(VkCommandBuffer command_buffer) {
  vulkan::recordBarrier(*device_, command_buffer, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_WRITE_BIT,
                        vulkan::kComputeStage, VK_ACCESS_SHADER_READ_BIT);
}

void HostGenerator::execute(const GeneratorFrame& frame, const TimelinePoints& points) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({frame, points});
  }
  wake_.notify_one();
}

void HostGenerator::work() {
  std::vector<Job> taken;
  taken.reserve(kJobs);
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    taken.swap(jobs_);  // so that execute() finds memory in any case
    lock.unlock();
    for (const Job& job : taken) run(job);
    taken.clear();
    lock.lock();
  }
}

void HostGenerator::run(const Job& job) {
  const bool packed = waitFor(job.points);
  for (uint32_t layer = 0; layer < layers_; ++layer) {
    if (!packed || !paint(job.frame, layer)) passThrough(job.frame, layer);
  }
  signal(job.points);
}

// False when the inputs will not come: the device is lost, or the generator is going.
bool HostGenerator::waitFor(const TimelinePoints& points) const {
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

void HostGenerator::signal(const TimelinePoints& points) const noexcept {
  VkSemaphoreSignalInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO};
  info.semaphore = points.signal;
  info.value = points.signal_value;
  device_->vk.SignalSemaphore(device_->device, &info);  // fails with a lost device, when nobody waits any more
}

bool HostGenerator::paint(const GeneratorFrame& frame, uint32_t layer) noexcept {
  return executor_->run({frame.width, frame.height, inputs(layer), output(layer, frame.output_index), mapped_});
}

// The frame as it came, for which nothing is allocated: colour lies as the output does.
void HostGenerator::passThrough(const GeneratorFrame& frame, uint32_t layer) noexcept {
  const TensorView& color = inputs(layer)[0].view;
  std::copy_n(mapped_ + color.offset, color.rowBytes() * color.height,
              mapped_ + output(layer, frame.output_index).offset);
}

}  // namespace impasto
