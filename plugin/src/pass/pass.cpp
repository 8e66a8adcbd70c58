#include "pass/pass.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"
#include "pass/frame_settings.h"
#include "vulkan/commands.h"

namespace impasto {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); }

// Of one pass, how many objects can wait for the reaper at a time: of each slot a painter and what its generator held.
constexpr size_t kReaped = 2 * kMaxFramesInFlight + 2;

PassSettings readInfo(const vulkan::VulkanDevice& device, const ImpastoPassInfo& info) {
  checkExtent(info.width, info.height);
  return readPassInfo(device, info);
}

}  // namespace

Pass::Pass(std::shared_ptr<Context> context, std::shared_ptr<const Style> style, const ImpastoPassInfo& info)
    : context_(std::move(context)),
      settings_(readInfo(context_->device(), info)),
      style_(std::move(style)),
      width_(info.width),
      height_(info.height) {
  const vulkan::VulkanDevice& device = context_->device();
  pipelines_ = std::make_unique<PassPipelines>(device, settings_);
  if (settings_.timings) timer_ = std::make_unique<StageTimer>(device, settings_.frames_in_flight);
  current_ = makePainter(*style_, width_, height_);
  context_->reaper().expect(kReaped);
  context_->passCreated();
}

Pass::~Pass() {
  slots_ = {};
  current_.reset();
  pending_.reset();
  context_->reaper().drain();
  context_->reaper().forget(kReaped);
  pipelines_.reset();
  context_->passGone();
}

MemoryUse Pass::predictMemory(const Context& context, const Style& style, const ImpastoPassInfo& info) {
  const PassSettings settings = readInfo(context.device(), info);
  return Painter::predictMemory(context.device(), context.backend(), style, {info.width, info.height, settings});
}

std::shared_ptr<Painter> Pass::makePainter(const Style& style, uint32_t width, uint32_t height) const {
  return std::make_shared<Painter>(context_->device(), *pipelines_, context_->backend(), style,
                                   PainterRequest{width, height, settings_});
}

void Pass::resize(uint32_t width, uint32_t height) {
  checkExtent(width, height);
  const std::lock_guard build(build_mutex_);
  if (width == width_ && height == height_) return;
  std::shared_ptr<Painter> painter = makePainter(*style_, width, height);
  width_ = width;
  height_ = height;
  slots_ = {};
  open_slot_ = kNoSlot;
  current_ = std::move(painter);
  const std::lock_guard lock(pending_mutex_);
  pending_.reset();  // a style published since the last frame: `current_` has it already
}

void Pass::setStyle(std::shared_ptr<const Style> style) {
  const std::lock_guard build(build_mutex_);
  std::shared_ptr<Painter> painter = makePainter(*style, width_, height_);
  style_ = std::move(style);
  const std::lock_guard lock(pending_mutex_);
  std::swap(pending_, painter);
}

VkDeviceSize Pass::memoryUsage() {
  std::array<std::shared_ptr<Painter>, kMaxFramesInFlight + 2> painters;
  for (uint32_t i = 0; i < kMaxFramesInFlight; ++i) painters[i] = slots_[i].painter;
  painters[kMaxFramesInFlight] = current_;
  {
    const std::lock_guard lock(pending_mutex_);
    painters[kMaxFramesInFlight + 1] = pending_;
  }
  std::sort(painters.begin(), painters.end());
  VkDeviceSize bytes = 0;
  std::array<const void*, kMaxFramesInFlight + 2> counted{};  // scratch memory
  size_t count = 0;
  for (auto it = painters.begin(), end = std::unique(painters.begin(), painters.end()); it != end; ++it) {
    if (!*it) continue;
    const MemoryUse use = (*it)->memoryUse();
    bytes += use.own;
    const auto counted_end = counted.begin() + static_cast<ptrdiff_t>(count);
    if (std::find(counted.begin(), counted_end, use.scratch_identity) != counted_end) continue;
    counted[count++] = use.scratch_identity;
    bytes += use.scratch;
  }
  return bytes;
}

Pass::Slot& Pass::slot(uint32_t frame_index) {
  if (frame_index >= settings_.frames_in_flight) {
    invalid("frame_index is " + std::to_string(frame_index) + ", expected less than frames_in_flight (" +
            std::to_string(settings_.frames_in_flight) + ")");
  }
  return slots_[frame_index];
}

void Pass::takeUpStyle() {
  std::shared_ptr<Painter> published;
  {
    const std::lock_guard lock(pending_mutex_);
    published = std::move(pending_);
  }
  if (!published) return;
  std::swap(current_, published);
  context_->reaper().free(std::move(published));
}

void Pass::recordInputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame) {
  Slot& slot = this->slot(frame.frame_index);
  takeUpStyle();
  const FrameSettings settings = readFrame(settings_, current_->width(), current_->height(), frame);
  current_->checkFrame(settings);

  open_slot_ = kNoSlot;
  if (slot.painter) context_->reaper().free(slot.painter->slotReused(frame.frame_index, slot.finished));
  if (slot.painter != current_) context_->reaper().free(std::exchange(slot.painter, current_));
  slot.finished = false;
  slot.painter->recordInputs(command_buffer, settings, frame, timer_.get());
  open_slot_ = frame.frame_index;
  executed_ = false;
}

void Pass::checkOpen(uint32_t frame_index) const {
  if (open_slot_ == frame_index) return;
  invalid("frame_index is " + std::to_string(frame_index) +
          (open_slot_ == kNoSlot ? ", but no frame is begun: call impastoCmdRecordInputs first"
                                 : ", but frame " + std::to_string(open_slot_) +
                                       " was begun since: a pass has one open frame at a time"));
}

void Pass::execute(const ImpastoExecuteInfo& info) {
  Slot& slot = this->slot(info.frame_index);
  checkOpen(info.frame_index);
  if (executed_) invalid("impastoExecute has been called for this frame");
  if (slot.painter->runsInCommandBuffer()) {
    if (!context_->timelinePoints() && (info.wait_semaphore || info.signal_semaphore)) {
      invalid("the Vulkan backend runs in the command buffer: expected semaphores VK_NULL_HANDLE, or a context that was "
              "created with timeline_points");
    }
    // The outputs come after the inputs by the order of submission, and have nothing else to wait for.
    if (info.signal_semaphore) vulkan::signalFromHost(context_->device(), info.signal_semaphore, info.signal_value);
  } else {
    if (!info.wait_semaphore) invalid("info->wait_semaphore is VK_NULL_HANDLE: this backend waits for the inputs");
    if (!info.signal_semaphore) invalid("info->signal_semaphore is VK_NULL_HANDLE: this backend signals the outputs");
    slot.painter->execute(info.frame_index,
                          {info.wait_semaphore, info.wait_value, info.signal_semaphore, info.signal_value});
  }
  executed_ = true;
}

void Pass::recordOutputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame) {
  Slot& slot = this->slot(frame.frame_index);
  checkOpen(frame.frame_index);
  if (!executed_) invalid("impastoExecute has not been called for this frame");
  const FrameSettings settings = readFrame(settings_, slot.painter->width(), slot.painter->height(), frame);
  slot.painter->recordOutputs(command_buffer, settings, frame, timer_.get());
  slot.finished = true;
  open_slot_ = kNoSlot;
}

void Pass::getTimings(ImpastoTimings& timings) const {
  if (!timer_) invalid("the pass was created without timings");
  const std::optional<StageTimes>& latest = timer_->latest();
  timings.available = latest.has_value();
  const StageTimes times = latest.value_or(StageTimes{});
  timings.inputs = times.inputs;
  timings.generator = times.generator;
  timings.outputs = times.outputs;
  timings.op_count = static_cast<uint32_t>(current_->generator().launches().size());
}

void Pass::getOpTiming(uint32_t index, ImpastoOpTiming& timing) const {
  const Generator& generator = current_->generator();
  const std::span<const LaunchCost> launches = generator.launches();
  if (index >= launches.size()) {
    invalid("index is " + std::to_string(index) + ", expected less than op_count (" + std::to_string(launches.size()) +
            ")");
  }
  timing.name = launches[index].name.c_str();
  timing.multiply_adds = launches[index].multiply_adds;
  timing.bytes = launches[index].bytes;
  const std::span<const float> times = generator.launchTimes();
  timing.available = !times.empty();
  timing.milliseconds = times.empty() ? 0.0f : times[index];
}

}  // namespace impasto
