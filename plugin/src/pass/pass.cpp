#include "pass/pass.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "pass/frame_settings.h"

namespace impasto {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); }

}  // namespace

Pass::Pass(std::shared_ptr<Context> context, std::shared_ptr<const Style> style, const ImpastoPassInfo& info)
    : context_(std::move(context)),
      settings_(readPassInfo(context_->device(), context_->device().write_without_format, info)),
      style_(std::move(style)),
      width_(info.width),
      height_(info.height) {
  checkExtent(width_, height_);
  const vulkan::VulkanDevice& device = context_->device();
  pipelines_ = std::make_unique<PassPipelines>(device, settings_, device.write_without_format);
  if (settings_.timings) timer_ = std::make_unique<StageTimer>(device, settings_.frames_in_flight);
  current_ = makePainter(*style_, width_, height_);
  context_->passCreated();
}

Pass::~Pass() {
  slots_ = {};
  current_.reset();
  pending_.reset();
  pipelines_.reset();
  context_->passGone();
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
  for (auto it = painters.begin(), end = std::unique(painters.begin(), painters.end()); it != end; ++it) {
    if (*it) bytes += (*it)->memoryUse().own + (*it)->memoryUse().scratch;
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

void Pass::recordInputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame) {
  Slot& slot = this->slot(frame.frame_index);
  std::shared_ptr<Painter> published;
  {
    const std::lock_guard lock(pending_mutex_);
    published = std::move(pending_);
  }
  if (published) current_ = std::move(published);
  const FrameSettings settings = readFrame(settings_, current_->width(), current_->height(), frame);
  current_->checkFrame(settings);

  slot.painter = current_;
  slot.painter->recordInputs(command_buffer, settings, frame, timer_.get());
  slot.awaits_execute = true;
  slot.awaits_outputs = true;
}

void Pass::execute(const ImpastoExecuteInfo& info) {
  Slot& slot = this->slot(info.frame_index);
  if (!slot.awaits_execute) invalid("impastoCmdRecordInputs has not been called for this frame_index");
  if (info.wait_semaphore || info.signal_semaphore) {
    invalid("the Vulkan backend runs in the command buffer: expected semaphores VK_NULL_HANDLE");
  }
  slot.awaits_execute = false;
}

void Pass::recordOutputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame) {
  Slot& slot = this->slot(frame.frame_index);
  if (!slot.awaits_outputs) invalid("impastoCmdRecordInputs has not been called for this frame_index");
  const FrameSettings settings = readFrame(settings_, slot.painter->width(), slot.painter->height(), frame);
  slot.painter->recordOutputs(command_buffer, settings, frame, timer_.get());
  slot.awaits_outputs = false;
}

}  // namespace impasto
