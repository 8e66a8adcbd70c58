#include "timed_pass.h"

#include <chrono>
#include <cstring>

#include "common/error.h"

namespace impasto::app {
namespace {

using render::check;
using Clock = std::chrono::steady_clock;

constexpr uint64_t kWaitNanoseconds = 600'000'000'000;  // for one frame: the reference may take minutes
constexpr render::Access kNone{},
    kRead{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_SAMPLED_READ_BIT},
    kWrite{VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT, VK_ACCESS_2_SHADER_STORAGE_WRITE_BIT},
    kRendered{VK_PIPELINE_STAGE_2_COLOR_ATTACHMENT_OUTPUT_BIT, VK_ACCESS_2_COLOR_ATTACHMENT_WRITE_BIT},
    kCopy{VK_PIPELINE_STAGE_2_COPY_BIT, VK_ACCESS_2_TRANSFER_WRITE_BIT};

double millisecondsSince(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

}  // namespace

FrameTimelines::FrameTimelines(const PaintingDevice& painting)
    : inputs_done(createTimeline(painting)), painted(createTimeline(painting)), done(createTimeline(painting)) {}

TimedPass::TimedPass(const PaintingDevice& painting, ImpastoContext context, FrameTimelines& timelines,
                     ImpastoStyle style, const Resolution& resolution, Detail detail)
    : painting_(painting), timelines_(timelines) {
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  checkImpasto(impastoContextGetBackend(context, &backend), "the backend");
  in_command_buffer_ = backend == IMPASTO_BACKEND_VULKAN;
  const VkDevice device = painting.device->handle();
  ImpastoPassInfo info{};
  info.size = sizeof info;
  info.context = context;
  info.style = style;
  info.width = resolution.width;
  info.height = resolution.height;
  info.input_format = info.output_format = VK_FORMAT_R8G8B8A8_UNORM;
  info.frames_in_flight = 1;
  info.timings = VK_TRUE;
  info.op_timings = detail == Detail::Ops;
  ImpastoPass pass = nullptr;
  checkImpasto(impastoCreatePass(&info, &pass), "the pass");
  pass_.reset(pass);

  const auto makeImage = [&](const char* name, VkImageUsageFlags usage) {
    return render::createImage(*painting.device, name,
                               {.format = info.input_format,
                                .width = resolution.width,
                                .height = resolution.height,
                                .usage = usage});
  };
  color_ = makeImage("frame", VK_IMAGE_USAGE_SAMPLED_BIT | VK_IMAGE_USAGE_TRANSFER_DST_BIT);
  output_ = makeImage("painted", VK_IMAGE_USAGE_STORAGE_BIT);

  VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool_info.queueFamilyIndex = painting.device->queueFamily();
  VkCommandPool pool = VK_NULL_HANDLE;
  check(vkCreateCommandPool(device, &pool_info, nullptr, &pool), "vkCreateCommandPool");
  pool_ = {device, pool};
  VkCommandBufferAllocateInfo commands_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  commands_info.commandPool = pool;
  commands_info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
  commands_info.commandBufferCount = 2;
  check(vkAllocateCommandBuffers(device, &commands_info, commands_), "vkAllocateCommandBuffers");

  VkQueryPoolCreateInfo queries_info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
  queries_info.queryType = VK_QUERY_TYPE_TIMESTAMP;
  queries_info.queryCount = 2;
  VkQueryPool queries = VK_NULL_HANDLE;
  check(vkCreateQueryPool(device, &queries_info, nullptr, &queries), "vkCreateQueryPool");
  queries_ = {device, queries};
  fillColor();
}

TimedPass::~TimedPass() { vkDeviceWaitIdle(painting_.device->handle()); }

// Smooth ramps with texture on them, so that no stage sees a constant.
void TimedPass::fillColor() {
  const VkDeviceSize bytes = VkDeviceSize{color_.width} * color_.height * 4;
  const render::Buffer staging =
      render::createBuffer(*painting_.device, "staging", bytes, VK_BUFFER_USAGE_TRANSFER_SRC_BIT, render::MemoryKind::Host);
  auto* pixel = reinterpret_cast<uint8_t*>(staging.mapped);
  for (uint32_t y = 0; y < color_.height; ++y) {
    for (uint32_t x = 0; x < color_.width; ++x, pixel += 4) {
      pixel[0] = static_cast<uint8_t>(x * 200 / color_.width + (x * 7 + y * 13) % 40);
      pixel[1] = static_cast<uint8_t>(y * 200 / color_.height + (x * 11 + y * 3) % 40);
      pixel[2] = static_cast<uint8_t>((x / 16 + y / 16) % 2 * 160 + x % 23);
      pixel[3] = 255;
    }
  }
  const VkCommandBuffer commands = commands_[0];
  recordBegin(commands);
  render::recordBarriers(commands, {render::imageBarrier(color_, kNone, VK_IMAGE_LAYOUT_UNDEFINED, kCopy,
                                                         VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL)});
  VkBufferImageCopy region{};
  region.imageSubresource = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1};
  region.imageExtent = {color_.width, color_.height, 1};
  vkCmdCopyBufferToImage(commands, staging.handle.get(), color_.handle.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                         &region);
  render::recordBarriers(commands, {render::imageBarrier(color_, kCopy, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, kRead,
                                                         VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL),
                                    render::imageBarrier(output_, kNone, VK_IMAGE_LAYOUT_UNDEFINED, kWrite,
                                                         VK_IMAGE_LAYOUT_GENERAL)});
  recordEnd(commands);
  ++timelines_.value;
  submit(commands, VK_NULL_HANDLE, timelines_.done.get());
  check(vkDeviceWaitIdle(painting_.device->handle()), "vkDeviceWaitIdle");
}

void TimedPass::recordBegin(VkCommandBuffer commands) {
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  check(vkBeginCommandBuffer(commands, &begin), "vkBeginCommandBuffer");
}

void TimedPass::recordEnd(VkCommandBuffer commands) { check(vkEndCommandBuffer(commands), "vkEndCommandBuffer"); }

double TimedPass::recordFrame() {
  check(vkResetCommandPool(painting_.device->handle(), pool_.get(), 0), "vkResetCommandPool");
  const auto start = Clock::now();
  ImpastoFrame frame{};
  frame.size = sizeof frame;
  frame.color = {color_.handle.get(), color_.view.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL};
  frame.output = {output_.handle.get(), output_.view.get(), VK_IMAGE_LAYOUT_GENERAL};
  ImpastoExecuteInfo execute{};
  execute.size = sizeof execute;
  VkCommandBuffer commands = commands_[0];
  recordBegin(commands);
  vkCmdResetQueryPool(commands, queries_.get(), 0, 2);
  vkCmdWriteTimestamp2(commands, VK_PIPELINE_STAGE_2_BOTTOM_OF_PIPE_BIT, queries_.get(), 0);
  render::recordBarriers(commands, {render::imageBarrier(color_, kRendered, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL,
                                                         kRead, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL)});
  checkImpasto(impastoCmdRecordInputs(pass_.get(), commands, &frame), "the pass");
  if (!in_command_buffer_) {
    recordEnd(commands);
    execute.wait_semaphore = timelines_.inputs_done.get();
    execute.signal_semaphore = timelines_.painted.get();
    execute.wait_value = execute.signal_value = timelines_.value;
    commands = commands_[1];
    recordBegin(commands);
  }
  checkImpasto(impastoExecute(pass_.get(), &execute), "the pass");
  checkImpasto(impastoCmdRecordOutputs(pass_.get(), commands, &frame), "the pass");
  render::recordBarriers(commands, {render::imageBarrier(output_, kWrite, VK_IMAGE_LAYOUT_GENERAL, kRead,
                                                         VK_IMAGE_LAYOUT_GENERAL)});
  vkCmdWriteTimestamp2(commands, VK_PIPELINE_STAGE_2_BOTTOM_OF_PIPE_BIT, queries_.get(), 1);
  recordEnd(commands);
  return millisecondsSince(start);
}

void TimedPass::submit(VkCommandBuffer commands, VkSemaphore wait, VkSemaphore signal) {
  VkSemaphoreSubmitInfo wait_info{VK_STRUCTURE_TYPE_SEMAPHORE_SUBMIT_INFO};
  wait_info.semaphore = wait;
  wait_info.value = timelines_.value;
  wait_info.stageMask = VK_PIPELINE_STAGE_2_ALL_COMMANDS_BIT;
  VkSemaphoreSubmitInfo signal_info = wait_info;
  signal_info.semaphore = signal;
  VkCommandBufferSubmitInfo buffer_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
  buffer_info.commandBuffer = commands;
  VkSubmitInfo2 info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
  info.waitSemaphoreInfoCount = wait ? 1 : 0;
  info.pWaitSemaphoreInfos = &wait_info;
  info.commandBufferInfoCount = 1;
  info.pCommandBufferInfos = &buffer_info;
  info.signalSemaphoreInfoCount = 1;
  info.pSignalSemaphoreInfos = &signal_info;
  check(vkQueueSubmit2(painting_.device->queue(), 1, &info, VK_NULL_HANDLE), "vkQueueSubmit2");
}

FrameTime TimedPass::run() {
  ++timelines_.value;
  FrameTime time;
  time.record = recordFrame();
  const auto submitted = Clock::now();
  if (in_command_buffer_) {
    submit(commands_[0], VK_NULL_HANDLE, timelines_.done.get());
  } else {
    submit(commands_[0], VK_NULL_HANDLE, timelines_.inputs_done.get());
    submit(commands_[1], timelines_.painted.get(), timelines_.done.get());
  }
  const VkSemaphore done = timelines_.done.get();
  VkSemaphoreWaitInfo wait{VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO};
  wait.semaphoreCount = 1;
  wait.pSemaphores = &done;
  wait.pValues = &timelines_.value;
  const VkResult result = vkWaitSemaphores(painting_.device->handle(), &wait, kWaitNanoseconds);
  if (result == VK_TIMEOUT) throw Error("the device did not finish a frame within 10 minutes");
  check(result, "vkWaitSemaphores");
  time.host = millisecondsSince(submitted);
  time.gpu = gpuMilliseconds();
  return time;
}

double TimedPass::gpuMilliseconds() const {
  uint64_t ticks[2] = {};
  check(vkGetQueryPoolResults(painting_.device->handle(), queries_.get(), 0, 2, sizeof ticks, ticks, sizeof ticks[0],
                              VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
        "vkGetQueryPoolResults");
  return static_cast<double>(ticks[1] - ticks[0]) * painting_.device->nanosecondsPerTick() * 1e-6;
}

bool TimedPass::stages(ImpastoTimings& timings) const {
  timings = {};
  timings.size = sizeof timings;
  checkImpasto(impastoPassGetTimings(pass_.get(), &timings), "the pass's times");
  return timings.available;
}

std::vector<OpTime> TimedPass::ops() const {
  ImpastoTimings timings{};
  stages(timings);
  std::vector<OpTime> ops;
  for (uint32_t i = 0; i < timings.op_count; ++i) {
    ImpastoOpTiming op{};
    op.size = sizeof op;
    checkImpasto(impastoPassGetOpTiming(pass_.get(), i, &op), "the pass's times");
    ops.push_back({op.name, op.multiply_adds, op.bytes, op.available ? op.milliseconds : 0.0});
  }
  return ops;
}

uint64_t TimedPass::memoryBytes() const {
  uint64_t bytes = 0;
  checkImpasto(impastoPassGetMemoryUsage(pass_.get(), &bytes), "the pass's memory");
  return bytes;
}

}  // namespace impasto::app
