// The least that a Vulkan program does to be painted by any backend, also by those that run outside of its command buffers:
// a frame is two submissions, with a point of a timeline semaphore for each direction between them. Paints an image over and
// over, without waiting in between, and writes it as a PPM file.
//   impasto-timeline-host STYLE.safetensors OUT.ppm [auto|vulkan|cuda|reference|cpu]
//
// What every host does is in docs/integration.md in full; of that this one takes the device, the context and the semaphores
// from samples/common/impasto_device.cpp, where the rest of what such backends need is: requirements with `timeline_points`,
// the extensions that they name, and semaphores that can be exported where another API waits for them.
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include "common/error.h"
#include "common/execution.h"
#include "common/impasto_device.h"
#include "renderer/resources.h"

namespace impasto::app {
namespace {

constexpr uint32_t kWidth = 128, kHeight = 72, kSlots = 2;
constexpr uint64_t kFrames = 6, kWaitNanoseconds = 60'000'000'000;
constexpr render::Access kEverything{VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_2_HOST_BIT,
                                     VK_ACCESS_2_MEMORY_READ_BIT | VK_ACCESS_2_MEMORY_WRITE_BIT};

void submit(const render::Device& device, VkCommandBuffer commands, VkSemaphore wait, uint64_t wait_value,
            VkSemaphore signal, uint64_t signal_value) {
  render::check(vkEndCommandBuffer(commands), "vkEndCommandBuffer");
  const VkCommandBufferSubmitInfo buffer = {VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO, nullptr, commands};
  // A wait at the compute stage or at all, for the composite is a compute shader.
  const VkSemaphoreSubmitInfo waits = {VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO, nullptr, wait, wait_value,
                                       VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
  const VkSemaphoreSubmitInfo signals = {VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO, nullptr, signal, signal_value,
                                         VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT};
  VkSubmitInfo2 info = {VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
  info.waitSemaphoreInfoCount = wait != VK_NULL_HANDLE ? 1 : 0;
  info.pWaitSemaphoreInfos = &waits;
  info.commandBufferInfoCount = 1;
  info.pCommandBufferInfos = &buffer;
  info.signalSemaphoreInfoCount = 1;
  info.pSignalSemaphoreInfos = &signals;
  render::check(vkQueueSubmit2(device.queue(), 1, &info, VK_NULL_HANDLE), "vkQueueSubmit2");
}

void run(const std::string& style_path, const std::string& out_path, ImpastoBackend backend) {
  const PaintingDevice painting = createPaintingDevice({}, {.backend = backend, .timeline_points = true});
  const render::Device& device = *painting.device;
  const UniqueContext context = createContext(painting);
  // Semaphores outlive the pass. Each has one writer: the queue, Impasto, the queue.
  const render::UniqueSemaphore packed = createTimeline(painting), painted = createTimeline(painting),
                                done = createTimeline(painting);
  const UniqueStyle style = loadStyle(style_path);
  ImpastoPassInfo pass_info = {sizeof pass_info, nullptr, context.get(), style.get(), kWidth, kHeight};
  pass_info.input_format = pass_info.output_format = VK_FORMAT_R8G8B8A8_UNORM;
  pass_info.frames_in_flight = kSlots;
  ImpastoPass made = nullptr;
  checkImpasto(impastoCreatePass(&pass_info, &made), "the pass");
  const UniquePass pass(made);

  const render::Image image = render::createImage(
      device, "picture",
      {.width = kWidth, .height = kHeight,
       .usage = VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT |
                VK_IMAGE_USAGE_TRANSFER_DST_BIT});
  const render::Buffer pixels =
      render::createBuffer(device, "pixels", kWidth * kHeight * 4,
                           VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT, render::MemoryKind::Host);
  for (uint32_t i = 0; i < kWidth * kHeight * 4; ++i) pixels.mapped[i] = static_cast<std::byte>(i / 4 % kWidth * (i % 4));
  const VkBufferImageCopy copy = {0, 0, 0, {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, {}, {kWidth, kHeight, 1}};

  VkCommandPoolCreateInfo pool_info = {VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool_info.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
  pool_info.queueFamilyIndex = device.queueFamily();
  VkCommandPool raw_pool = VK_NULL_HANDLE;
  render::check(vkCreateCommandPool(device.handle(), &pool_info, nullptr, &raw_pool), "vkCreateCommandPool");
  const render::UniqueCommandPool pool(device.handle(), raw_pool);
  std::array<VkCommandBuffer, 2 * kSlots> commands{};  // two for each frame in flight
  const VkCommandBufferAllocateInfo buffers = {VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO, nullptr, pool.get(),
                                               VK_COMMAND_BUFFER_LEVEL_PRIMARY, static_cast<uint32_t>(commands.size())};
  render::check(vkAllocateCommandBuffers(device.handle(), &buffers, commands.data()), "vkAllocateCommandBuffers");
  const VkCommandBufferBeginInfo begin = {VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  const auto waitFor = [&](uint64_t number) {
    const VkSemaphore semaphore = done.get();
    const VkSemaphoreWaitInfo wait = {VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO, nullptr, 0, 1, &semaphore, &number};
    render::check(vkWaitSemaphores(device.handle(), &wait, kWaitNanoseconds), "vkWaitSemaphores");
  };

  for (uint64_t number = 1; number <= kFrames; ++number) {
    const auto slot = static_cast<uint32_t>(number % kSlots);
    if (number > kSlots) waitFor(number - kSlots);  // the slot's last frame
    ImpastoFrame frame = {sizeof frame};
    frame.frame_index = slot;
    frame.color = frame.output = {image.handle.get(), image.view.get(), VK_IMAGE_LAYOUT_GENERAL};  // in place

    // The first submission: the engine's own work, and the pass's inputs.
    const VkCommandBuffer first = commands[2 * slot], second = commands[2 * slot + 1];
    render::check(vkBeginCommandBuffer(first, &begin), "vkBeginCommandBuffer");
    if (number == 1) {
      render::recordBarriers(first, {render::imageBarrier(image, {}, VK_IMAGE_LAYOUT_UNDEFINED, kEverything,
                                                          VK_IMAGE_LAYOUT_GENERAL)});
      vkCmdCopyBufferToImage(first, pixels.handle.get(), image.handle.get(), VK_IMAGE_LAYOUT_GENERAL, 1, &copy);
    }
    const auto barrier =
        render::imageBarrier(image, kEverything, VK_IMAGE_LAYOUT_GENERAL, kEverything, VK_IMAGE_LAYOUT_GENERAL);
    render::recordBarriers(first, {barrier});
    checkImpasto(impastoCmdRecordInputs(pass.get(), first, &frame), "inputs");
    submit(device, first, VK_NULL_HANDLE, 0, packed.get(), number);

    // Between: nothing waits here. Work that does not need the painted frame may be submitted now.
    ImpastoExecuteInfo execute = {sizeof execute};
    execute.frame_index = slot;
    execute.wait_semaphore = packed.get();
    execute.signal_semaphore = painted.get();
    execute.wait_value = execute.signal_value = number;
    checkImpasto(impastoExecute(pass.get(), &execute), "the generator");

    // The second submission, which the queue holds back until the frame is painted.
    render::check(vkBeginCommandBuffer(second, &begin), "vkBeginCommandBuffer");
    checkImpasto(impastoCmdRecordOutputs(pass.get(), second, &frame), "outputs");
    render::recordBarriers(second, {barrier});
    if (number == kFrames) {
      vkCmdCopyImageToBuffer(second, image.handle.get(), VK_IMAGE_LAYOUT_GENERAL, pixels.handle.get(), 1, &copy);
      render::recordBarriers(second, {barrier});
    }
    submit(device, second, painted.get(), number, done.get(), number);
  }
  waitFor(kFrames);

  std::FILE* file = std::fopen(out_path.c_str(), "wb");
  if (file == nullptr) throw Error(out_path + ": cannot be written");
  std::fprintf(file, "P6 %u %u 255\n", kWidth, kHeight);
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) std::fwrite(pixels.mapped + i * 4, 1, 3, file);
  if (std::fclose(file) != 0) throw Error(out_path + ": cannot be written");
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) {
  const auto& names = impasto::app::backendNames();
  const std::string backend = argc == 4 ? argv[3] : "auto";
  if (argc < 3 || argc > 4 || names.count(backend) == 0) {
    std::fprintf(stderr, "usage: impasto-timeline-host STYLE.safetensors OUT.ppm [auto|vulkan|cuda|reference|cpu]\n");
    return 2;
  }
  try {
    impasto::app::run(argv[1], argv[2], names.at(backend));
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "impasto-timeline-host: %s\n", error.what());
    return 1;
  }
}
