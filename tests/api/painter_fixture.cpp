#include "api/painter_fixture.h"

#include <algorithm>
#include <utility>

#include "pass/composite_reference.h"
#include "pass/fill_constants.h"
#include "reference/reference.h"

namespace impasto::test {

PainterRunner::PainterRunner(const TestDevice& device, const Style& style, const PainterRequest& request,
                             const PainterOptions& options)
    : test_device_(device), request_(request) {
  vulkan::DeviceOptions device_options;
  device_options.api_version = device.options.api_version;
  device_options.half_precision = options.half && device.storage_16bit;
  device_options.synchronization2 = device.options.synchronization2 != TestDeviceOptions::Synchronization2::Off;
  device_options.write_without_format = options.write_without_format;
  device_options.timeline_semaphore = device.options.timeline_semaphore;
  device_ = std::make_unique<vulkan::VulkanDevice>(vkGetInstanceProcAddr, device.instance, device.physical_device,
                                                   device.device, device.queue_family, device_options);
  if (options.max_storage_buffer_range != 0) {
    device_->properties.limits.maxStorageBufferRange = options.max_storage_buffer_range;
  }
  backend_ = std::make_unique<vulkan::VulkanBackend>(*device_);
  pipelines_ = std::make_unique<PassPipelines>(*device_, request.settings);
  painter_ = std::make_unique<Painter>(*device_, *pipelines_, *backend_, style, request);
}

FrameSettings PainterRunner::read(const ImpastoFrame& frame) const {
  const FrameSettings settings = readFrame(request_.settings, request_.width, request_.height, frame);
  painter_->checkFrame(settings);
  return settings;
}

void PainterRunner::paint(const ImpastoFrame& frame, StageTimer* timer) {
  const FrameSettings settings = read(frame);
  test_device_.submit([&](VkCommandBuffer command_buffer) {
    painter_->recordInputs(command_buffer, settings, frame, timer);
    painter_->recordOutputs(command_buffer, settings, frame, timer);
  });
}

void PainterRunner::begin(const ImpastoFrame& frame, bool submit) {
  const FrameSettings settings = read(frame);
  if (submit) {
    test_device_.submit(
        [&](VkCommandBuffer command_buffer) { painter_->recordInputs(command_buffer, settings, frame, nullptr); });
    return;
  }
  VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool_info.queueFamilyIndex = test_device_.queue_family;
  VkCommandPool pool = VK_NULL_HANDLE;
  expectSuccess(vkCreateCommandPool(test_device_.device, &pool_info, nullptr, &pool), "vkCreateCommandPool");
  VkCommandBufferAllocateInfo allocation{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  allocation.commandPool = pool;
  allocation.commandBufferCount = 1;
  VkCommandBuffer command_buffer = VK_NULL_HANDLE;
  expectSuccess(vkAllocateCommandBuffers(test_device_.device, &allocation, &command_buffer),
                "vkAllocateCommandBuffers");
  const VkCommandBufferBeginInfo begin_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  expectSuccess(vkBeginCommandBuffer(command_buffer, &begin_info), "vkBeginCommandBuffer");
  painter_->recordInputs(command_buffer, settings, frame, nullptr);
  expectSuccess(vkEndCommandBuffer(command_buffer), "vkEndCommandBuffer");
  vkDestroyCommandPool(test_device_.device, pool, nullptr);
}

Pixels PassReference::paint(const FrameSettings& frame, const LayerInputs& in, uint32_t layer) {
  const uint32_t width = in.color.width, height = in.color.height;
  const CompositeSettings composite_settings = compositeSettings(settings_, frame);
  const std::vector<float> rgb = in.color.rgb();
  ReferenceInputs inputs;
  inputs.color = seenColor(composite_settings, width, height, rgb.data());
  inputs.exposure = frame.exposure;
  inputs.style_vector.assign(frame.style_vector.begin(), frame.style_vector.begin() + frame.style_vector_length);
  Tensor motion(2, height, width);
  if (!in.depth.rgba.empty()) inputs.depth = Tensor(1, height, width);
  if (!in.normals.rgba.empty()) inputs.normals = Tensor(3, height, width);
  const Matrix3 to_view = settings_.normal_space == NormalSpace::World && !in.normals.rgba.empty()
                              ? rotationOf(frame.cameras[layer].view)
                              : kIdentity3;
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      if (!in.depth.rgba.empty()) {
        inputs.depth.at(0, y, x) = packDepth(in.depth.at(x, y, 0), settings_.depth_encoding, frame.depth);
      }
      if (!in.normals.rgba.empty()) {
        const std::array<float, 3> n =
            packNormal({in.normals.at(x, y, 0), in.normals.at(x, y, 1), in.normals.at(x, y, 2)},
                       settings_.normal_encoding, to_view);
        for (uint32_t c = 0; c < 3; ++c) inputs.normals.at(c, y, x) = n[c];
      }
      for (uint32_t c = 0; c < 2 && !in.motion.rgba.empty(); ++c) motion.at(c, y, x) = in.motion.at(x, y, c);
    }
  }
  history_input_ = Tensor(4, height, width);
  if (const PreviousFrame* previous = history_.previousFor(frame)) {
    history_input_ = reproject(reprojectSettings(settings_, frame, layer, *previous), inputs.color, inputs.depth,
                               motion, painted_, plain_);
  }
  inputs.history = history_input_;

  std::vector<float> mask;
  for (size_t i = 0; i < in.mask.rgba.size(); i += 4) mask.push_back(in.mask.rgba[i]);
  std::vector<float> out(rgb.size());
  const bool painted = frame.controls.strength > 0.0f;
  if (painted) {
    painted_ = runReference(style_, inputs);
    plain_ = keepPlainFrame(inputs.color, inputs.depth);
  }
  composite(composite_settings, rgb.data(), inputs.color, painted ? painted_ : inputs.color,
            mask.empty() ? nullptr : mask.data(), out.data());
  history_.recorded(frame, painted);

  Pixels result = in.color;  // alpha stays
  for (size_t i = 0; i < out.size(); ++i) result.rgba[i / 3 * 4 + i % 3] = out[i];
  return result;
}

}  // namespace impasto::test
