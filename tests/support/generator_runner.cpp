#include "support/generator_runner.h"

#include <algorithm>
#include <chrono>

#include "base/half.h"
#include "support/frame_input.h"

namespace impasto::test {
namespace {

uint32_t quadsOf(const TensorView& view) { return (view.channels + 3) / 4; }
size_t elementsOf(const TensorView& view) { return size_t{view.height} * quadsOf(view) * view.width * 4; }

// Copies between a tensor and a buffer that holds only its own quads: row by row, as the rows may be shared.
std::vector<VkBufferCopy> rowCopies(const TensorView& view, bool to_tensor) {
  std::vector<VkBufferCopy> copies;
  for (uint32_t y = 0; y < view.height; ++y) {
    const VkDeviceSize quad_row = VkDeviceSize{view.width} * 4 * view.element_bytes;
    const VkDeviceSize own = VkDeviceSize{y} * quadsOf(view) * quad_row;
    const VkDeviceSize shared = view.offset + (VkDeviceSize{y} * view.row_quads + view.quad) * quad_row;
    copies.push_back(to_tensor ? VkBufferCopy{own, shared, quadsOf(view) * quad_row}
                               : VkBufferCopy{shared, own, quadsOf(view) * quad_row});
  }
  return copies;
}

void setElement(const HostBuffer& buffer, size_t i, float value, bool half) {
  if (half) {
    buffer.as<uint16_t>()[i] = halfFromFloat(value);
  } else {
    buffer.as<float>()[i] = value;
  }
}

// What the pass's pack shader does: the frame's aligned extent, edge-clamped; padding channels zero. The rest of a tensor
// that was made for a larger frame holds what nobody should read.
void pack(const HostBuffer& buffer, const TensorView& view, const Tensor& frame, uint32_t width, uint32_t height) {
  for (uint32_t y = 0; y < view.height; ++y) {
    for (uint32_t c = 0; c < quadsOf(view) * 4; ++c) {
      for (uint32_t x = 0; x < view.width; ++x) {
        float value = x < width && y < height ? 0.0f : 3e4f;
        if (value == 0.0f && c < frame.channels) {
          value = frame.at(c, std::min(y, frame.height - 1), std::min(x, frame.width - 1));
        }
        setElement(buffer, ((size_t{y} * quadsOf(view) + c / 4) * view.width + x) * 4 + c % 4, value,
                   view.element_bytes == 2);
      }
    }
  }
}

void barrier(VkCommandBuffer command_buffer) {
  VkMemoryBarrier memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  memory.srcAccessMask = VK_ACCESS_MEMORY_WRITE_BIT;
  memory.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
  vkCmdPipelineBarrier(command_buffer, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, VK_PIPELINE_STAGE_ALL_COMMANDS_BIT, 0, 1,
                       &memory, 0, nullptr, 0, nullptr);
}

}  // namespace

std::unique_ptr<vulkan::VulkanDevice> makeVulkanDevice(const TestDevice& device, bool half_precision) {
  return std::make_unique<vulkan::VulkanDevice>(
      vkGetInstanceProcAddr, device.instance, device.physical_device, device.device, device.queue_family,
      vulkan::DeviceOptions{
          .api_version = device.options.api_version,
          .half_precision = half_precision,
          .synchronization2 = device.options.synchronization2 != TestDeviceOptions::Synchronization2::Off,
          .write_without_format = device.options.write_without_format,
          .timeline_semaphore = device.options.timeline_semaphore,
          .cooperative_matrix = device.cooperative_matrix,
          .subgroup_size_control = device.cooperative_matrix,
          .debug_utils = device.validation});
}

GeneratorRunner::GeneratorRunner(const TestDevice& test_device, const vulkan::VulkanDevice& device, const Style& style,
                                 uint32_t width, uint32_t height)
    : test_device_(test_device),
      style_(style),
      scratch_(device),
      generator_(device, scratch_, style, {width, height, 1, 1, 1}) {}

Tensor GeneratorRunner::run(const ReferenceInputs& inputs, int frames) {
  const uint32_t alignment = generator_.alignment();
  const auto align = [&](uint32_t n) { return (n + alignment - 1) / alignment * alignment; };
  const uint32_t width = align(inputs.color.width), height = align(inputs.color.height);
  std::vector<std::unique_ptr<HostBuffer>> packed;
  for (const auto& input : generator_.inputs(0)) {
    packed.push_back(std::make_unique<HostBuffer>(test_device_, elementsOf(input.view) * input.view.element_bytes,
                                                  VK_BUFFER_USAGE_TRANSFER_SRC_BIT));
    const bool global = input.kind == InputKind::Style || input.kind == InputKind::Exposure;
    pack(*packed.back(), input.view, frameInput(inputs, style_, input.kind), global ? 1 : width, global ? 1 : height);
  }
  const TensorView output = generator_.output(0, 0);
  const HostBuffer result(test_device_, elementsOf(output) * output.element_bytes, VK_BUFFER_USAGE_TRANSFER_DST_BIT);

  const auto start = std::chrono::steady_clock::now();
  test_device_.submit([&](VkCommandBuffer command_buffer) {
    const GeneratorFrame generator_frame{0, inputs.color.width, inputs.color.height, 0};
    for (int frame = 0; frame < frames; ++frame) {
      generator_.beginLayer(command_buffer, generator_frame, 0);
      barrier(command_buffer);
      for (size_t i = 0; i < packed.size(); ++i) {
        const TensorView& view = generator_.inputs(0)[i].view;
        const std::vector<VkBufferCopy> copies = rowCopies(view, true);
        vkCmdCopyBuffer(command_buffer, packed[i]->get(), view.buffer, static_cast<uint32_t>(copies.size()),
                        copies.data());
      }
      barrier(command_buffer);
      generator_.endLayer(command_buffer, generator_frame, 0);
      barrier(command_buffer);
    }
    const std::vector<VkBufferCopy> copies = rowCopies(output, false);
    vkCmdCopyBuffer(command_buffer, output.buffer, result.get(), static_cast<uint32_t>(copies.size()), copies.data());
    barrier(command_buffer);
  });
  last_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  Tensor frame(3, inputs.color.height, inputs.color.width);
  for (uint32_t c = 0; c < 3; ++c) {
    for (uint32_t y = 0; y < frame.height; ++y) {
      for (uint32_t x = 0; x < frame.width; ++x) {
        const size_t i = (size_t{y} * output.width + x) * 4 + c;
        frame.at(c, y, x) = output.element_bytes == 2 ? floatFromHalf(result.as<uint16_t>()[i]) : result.as<float>()[i];
      }
    }
  }
  return frame;
}

}  // namespace impasto::test
