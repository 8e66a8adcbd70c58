#include "viewer/painting/painting.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "common/error.h"
#include "shaders/strokes.frag.h"
#include "viewer/gpu/access.h"

namespace impasto::app {
namespace {

constexpr size_t kMostWarm = 3;
const std::string kNoName;

struct StrokesPush {
  float extent[2], work_extent[2];
  float strength, color_preservation, detail;
  uint32_t masked;
};

render::Image createPaintedImage(const render::Device& device, const char* name, VkExtent2D extent) {
  return render::createImage(device, name,
                             {.format = VK_FORMAT_R8G8B8A8_UNORM,
                              .width = extent.width,
                              .height = extent.height,
                              .usage = VK_IMAGE_USAGE_STORAGE_BIT | VK_IMAGE_USAGE_SAMPLED_BIT |
                                       VK_IMAGE_USAGE_COLOR_ATTACHMENT_BIT | VK_IMAGE_USAGE_TRANSFER_SRC_BIT});
}

}  // namespace

Painting::Painting(const PaintingDevice& device, Messages& messages)
    : device_(device), messages_(messages), context_(createContext(device)) {}

Painting::~Painting() {
  if (making_.valid()) making_.wait();
}

UniqueStyle Painting::retained(ImpastoStyle style) {
  impastoRetainStyle(style);
  return UniqueStyle(style);
}

Painting::LayerPtr Painting::make(uint64_t key, const std::string& name, UniqueStyle style, VkExtent2D extent) const {
  auto layer = std::make_unique<Layer>();
  layer->key = key;
  layer->name = name;
  layer->image = createPaintedImage(*device_.device, "painted", extent);
  ImpastoPassInfo info = scenePassInfo(context_.get(), style.get(), extent.width, extent.height, kFramesInFlight);
  info.timings = device_.device->keepsTime() ? VK_TRUE : VK_FALSE;
  ImpastoPass pass = nullptr;
  checkImpasto(impastoCreatePass(&info, &pass), name);
  layer->pass.reset(pass);
  layer->style = std::move(style);
  return layer;
}

void Painting::choose(uint64_t key, ImpastoStyle style, const std::string& name) {
  if (key == wanted_key_) return;
  wanted_key_ = key;
  wanted_name_ = name;
  wanted_style_ = retained(style);
}

void Painting::setVector(uint64_t key, std::span<const float> vector) {
  for (Layer* layer : {current_.get(), incoming_.get()}) {
    if (layer && layer->key == key) layer->vector.assign(vector.begin(), vector.end());
  }
}

void Painting::resize(VkExtent2D extent) {
  if (extent.width == extent_.width && extent.height == extent_.height) return;
  extent_ = extent;
  if (making_.valid()) making_.get();  // of the old extent
  retired_.clear();
  work_frame_.reset();
  if (incoming_) finishFade();
  warm_.clear();
  if (!current_) return;
  current_->image = createPaintedImage(*device_.device, "painted", extent);
  current_->work = {};
  current_->fresh = true;
  checkImpasto(impastoPassResize(current_->pass.get(), extent.width, extent.height), current_->name);
}

void Painting::startMaking() {
  const auto found =
      std::find_if(warm_.begin(), warm_.end(), [&](const LayerPtr& layer) { return layer->key == wanted_key_; });
  if (found != warm_.end()) {
    incoming_ = std::move(*found);
    incoming_->fresh = true;
    warm_.erase(found);
    fade_ = 0.0f;
    return;
  }
  making_ = std::async(std::launch::async, [this, key = wanted_key_, name = wanted_name_,
                                            style = retained(wanted_style_.get()), extent = extent_]() mutable {
    Made made;
    try {
      made.layer = make(key, name, std::move(style), extent);
    } catch (const std::exception& error) {
      made.failure = error.what();
    }
    return made;
  });
}

void Painting::takeMade() {
  if (making_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return;
  Made made = making_.get();
  if (!made.failure.empty()) {
    failed_key_ = wanted_key_;
    messages_.post(Level::Failure, made.failure);
    return;
  }
  if (made.layer->key != wanted_key_) {  // changed one's mind meanwhile
    warm_.push_back(std::move(made.layer));
    return;
  }
  incoming_ = std::move(made.layer);
  fade_ = 0.0f;
}

void Painting::finishFade() {
  if (current_) warm_.push_back(std::move(current_));
  current_ = std::move(incoming_);
  fade_ = 0.0f;
}

void Painting::update(double seconds, float fade_seconds, uint64_t submitted, uint64_t finished) {
  submitted_ = submitted;
  if (making_.valid()) takeMade();
  if (incoming_) {
    // One frame at least in which both are painted, so that the new one is there when it is shown.
    const bool instant = !current_ || fade_seconds <= 0.0f;
    fade_ = instant ? 1.0f : fade_ + static_cast<float>(seconds) / fade_seconds;
    if (fade_ >= 1.0f) finishFade();
  }
  const uint64_t shown = key();
  if (!making_.valid() && !incoming_ && wanted_key_ != 0 && wanted_key_ != shown && wanted_key_ != failed_key_ &&
      extent_.width > 0) {
    startMaking();
  }
  while (warm_.size() > kMostWarm) {
    retired_.push_back(std::move(warm_.front()));
    warm_.erase(warm_.begin());
  }
  std::erase_if(retired_, [&](const LayerPtr& layer) { return layer->last_used <= finished; });
}

bool Painting::settled() const {
  return !making_.valid() && !incoming_ && (key() == wanted_key_ || wanted_key_ == failed_key_);
}

uint64_t Painting::key() const { return incoming_ ? incoming_->key : current_ ? current_->key : 0; }

const std::string& Painting::name() const {
  return incoming_ ? incoming_->name : current_ ? current_->name : kNoName;
}

void Painting::skip() {
  if (current_) current_->fresh = true;
  if (incoming_) incoming_->fresh = true;
}

void Painting::record(VkCommandBuffer commands, uint32_t slot, const PaintInputs& inputs) {
  VkExtent2D work = extent_;
  if (inputs.stroke_size > 1.0f) {
    const auto scaled = [&](uint32_t side) {
      return std::max(1u, static_cast<uint32_t>(std::lround(static_cast<float>(side) / inputs.stroke_size)));
    };
    work = {scaled(extent_.width), scaled(extent_.height)};
    if (!work_frame_) work_frame_.emplace(*device_.device, extent_);
    work_frame_->record(commands, slot, *inputs.targets, work);
  }
  if (current_) paint(commands, slot, *current_, 0, inputs, work);
  if (incoming_) paint(commands, slot, *incoming_, 1, inputs, work);
}

void Painting::paint(VkCommandBuffer commands, uint32_t slot, Layer& layer, size_t role, const PaintInputs& inputs,
                     VkExtent2D work_extent) {
  const bool larger = inputs.stroke_size > 1.0f;
  if (larger && layer.work.width == 0) layer.work = createPaintedImage(*device_.device, "painted work", extent_);
  const render::Image& target = larger ? layer.work : layer.image;
  const SceneImages images = larger ? work_frame_->images() : sceneImages(*inputs.targets);
  render::recordBarriers(commands, {render::imageBarrier(target, kReaders, VK_IMAGE_LAYOUT_UNDEFINED, kShaderWrite,
                                                         VK_IMAGE_LAYOUT_GENERAL)});
  ImpastoFrame frame = sceneFrame(images, *inputs.camera, target, slot);
  ImpastoControls controls = inputs.controls;
  if (larger) {  // the rest happens at full resolution
    controls.strength = 1.0f;
    controls.color_preservation = controls.detail = 0.0f;
    frame.width = work_extent.width;
    frame.height = work_extent.height;
  } else if (inputs.mask) {
    frame.mask = {inputs.mask->handle.get(), inputs.mask->view.get(), kReadable};
  }
  frame.controls = &controls;
  frame.reset = inputs.cut || layer.fresh ? VK_TRUE : VK_FALSE;
  if (!layer.vector.empty()) {
    frame.style_vector_length = static_cast<uint32_t>(layer.vector.size());
    frame.style_vector = layer.vector.data();
  }
  recordPainting(layer.pass.get(), commands, frame);
  layer.fresh = false;
  layer.last_used = submitted_ + 1;
  render::recordBarriers(
      commands, {render::imageBarrier(target, kShaderWrite, VK_IMAGE_LAYOUT_GENERAL, kReaders, kReadable)});
  if (!larger) return;

  std::optional<FullscreenPass>& strokes = strokes_[role];
  if (!strokes) {
    strokes.emplace(*device_.device, FullscreenInfo{.name = "larger strokes",
                                                    .fragment = {"viewer/strokes.frag", kStrokesFrag},
                                                    .targets = {VK_FORMAT_R8G8B8A8_UNORM},
                                                    .textures = 4,
                                                    .push_bytes = sizeof(StrokesPush)});
  }
  strokes->setTexture(slot, 0, inputs.targets->color, false);
  strokes->setTexture(slot, 1, *images.color, false);
  strokes->setTexture(slot, 2, target, false);
  strokes->setTexture(slot, 3, inputs.mask ? *inputs.mask : inputs.targets->color, false);
  const StrokesPush push{{static_cast<float>(extent_.width), static_cast<float>(extent_.height)},
                         {static_cast<float>(work_extent.width), static_cast<float>(work_extent.height)},
                         inputs.controls.strength,
                         inputs.controls.color_preservation,
                         inputs.controls.detail,
                         inputs.mask ? 1u : 0u};
  strokes->record(commands, slot, {&layer.image}, extent_, &push);
}

void Painting::reloadShaders() {
  if (work_frame_) work_frame_->reloadShaders();
  for (std::optional<FullscreenPass>& strokes : strokes_) {
    if (strokes) strokes->reloadShaders();
  }
}

uint64_t Painting::memoryBytes() const {
  uint64_t sum = 0;
  for (const Layer* layer : {current_.get(), incoming_.get()}) {
    uint64_t bytes = 0;
    if (layer && impastoPassGetMemoryUsage(layer->pass.get(), &bytes) == IMPASTO_SUCCESS) sum += bytes;
  }
  return sum;
}

std::optional<ImpastoTimings> Painting::timings() const {
  if (!current_ || !device_.device->keepsTime()) return std::nullopt;
  ImpastoTimings timings{};
  timings.size = sizeof timings;
  if (impastoPassGetTimings(current_->pass.get(), &timings) != IMPASTO_SUCCESS || !timings.available) {
    return std::nullopt;
  }
  return timings;
}

}  // namespace impasto::app
