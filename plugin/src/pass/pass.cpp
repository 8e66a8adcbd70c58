#include "pass/pass.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "pass/controls.h"
#include "pass/frame_checks.h"
#include "pass/host_enum.h"
#include "pass/image_formats.h"

namespace impasto {
namespace {

[[noreturn]] void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); }

ColorEncoding toEncoding(const ImpastoColorEncoding& encoding, const char* name) {
  switch (hostEnum(encoding)) {
    case IMPASTO_COLOR_ENCODING_SRGB: return ColorEncoding::Srgb;
    case IMPASTO_COLOR_ENCODING_LINEAR: return ColorEncoding::Linear;
    default: invalid(std::string(name) + " is " + std::to_string(hostEnum(encoding)) + ", no known encoding");
  }
}

}  // namespace

Pass::Pass(std::shared_ptr<Context> context, std::shared_ptr<const Style> style, const ImpastoPassInfo& info)
    : context_(std::move(context)),
      frames_in_flight_(info.frames_in_flight),
      style_(std::move(style)),
      width_(info.width),
      height_(info.height) {
  checkExtent(width_, height_);
  if (frames_in_flight_ < 1 || frames_in_flight_ > kMaxFramesInFlight) {
    invalid("frames_in_flight is " + std::to_string(frames_in_flight_) + ", expected 1 to " +
            std::to_string(kMaxFramesInFlight));
  }
  settings_.input = toEncoding(info.input_encoding, "input_encoding");
  settings_.output = toEncoding(info.output_encoding, "output_encoding");
  checkInputFormat(context_->device(), info.input_format, settings_.input);
  checkOutputFormat(context_->device(), info.output_format);
  checkInputsSupported(style_->graph);
  pipelines_ = std::make_unique<PassPipelines>(context_->device(), settings_.input, settings_.output);
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
                                   GeneratorRequest{width, height, 1, 1, frames_in_flight_});
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
  checkInputsSupported(style->graph);
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
    if (*it) bytes += (*it)->memoryUsage();
  }
  return bytes;
}

Pass::Slot& Pass::slot(uint32_t frame_index) {
  if (frame_index >= frames_in_flight_) {
    invalid("frame_index is " + std::to_string(frame_index) + ", expected less than frames_in_flight (" +
            std::to_string(frames_in_flight_) + ")");
  }
  return slots_[frame_index];
}

void Pass::recordInputs(VkCommandBuffer command_buffer, const ImpastoFrame& frame) {
  Slot& slot = this->slot(frame.frame_index);
  checkFrameImages(frame);
  CompositeSettings settings = settings_;
  applyControls(frame.controls, frame.exposure, settings);
  std::shared_ptr<Painter> published;
  {
    const std::lock_guard lock(pending_mutex_);
    published = std::move(pending_);
  }
  if (published) current_ = std::move(published);
  checkWantedInputs(frame, current_->wants(InputKind::Depth), current_->wants(InputKind::Normals));

  slot.painter = current_;
  slot.painter->recordInputs(command_buffer, frame.frame_index, frame, settings);
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
  checkFrameImages(frame);
  CompositeSettings settings = settings_;
  applyControls(frame.controls, frame.exposure, settings);
  if (!slot.awaits_outputs) invalid("impastoCmdRecordInputs has not been called for this frame_index");
  slot.painter->recordOutputs(command_buffer, frame.frame_index, frame, settings);
  slot.awaits_outputs = false;
}

}  // namespace impasto
