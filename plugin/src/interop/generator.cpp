#include "interop/generator.h"

#include <exception>

#include "base/error.h"
#include "interop/sharing.h"
#include "vulkan/commands.h"

namespace impasto::interop {
namespace {

constexpr const char* kBufferName = "tensors shared with a module";

// The style as the module gets it, and what to make of it.
struct ModuleRequest {
  ModuleRequest(const Style& style, const GeneratorRequest& request) : bytes(writeStyle(style)) {
    info.style = bytes.data();
    info.style_bytes = bytes.size();
    info.width = request.width;
    info.height = request.height;
    info.layers = request.layers;
    info.outputs = request.outputs;
    info.frames_in_flight = request.frames_in_flight;
  }
  ModuleRequest(const ModuleRequest&) = delete;

  std::vector<std::byte> bytes;
  GeneratorInfo info{};
};

VkDeviceSize sharedBytes(const GeneratorLayout& layout, const GeneratorRequest& request) noexcept {
  return (layout.input_bytes + layout.output_bytes * request.outputs) * request.layers;
}

void checkLayout(const vulkan::VulkanDevice& device, const GeneratorLayout& layout) {
  if (layout.element_bytes == device.bytesPerElement()) return;
  throw Error(ErrorCode::Unsupported, "this backend's tensors are fp" + std::to_string(layout.element_bytes * 8) +
                                          (device.half_precision ? ", the context's fp16"
                                                                 : ", the context's fp32: see half_precision"));
}

TensorView viewOf(const GeneratorLayout& layout, const SharedTensor& tensor, VkBuffer buffer, VkDeviceSize first) {
  TensorView view;
  view.buffer = buffer;
  view.offset = first + tensor.offset;
  view.width = tensor.width;
  view.height = tensor.height;
  view.channels = tensor.channels;
  view.row_quads = tensor.row_quads;
  view.quad = tensor.quad;
  view.element_bytes = layout.element_bytes;
  return view;
}

}  // namespace

Interop::Interop(const vulkan::VulkanDevice& device_, const std::string& name, const std::vector<std::string>& folders,
                 const Logger& logger_, std::chrono::milliseconds limit)
    : device(device_),
      module(name, folders, deviceUuid(device_.vk, device_.physical_device)),
      timelines(device_, module),
      logger(logger_),
      watch(device_, logger_, limit) {}

void InteropGenerator::Parts::release() noexcept {
  if (!abandoned) {
    if (generator != nullptr) module_.functions().destroy_generator(generator);
    if (memory != nullptr) module_.functions().free_memory(module_.get(), memory);
  }
  generator = nullptr;
  memory = nullptr;
}

MemoryUse InteropGenerator::predictMemory(const Interop& interop, const Style& style,
                                          const GeneratorRequest& request) {
  const ModuleRequest asked(style, request);
  GeneratorLayout layout{};
  Message message{};
  checkModule(interop.module.functions().measure(interop.module.get(), &asked.info, &layout, &message), message,
              interop.module.name());
  checkLayout(interop.device, layout);
  return {vulkan::memoryOf(interop.device, sharedBytes(layout, request), kSharedUsage, kBufferName) + layout.own_bytes,
          0};
}

InteropGenerator::InteropGenerator(Interop& interop, const Style& style, const GeneratorRequest& request)
    : interop_(&interop),
      listener_(request.listener),
      layers_(request.layers),
      outputs_(request.outputs),
      parts_(interop.module) {
  const ModuleFunctions& functions = interop.module.functions();
  const std::string& name = interop.module.name();
  const vulkan::VulkanDevice& device = interop.device;
  Message message{};
  const ModuleRequest asked(style, request);
  checkModule(functions.create_generator(interop.module.get(), &asked.info, &parts_.generator, &layout_, &message),
              message, name);
  checkLayout(device, layout_);

  buffer_ = vulkan::Buffer(device, sharedBytes(layout_, request), kSharedUsage, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0,
                           kBufferName, kMemoryHandle);
  VkMemoryGetFdInfoKHR export_info{VK_STRUCTURE_TYPE_MEMORY_GET_FD_INFO_KHR};
  export_info.memory = buffer_.memory();
  export_info.handleType = kMemoryHandle;
  int descriptor = -1;
  vulkan::check(device.vk.GetMemoryFdKHR(device.device, &export_info, &descriptor), "vkGetMemoryFdKHR");
  parts_.memory = interop.module.importMemory(descriptor, buffer_.allocatedBytes());

  first_output_ = layout_.input_bytes * layers_;
  const SharedRooms rooms = {parts_.memory, 0, layout_.input_bytes, first_output_, layout_.output_bytes};
  checkModule(functions.bind(parts_.generator, &rooms, &message), message, name);
  for (uint32_t layer = 0; layer < layers_; ++layer) {
    for (const SharedTensor& tensor : std::span(layout_.inputs).first(layout_.input_count)) {
      inputs_.push_back({static_cast<InputKind>(tensor.kind),
                         viewOf(layout_, tensor, buffer_.get(), layer * layout_.input_bytes)});
    }
  }
  interop.timelines.addUser();
}

InteropGenerator::~InteropGenerator() {
  interop_->watch.leave(*this);
  parts_.release();  // whose stream may still wait for a point of a frame that failed
  interop_->timelines.removeUser();
}

std::span<const Generator::Input> InteropGenerator::inputs(uint32_t layer) const noexcept {
  return std::span(inputs_).subspan(size_t{layer} * layout_.input_count, layout_.input_count);
}

TensorView InteropGenerator::output(uint32_t layer, uint32_t output_index) const noexcept {
  const VkDeviceSize index = VkDeviceSize{layer} * outputs_ + output_index;
  return viewOf(layout_, layout_.output, buffer_.get(), first_output_ + index * layout_.output_bytes);
}

MemoryUse InteropGenerator::memoryUse() const noexcept { return {buffer_.allocatedBytes() + layout_.own_bytes, 0}; }

// Ownership of the buffer, and with it what was written: by the pass before, by the module after.
void InteropGenerator::moveBuffer(VkCommandBuffer command_buffer, bool to_the_module) const noexcept {
  const vulkan::VulkanDevice& device = interop_->device;
  vulkan::BufferTransfer transfer;
  transfer.buffer = buffer_.get();
  transfer.from_family = to_the_module ? device.queue_family : VK_QUEUE_FAMILY_EXTERNAL;
  transfer.to_family = to_the_module ? VK_QUEUE_FAMILY_EXTERNAL : device.queue_family;
  transfer.stages = vulkan::kComputeStage;
  if (to_the_module) {
    transfer.source_access = VK_ACCESS_SHADER_WRITE_BIT;
  } else {
    transfer.destination_access = vulkan::kShaderReadWrite;
  }
  vulkan::recordTransfer(device, command_buffer, transfer);
}

void InteropGenerator::beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame&, uint32_t layer) {
  if (layer > 0) return;  // each layer has inputs of its own
  if (outside_) moveBuffer(command_buffer, false);  // of a frame that was given up
  outside_ = false;
  // Composites of earlier frames have read, and with history their outputs are read again.
  vulkan::recordBarrier(interop_->device, command_buffer, vulkan::kComputeStage, VK_ACCESS_SHADER_WRITE_BIT,
                        vulkan::kComputeStage, vulkan::kShaderReadWrite);
}

void InteropGenerator::endLayer(VkCommandBuffer command_buffer, const GeneratorFrame&, uint32_t layer) {
  if (layer + 1 < layers_) return;
  moveBuffer(command_buffer, true);
  outside_ = true;
}

void InteropGenerator::beginOutputs(VkCommandBuffer command_buffer) {
  moveBuffer(command_buffer, false);
  outside_ = false;
  // Constants that the host has changed because the frame is not painted (passThrough()).
  vulkan::recordBarrier(interop_->device, command_buffer, VK_PIPELINE_STAGE_HOST_BIT, VK_ACCESS_HOST_WRITE_BIT,
                        vulkan::kComputeStage, VK_ACCESS_UNIFORM_READ_BIT);
}

void InteropGenerator::execute(const GeneratorFrame& frame, const TimelinePoints& points) {
  if (points.wait == points.signal) {
    throw Error(ErrorCode::InvalidArgument,
                "info->wait_semaphore and info->signal_semaphore are one: this backend needs two, with one writer each");
  }
  const bool taken = handOver(frame, points);
  if (!taken) passThrough(frame.slot);
  interop_->watch.add(*this, frames_, frame.slot, points, !taken);
}

// False, and the log has why, where the module does not take the frame.
bool InteropGenerator::handOver(const GeneratorFrame& frame, const TimelinePoints& points) noexcept {
  ++frames_;
  if (parts_.abandoned) return false;
  try {
    FrameInfo info{};
    info.frame = frames_;
    info.slot = frame.slot;
    info.width = frame.width;
    info.height = frame.height;
    info.output_index = frame.output_index;
    info.wait = {interop_->timelines.get(points.wait), points.wait_value};
    info.signal = {interop_->timelines.get(points.signal), points.signal_value};
    Message message{};
    checkModule(interop_->module.functions().run(parts_.generator, &info, &message), message, interop_->module.name());
    return true;
  } catch (const std::exception& error) {
    if (!told_.exchange(true)) {
      interop_->logger.log(IMPASTO_LOG_WARNING,
                           (std::string("a frame stays unpainted: ") + error.what()).c_str());
    }
    return false;
  }
}

bool InteropGenerator::hasFailed(uint64_t frame, std::string& why) noexcept {
  Message message{};
  if (interop_->module.functions().check(parts_.generator, frame, &message) == Status::Ok) return false;
  if (!told_.exchange(true)) why = "a frame stays unpainted: " + interop_->module.name() + ": " + message.text;
  return true;
}

void InteropGenerator::abandon() noexcept {
  parts_.abandoned = true;
  interop_->module.abandon();
}

void InteropGenerator::passThrough(uint32_t slot) noexcept {
  if (listener_ != nullptr) listener_->frameFailed(slot);
}

}  // namespace impasto::interop
