#include "support/generator_runner.h"

#include <algorithm>
#include <chrono>

#include "base/half.h"

namespace impasto::test {
namespace {

using vulkan::TensorView;

uint32_t quadsOf(const TensorView& view) { return (view.channels + 3) / 4; }
size_t elementsOf(const TensorView& view) { return size_t{view.height} * quadsOf(view) * view.width * 4; }

// Copies between a tensor and a buffer that holds only its own quads: row by row, as the rows may be shared.
std::vector<VkBufferCopy> rowCopies(const TensorView& view, VkDeviceSize element_bytes, bool to_tensor) {
  std::vector<VkBufferCopy> copies;
  for (uint32_t y = 0; y < view.height; ++y) {
    const VkDeviceSize quad_row = VkDeviceSize{view.width} * 4 * element_bytes;
    const VkDeviceSize own = VkDeviceSize{y} * quadsOf(view) * quad_row;
    const VkDeviceSize shared = view.offset + (VkDeviceSize{y} * view.row_quads + view.quad) * quad_row;
    copies.push_back(to_tensor ? VkBufferCopy{own, shared, quadsOf(view) * quad_row}
                               : VkBufferCopy{shared, own, quadsOf(view) * quad_row});
  }
  return copies;
}

const Tensor& inputOf(const ReferenceInputs& inputs, InputKind kind) {
  switch (kind) {
    case InputKind::Depth:
      return inputs.depth;
    case InputKind::Normals:
      return inputs.normals;
    case InputKind::History:
      return inputs.history;
    case InputKind::Color:
    case InputKind::Style:
    case InputKind::Exposure:
      break;  // the last two are refused by the backend
  }
  return inputs.color;
}

void setElement(const HostBuffer& buffer, size_t i, float value, bool half) {
  if (half) {
    buffer.as<uint16_t>()[i] = halfFromFloat(value);
  } else {
    buffer.as<float>()[i] = value;
  }
}

// What the pass's pack shader does: the aligned extent, edge-clamped; padding channels zero.
void pack(const HostBuffer& buffer, const TensorView& view, const Tensor& frame, bool half) {
  for (uint32_t y = 0; y < view.height; ++y) {
    for (uint32_t c = 0; c < quadsOf(view) * 4; ++c) {
      for (uint32_t x = 0; x < view.width; ++x) {
        const float value =
            c < frame.channels ? frame.at(c, std::min(y, frame.height - 1), std::min(x, frame.width - 1)) : 0.0f;
        setElement(buffer, ((size_t{y} * quadsOf(view) + c / 4) * view.width + x) * 4 + c % 4, value, half);
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
  return std::make_unique<vulkan::VulkanDevice>(vkGetInstanceProcAddr, device.instance, device.physical_device,
                                                device.device, device.queue_family, half_precision, VK_NULL_HANDLE);
}

GeneratorRunner::GeneratorRunner(const TestDevice& test_device, const vulkan::VulkanDevice& device, const Style& style,
                                 uint32_t width, uint32_t height)
    : test_device_(test_device), device_(device), generator_(device, style, width, height) {}

Tensor GeneratorRunner::run(const ReferenceInputs& inputs, int frames) {
  const bool half = device_.half_precision;
  const VkDeviceSize element_bytes = device_.bytesPerElement();
  std::vector<std::unique_ptr<HostBuffer>> packed;
  for (const auto& input : generator_.inputs()) {
    packed.push_back(std::make_unique<HostBuffer>(test_device_, elementsOf(input.view) * element_bytes,
                                                  VK_BUFFER_USAGE_TRANSFER_SRC_BIT));
    pack(*packed.back(), input.view, inputOf(inputs, input.kind), half);
  }
  const TensorView& output = generator_.output();
  const HostBuffer result(test_device_, elementsOf(output) * element_bytes, VK_BUFFER_USAGE_TRANSFER_DST_BIT);

  const auto start = std::chrono::steady_clock::now();
  test_device_.submit([&](VkCommandBuffer command_buffer) {
    for (int frame = 0; frame < frames; ++frame) {
      generator_.beginFrame(command_buffer);
      barrier(command_buffer);
      for (size_t i = 0; i < packed.size(); ++i) {
        const TensorView& view = generator_.inputs()[i].view;
        const std::vector<VkBufferCopy> copies = rowCopies(view, element_bytes, true);
        vkCmdCopyBuffer(command_buffer, packed[i]->get(), view.buffer, static_cast<uint32_t>(copies.size()),
                        copies.data());
      }
      barrier(command_buffer);
      generator_.record(command_buffer);
      barrier(command_buffer);
    }
    const std::vector<VkBufferCopy> copies = rowCopies(output, element_bytes, false);
    vkCmdCopyBuffer(command_buffer, output.buffer, result.get(), static_cast<uint32_t>(copies.size()), copies.data());
    barrier(command_buffer);
  });
  last_seconds_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  Tensor frame(3, generator_.height(), generator_.width());
  for (uint32_t c = 0; c < 3; ++c) {
    for (uint32_t y = 0; y < frame.height; ++y) {
      for (uint32_t x = 0; x < frame.width; ++x) {
        const size_t i = (size_t{y} * output.width + x) * 4 + c;
        frame.at(c, y, x) = half ? floatFromHalf(result.as<uint16_t>()[i]) : result.as<float>()[i];
      }
    }
  }
  return frame;
}

}  // namespace impasto::test
