#include "common/block_painter.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <functional>
#include <optional>
#include <vector>

#include "common/error.h"
#include "common/execution.h"
#include "common/scene_pass.h"
#include "media/image.h"
#include "renderer/resources.h"

namespace impasto::app {
namespace {

using render::check;

constexpr uint64_t kMaxVulkanPixels = 4096 * 4096;      // keeps a submission short enough for the display's watchdog
constexpr uint64_t kMaxHostPixels = 1024 * 1024;   // keeps fp32 tensors within a few hundred MB
constexpr uint64_t kCpuBytesPerPixel = 160;             // of the CPU backend's tensors, which the pass does not count
constexpr uint64_t kWaitNanoseconds = 900'000'000'000;  // for one block: lavapipe needs minutes for the largest

constexpr render::Access kCopyWrite{VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT};
constexpr render::Access kCopyRead{VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_READ_BIT};
constexpr render::Access kShaderRead{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT};
constexpr render::Access kShaderWrite{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT};

// Bytes that can be had without swapping; a lot if that cannot be told.
uint64_t availableHostMemory() {
  std::ifstream file("/proc/meminfo");
  for (std::string key; file >> key;) {
    uint64_t kilobytes = 0;
    if (key == "MemAvailable:" && file >> kilobytes) return kilobytes * 1024;
  }
  return UINT64_MAX;
}

class PassPainter final : public BlockPainter {
 public:
  PassPainter(ImpastoStyle style, const std::vector<float>& style_vector, ImpastoBackend backend, bool validation)
      : style_(style), style_vector_(style_vector) {
    render::DeviceOptions options;
    options.application_name = "impasto-apply";
    options.validation = validation;
    painting_ = createPaintingDevice(options, {backend, true});
    context_ = createContext(painting_);
    execution_.emplace(painting_, context_.get());
    const VkDevice device = painting_.device->handle();
    VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool_info.flags = VK_COMMAND_POOL_CREATE_TRANSIENT_BIT;
    pool_info.queueFamilyIndex = painting_.device->queueFamily();
    VkCommandPool pool = VK_NULL_HANDLE;
    check(vkCreateCommandPool(device, &pool_info, nullptr, &pool), "vkCreateCommandPool");
    pool_ = {device, pool};
    VkCommandBufferAllocateInfo commands_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    commands_info.commandPool = pool;
    commands_info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    commands_info.commandBufferCount = 1;
    check(vkAllocateCommandBuffers(device, &commands_info, &commands_), "vkAllocateCommandBuffers");
    VkFenceCreateInfo fence_info{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    VkFence fence = VK_NULL_HANDLE;
    check(vkCreateFence(device, &fence_info, nullptr, &fence), "vkCreateFence");
    fence_ = {device, fence};
  }

  ~PassPainter() override { vkDeviceWaitIdle(painting_.device->handle()); }

  bool prepare(uint32_t width, uint32_t height, BlockFormat format, std::string& why) override {
    if (pass_ && image_.width == width && image_.height == height && format == format_) return true;
    if (format != format_) pass_.reset();
    format_ = format;
    const uint32_t limit = painting_.device->properties().limits.maxImageDimension2D;
    if (uint64_t{width} * height > kMaxVulkanPixels || std::max(width, height) > limit) {
      why = "more pixels than are painted at once";
      return false;
    }
    image_ = {};
    staging_ = {};
    if (!preparePass(width, height, why)) {
      pass_.reset();
      return false;
    }
    try {
      image_ = render::createImage(*painting_.device, "picture",
                                   {.format = vulkanFormat(),
                                    .width = width,
                                    .height = height,
                                    .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT |
                                             VK_IMAGE_USAGE_TRANSFER_SRC_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT});
      staging_ = render::createBuffer(*painting_.device, "staging", VkDeviceSize{width} * height * pixelBytes(format),
                                      VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                      render::MemoryKind::Host);
    } catch (const render::Error& error) {
      why = error.what();
      image_ = {};
      staging_ = {};
      pass_.reset();
      return false;
    }
    return true;
  }

  void paint(void* pixels, const ImpastoControls& controls) override {
    const size_t bytes = size_t{image_.width} * image_.height * pixelBytes(format_);
    std::memcpy(staging_.mapped, pixels, bytes);
    const ImpastoFrame frame = makeFrame(controls);
    if (execution_->inCommandBuffer()) {
      submit([&] {
        recordUpload();
        recordPainting(pass_.get(), commands_, frame);
        recordDownload();
      });
    } else {
      submit([&] {
        recordUpload();
        checkImpasto(impastoCmdRecordInputs(pass_.get(), commands_, &frame), "the painting pass");
      });
      execution_->run(pass_.get(), 0);
      submit([&] {
        checkImpasto(impastoCmdRecordOutputs(pass_.get(), commands_, &frame), "the painting pass");
        recordDownload();
      });
    }
    std::memcpy(pixels, staging_.mapped, bytes);
    const auto& messages = painting_.device->validationMessages();
    if (!messages.empty()) throw Error("Vulkan validation: " + messages.front());
  }

  std::string description() const override {
    return nameOf(execution_->backend()) + " (" + painting_.device->properties().deviceName + ")";
  }

 private:
  VkFormat vulkanFormat() const {
    return format_ == BlockFormat::Rgba8 ? VK_FORMAT_R8G8B8A8_UNORM : VK_FORMAT_R32G32B32A32_SFLOAT;
  }

  bool preparePass(uint32_t width, uint32_t height, std::string& why) {
    ImpastoResult result = IMPASTO_SUCCESS;
    if (pass_) {
      result = impastoPassResize(pass_.get(), width, height);
    } else {
      ImpastoPassInfo info{};
      info.size = sizeof info;
      info.context = context_.get();
      info.style = style_;
      info.width = width;
      info.height = height;
      info.input_format = info.output_format = vulkanFormat();
      info.input_encoding = info.output_encoding =
          format_ == BlockFormat::RgbaLinear ? IMPASTO_COLOR_ENCODING_LINEAR : IMPASTO_COLOR_ENCODING_SRGB;
      info.frames_in_flight = 1;
      ImpastoPass pass = nullptr;
      result = impastoCreatePass(&info, &pass);
      pass_.reset(pass);
    }
    if (result == IMPASTO_ERROR_OUT_OF_MEMORY || result == IMPASTO_ERROR_UNSUPPORTED) {
      why = impastoGetLastError();
      return false;
    }
    checkImpasto(result, "the painting pass");
    uint64_t pass_bytes = 0;
    checkImpasto(impastoPassGetMemoryUsage(pass_.get(), &pass_bytes), "the painting pass");
    // Devices that live in the host's memory hand out more than there is.
    const bool shares_host_memory = painting_.device->properties().deviceType != VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU;
    uint64_t needed = pass_bytes + uint64_t{width} * height * pixelBytes(format_) * 2;
    if (execution_->backend() == IMPASTO_BACKEND_CPU) needed += uint64_t{width} * height * kCpuBytesPerPixel;
    if (shares_host_memory && needed > availableHostMemory() / 4 * 3) {
      why = std::to_string(needed / 1'000'000) + " MB of memory are needed";
      return false;
    }
    return true;
  }

  ImpastoFrame makeFrame(const ImpastoControls& controls) const {
    ImpastoFrame frame{};
    frame.size = sizeof frame;
    frame.color = {image_.handle.get(), image_.view.get(), VK_IMAGE_LAYOUT_GENERAL};
    frame.output = frame.color;  // in place
    frame.controls = &controls;
    frame.style_vector_length = static_cast<uint32_t>(style_vector_.size());
    frame.style_vector = style_vector_.empty() ? nullptr : style_vector_.data();
    frame.reset = VK_TRUE;
    return frame;
  }

  VkBufferImageCopy wholeImage() const {
    VkBufferImageCopy region{};
    region.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
    region.imageExtent = {image_.width, image_.height, 1};
    return region;
  }

  void recordUpload() {
    const VkBufferImageCopy region = wholeImage();
    render::recordBarriers(commands_, {render::imageBarrier(image_, {}, VK_IMAGE_LAYOUT_UNDEFINED, kCopyWrite,
                                                            VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
    vkCmdCopyBufferToImage(commands_, staging_.handle.get(), image_.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                           1, &region);
    render::recordBarriers(commands_, {render::imageBarrier(image_, kCopyWrite, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL,
                                                            kShaderRead, VK_IMAGE_LAYOUT_GENERAL)});
  }

  void recordDownload() {
    const VkBufferImageCopy region = wholeImage();
    render::recordBarriers(commands_, {render::imageBarrier(image_, kShaderWrite, VK_IMAGE_LAYOUT_GENERAL, kCopyRead,
                                                            VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL)});
    recordMemoryBarrier(kCopyRead, kCopyWrite);  // the staging buffer was read before it is written
    vkCmdCopyImageToBuffer(commands_, image_.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_SRC_OPTIMAL, staging_.handle.get(),
                           1, &region);
    recordMemoryBarrier(kCopyWrite, {VK_PIPELINE_STAGE_2_HOST_BIT, VK_ACCESS_2_HOST_READ_BIT});
  }

  void recordMemoryBarrier(render::Access from, render::Access to) {
    VkMemoryBarrier2 barrier{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
    barrier.srcStageMask = from.stages;
    barrier.srcAccessMask = from.access;
    barrier.dstStageMask = to.stages;
    barrier.dstAccessMask = to.access;
    VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
    dependency.memoryBarrierCount = 1;
    dependency.pMemoryBarriers = &barrier;
    vkCmdPipelineBarrier2(commands_, &dependency);
  }

  // Records commands, and waits until they have run.
  void submit(const std::function<void()>& record) {
    const VkDevice device = painting_.device->handle();
    check(vkResetCommandPool(device, pool_.get(), 0), "vkResetCommandPool");
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    check(vkBeginCommandBuffer(commands_, &begin), "vkBeginCommandBuffer");
    record();
    check(vkEndCommandBuffer(commands_), "vkEndCommandBuffer");
    VkCommandBufferSubmitInfo buffer_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
    buffer_info.commandBuffer = commands_;
    VkSubmitInfo2 submit_info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
    submit_info.commandBufferInfoCount = 1;
    submit_info.pCommandBufferInfos = &buffer_info;
    const VkFence fence = fence_.get();
    check(vkResetFences(device, 1, &fence), "vkResetFences");
    check(vkQueueSubmit2(painting_.device->queue(), 1, &submit_info, fence), "vkQueueSubmit2");
    const VkResult result = vkWaitForFences(device, 1, &fence, VK_TRUE, kWaitNanoseconds);
    if (result == VK_TIMEOUT) throw Error(description() + ": the device did not finish within 15 minutes");
    check(result, "painting");
  }

  ImpastoStyle style_;
  std::vector<float> style_vector_;
  BlockFormat format_ = BlockFormat::Rgba8;
  PaintingDevice painting_;
  UniqueContext context_;
  std::optional<Execution> execution_;
  UniquePass pass_;
  render::UniqueCommandPool pool_;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  render::Unique<VkFence, vkDestroyFence> fence_;
  render::Image image_;
  render::Buffer staging_;
};

class HostPainter final : public BlockPainter {
 public:
  HostPainter(ImpastoStyle style, const std::vector<float>& style_vector, ImpastoBackend backend)
      : style_(style), style_vector_(style_vector), backend_(backend) {
    float pixel[3] = {};  // says now whether it can be done
    ImpastoHostImage image = hostImage(1, 1, pixel);
    checkImpasto(impastoPaintHostImage(style_, &image), "painting without Vulkan");
  }

  bool prepare(uint32_t width, uint32_t height, BlockFormat format, std::string& why) override {
    if (uint64_t{width} * height > kMaxHostPixels) {
      why = "more pixels than are painted at once";
      return false;
    }
    width_ = width;
    height_ = height;
    format_ = format;
    return true;
  }

  void paint(void* pixels, const ImpastoControls& controls) override {
    const size_t count = size_t{width_} * height_;
    std::vector<float> color(count * 3), white(format_ == BlockFormat::RgbaLinear ? count : 0);
    for (size_t i = 0; i < count; ++i) load(pixels, i, color.data() + i * 3, white);
    ImpastoHostImage image = hostImage(width_, height_, color.data());
    image.controls = &controls;
    checkImpasto(impastoPaintHostImage(style_, &image), "painting without Vulkan");
    for (size_t i = 0; i < count; ++i) store(color.data() + i * 3, i, pixels, white);
  }

  std::string description() const override { return nameOf(backend_) + " (processor)"; }

 private:
  ImpastoHostImage hostImage(uint32_t width, uint32_t height, float* color) const {
    ImpastoHostImage image{};
    image.size = sizeof image;
    image.width = width;
    image.height = height;
    image.color = image.output = color;
    image.style_vector_length = static_cast<uint32_t>(style_vector_.size());
    image.style_vector = style_vector_.empty() ? nullptr : style_vector_.data();
    image.backend = backend_;
    return image;
  }

  // Of linear light, a pixel brighter than display white is divided by its largest component, as the pass does.
  void load(const void* pixels, size_t i, float* color, std::vector<float>& white) const {
    if (format_ == BlockFormat::Rgba8) {
      const uint8_t* rgba = static_cast<const uint8_t*>(pixels) + i * 4;
      for (size_t c = 0; c < 3; ++c) color[c] = static_cast<float>(rgba[c]) / 255;
      return;
    }
    const float* rgba = static_cast<const float*>(pixels) + i * 4;
    std::copy_n(rgba, 3, color);
    if (format_ == BlockFormat::RgbaLinear) {
      white[i] = std::max({1.0f, color[0], color[1], color[2]});
      for (size_t c = 0; c < 3; ++c) color[c] = media::srgbFromLinear(color[c] / white[i]);
    }
    for (size_t c = 0; c < 3; ++c) color[c] = color[c] > 0 ? std::min(color[c], 1.0f) : 0.0f;  // NaN becomes 0
  }

  void store(const float* color, size_t i, void* pixels, const std::vector<float>& white) const {
    if (format_ == BlockFormat::Rgba8) {
      uint8_t* rgba = static_cast<uint8_t*>(pixels) + i * 4;
      for (size_t c = 0; c < 3; ++c) rgba[c] = static_cast<uint8_t>(std::clamp(color[c], 0.0f, 1.0f) * 255 + 0.5f);
      return;
    }
    float* rgba = static_cast<float*>(pixels) + i * 4;
    std::copy_n(color, 3, rgba);
    if (format_ != BlockFormat::RgbaLinear) return;
    for (size_t c = 0; c < 3; ++c) rgba[c] = media::linearFromSrgb(color[c]) * white[i];
  }

  ImpastoStyle style_;
  std::vector<float> style_vector_;
  ImpastoBackend backend_;
  uint32_t width_ = 0, height_ = 0;
  BlockFormat format_ = BlockFormat::Rgba8;
};

}  // namespace

std::unique_ptr<BlockPainter> createPassPainter(ImpastoStyle style, const std::vector<float>& style_vector,
                                                ImpastoBackend backend, bool validation) {
  return std::make_unique<PassPainter>(style, style_vector, backend, validation);
}

std::unique_ptr<BlockPainter> createHostPainter(ImpastoStyle style, const std::vector<float>& style_vector,
                                                ImpastoBackend backend) {
  return std::make_unique<HostPainter>(style, style_vector, backend);
}

}  // namespace impasto::app
