#include "pass/painter.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "pass/fill_constants.h"
#include "vulkan/commands.h"

namespace impasto {
namespace {

constexpr VkMemoryPropertyFlags kDeviceLocal = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT;
// Any row of the high-pass buffer may begin a descriptor: minStorageBufferOffsetAlignment is 256 bytes at most.
constexpr uint32_t kPitchAlignment = 256 / sizeof(float);
constexpr VkDeviceSize kPlainTexelBytes = 8;  // shaders/pass/history_bindings.glsl

uint32_t groups(uint32_t count, uint32_t size) noexcept { return (count + size - 1) / size; }
uint32_t groupsX(uint32_t texels) noexcept { return groups(texels, PassPipelines::kGroupWidth); }
uint32_t groupsY(uint32_t rows) noexcept { return groups(rows, PassPipelines::kGroupHeight); }

uint32_t highPassPitch(uint32_t width) noexcept { return groups(width, kPitchAlignment) * kPitchAlignment; }

VkDeviceSize highPassBytes(const PainterRequest& request) noexcept {
  return VkDeviceSize{highPassPitch(request.width)} * request.height * sizeof(float) * request.settings.layers;
}
VkDeviceSize plainBytes(const PainterRequest& request) noexcept {
  return VkDeviceSize{request.width} * request.height * kPlainTexelBytes;
}
uint32_t regionCount(const PainterRequest& request) noexcept {
  return request.settings.frames_in_flight * request.settings.layers * 2;
}

GeneratorRequest generatorRequest(const Style& style, const PainterRequest& request,
                                  FrameListener* listener = nullptr) noexcept {
  return {.width = request.width,
          .height = request.height,
          .layers = request.settings.layers,
          .outputs = style.graph.wants(InputKind::History) ? 2u : 1u,
          .frames_in_flight = request.settings.frames_in_flight,
          .listener = listener,
          .time_launches = request.settings.op_timings};
}

const ImpastoImage& orColor(const ImpastoImage& image, const ImpastoFrame& images) noexcept {
  return image.image != VK_NULL_HANDLE ? image : images.color;
}

const ImpastoImage& inputImage(const ImpastoFrame& images, InputKind kind) noexcept {
  switch (kind) {
    case InputKind::Depth:
      return orColor(images.depth, images);
    case InputKind::Normals:
      return orColor(images.normals, images);
    default:
      return images.color;
  }
}

shaders::BandPush bandPush(const TensorView& view, const TensorBand& band, uint32_t layer, uint32_t rows) noexcept {
  shaders::BandPush push{};
  push.first_row = band.first_row;
  push.rows = rows;
  push.pitch = view.width;
  push.row_quads = view.row_quads;
  push.quad = view.quad;
  push.layer = layer;
  return push;
}

// Rows of the band that a frame of this height has; 0: none.
uint32_t rowsOf(const TensorBand& band, uint32_t height) noexcept {
  return band.first_row < height ? std::min(band.rows, height - band.first_row) : 0;
}

}  // namespace

Painter::Painter(const vulkan::VulkanDevice& device, const PassPipelines& pipelines, const Backend& backend,
                 const Style& style, const PainterRequest& request)
    : device_(&device),
      pipelines_(&pipelines),
      settings_(request.settings),
      width_(request.width),
      height_(request.height),
      default_style_vector_(defaultStyleVector(style)),
      outputs_(generatorRequest(style, request).outputs),
      generator_(backend.prepare(style, generatorRequest(style, request, this))),
      history_(outputs_),
      high_pass_pitch_(highPassPitch(request.width)),
      high_pass_(device, highPassBytes(request), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, 0, kDeviceLocal,
                 "the pass's fine detail"),
      constants_(device, regionCount(request)) {
  for (const InputKind kind : kInputKinds) {
    if (style.graph.needs(kind) && wants(kind)) needs_ |= bit(kind);
  }
  if (wants(InputKind::History)) {
    const TensorView painted = generator_->output(0, 0);
    const VkDeviceSize longest = std::max(plainBytes(request), painted.rowBytes() * painted.height);
    if (const uint32_t limit = device.properties.limits.maxStorageBufferRange; longest > limit) {
      throw Error(ErrorCode::Unsupported, "a style with history needs the previous frame in one piece of " +
                                              std::to_string(longest) +
                                              " bytes: the device's maxStorageBufferRange is " + std::to_string(limit));
    }
    for (uint32_t i = 0; i < settings_.layers * outputs_; ++i) {
      plain_.emplace_back(device, plainBytes(request), VK_BUFFER_USAGE_STORAGE_BUFFER_BIT, kDeviceLocal, 0,
                          "the pass's plain frames");
    }
  }
  makeSteps(settings_.frames_in_flight);
}

// What a generator tells of its last frames is written to members that are declared after it.
Painter::~Painter() { generator_.reset(); }

void Painter::makeSteps(uint32_t slots) {
  const VkPhysicalDeviceLimits& limits = device_->properties.limits;
  for (uint32_t layer = 0; layer < settings_.layers; ++layer) {
    for (const Generator::Input& input : generator_->inputs(layer)) {
      for (const TensorBand& band : splitIntoBands(limits, input.view)) {
        pack_steps_.push_back({input.kind, layer, input.view, band, {}});
      }
    }
    for (uint32_t output = 0; output < outputs_; ++output) {
      const TensorView view = generator_->output(layer, output);
      for (const TensorBand& band : splitIntoBands(limits, view)) {
        if (rowsOf(band, height_) > 0) composite_steps_.push_back({layer, output, view, band, {}});
      }
    }
  }
  if (wants(InputKind::History)) keep_sets_.resize(settings_.layers);

  const uint32_t packs = static_cast<uint32_t>(pack_steps_.size()) * slots;  // some of them reproject
  const uint32_t keeps = static_cast<uint32_t>(keep_sets_.size()) * slots;
  const uint32_t composites = static_cast<uint32_t>(composite_steps_.size()) * slots;
  const std::array sizes = {
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_SAMPLED_IMAGE, 3 * packs + 3 * keeps + 2 * composites},
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_IMAGE, std::max(1u, composites)},
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 4 * packs + 4 * keeps + 2 * composites},
      VkDescriptorPoolSize{VK_DESCRIPTOR_TYPE_UNIFORM_BUFFER, packs + keeps + composites},
  };
  pool_ = vulkan::createDescriptorPool(*device_, packs + keeps + composites, sizes);
  const auto allocate = [&](SlotSets& sets, const vulkan::DescriptorSetLayout& layout) {
    for (uint32_t slot = 0; slot < slots; ++slot) {
      sets[slot] = vulkan::allocateDescriptorSet(*device_, pool_.get(), layout.get());
    }
  };
  for (PackStep& step : pack_steps_) {
    allocate(step.sets, step.kind == InputKind::History ? pipelines_->history_set_layout : pipelines_->pack_set_layout);
  }
  for (SlotSets& sets : keep_sets_) allocate(sets, pipelines_->history_set_layout);
  for (CompositeStep& step : composite_steps_) allocate(step.sets, pipelines_->composite_set_layout);
}

MemoryUse Painter::predictMemory(const vulkan::VulkanDevice& device, const Backend& backend, const Style& style,
                                 const PainterRequest& request) {
  const GeneratorRequest generator = generatorRequest(style, request);
  MemoryUse use = backend.predictMemory(style, generator);
  const VkBufferUsageFlags storage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT;
  use.own += memoryOf(device, highPassBytes(request), storage, "the pass's fine detail");
  if (generator.outputs > 1) {
    use.own += memoryOf(device, plainBytes(request), storage, "the pass's plain frames") * request.settings.layers *
               generator.outputs;
  }
  use.own += memoryOf(device, ConstantsBuffer::bytes(device, regionCount(request)), VK_BUFFER_USAGE_UNIFORM_BUFFER_BIT,
                      "the pass's frame constants");
  return use;
}

MemoryUse Painter::memoryUse() const noexcept {
  MemoryUse use = generator_->memoryUse();
  use.own += high_pass_.allocatedBytes() + constants_.allocatedBytes();
  for (const vulkan::Buffer& plain : plain_) use.own += plain.allocatedBytes();
  return use;
}

bool Painter::wants(InputKind kind) const noexcept {
  for (const Generator::Input& input : generator_->inputs(0)) {
    if (input.kind == kind) return true;
  }
  return false;
}

void Painter::checkFrame(const FrameSettings& frame) const {
  const auto missing = [](const char* name) {
    throw Error(ErrorCode::InvalidArgument, std::string("frame->") + name + " is missing, but the style needs it");
  };
  if (needs(InputKind::Depth) && !frame.has_depth) missing("depth");
  if (needs(InputKind::Normals) && !frame.has_normals) missing("normals");
  if (frame.style_vector_length != 0 && frame.style_vector_length != default_style_vector_.size()) {
    throw Error(ErrorCode::InvalidArgument, "frame->style_vector_length is " +
                                                std::to_string(frame.style_vector_length) + ", the style's is " +
                                                std::to_string(default_style_vector_.size()));
  }
}

uint32_t Painter::region(uint32_t slot, uint32_t layer, bool outputs) const noexcept {
  return (slot * settings_.layers + layer) * 2 + (outputs ? 1 : 0);
}

void Painter::recordInputs(VkCommandBuffer command_buffer, const FrameSettings& frame, const ImpastoFrame& images,
                           StageTimer* timer) {
  using Mark = StageTimer::Mark;
  SlotState& state = slots_[frame.slot];
  state.settings = frame;
  // A generator that runs elsewhere has to signal its semaphore in any case.
  state.painted = frame.controls.strength > 0.0f || !generator_->runsInCommandBuffer();
  state.frame = {frame.slot, frame.width, frame.height, history_.outputIndex()};
  {
    const std::lock_guard lock(state.mutex);
    state.failed = false;
    state.outputs_recorded = false;
  }
  if (history_lost_.exchange(false)) history_.forget();
  const PreviousFrame* previous = keep_sets_.empty() ? nullptr : history_.previousFor(frame);
  const std::span<const float> style_vector = frame.style_vector_length != 0
                                                  ? std::span(frame.style_vector).first(frame.style_vector_length)
                                                  : std::span<const float>(default_style_vector_);
  for (uint32_t layer = 0; state.painted && layer < settings_.layers; ++layer) {
    // It can fail: before anything is recorded.
    constants_.write(region(frame.slot, layer, false),
                     frameConstants(settings_, frame, layer, generator_->alignment(), previous, style_vector));
  }
  if (timer) timer->beginFrame(command_buffer, frame.slot);
  if (!state.painted) return;

  for (uint32_t layer = 0; layer < settings_.layers; ++layer) {
    if (timer) timer->mark(command_buffer, frame.slot, Mark::Begin, layer);
    generator_->beginLayer(command_buffer, state.frame, layer);
    {
      const vulkan::CommandLabel label(*device_, command_buffer, "Impasto inputs");
      recordPacking(command_buffer, state, images, layer);
      recordKeeping(command_buffer, state, images, layer);
    }
    if (timer) timer->mark(command_buffer, frame.slot, Mark::Packed, layer);
    {
      const vulkan::CommandLabel label(*device_, command_buffer, "Impasto generator");
      generator_->endLayer(command_buffer, state.frame, layer);
    }
    if (timer) timer->mark(command_buffer, frame.slot, Mark::Generated, layer);
  }
}

void Painter::recordPacking(VkCommandBuffer command_buffer, const SlotState& state, const ImpastoFrame& images,
                            uint32_t layer) {
  const vulkan::Dispatch& vk = device_->vk;
  const uint32_t alignment = generator_->alignment();
  const uint32_t width = groups(state.frame.width, alignment) * alignment;
  const uint32_t height = groups(state.frame.height, alignment) * alignment;
  for (const PackStep& step : pack_steps_) {
    if (step.layer != layer) continue;
    const bool history = step.kind == InputKind::History, global = isGlobal(step.kind);
    const uint32_t rows = global ? (step.view.channels + 3) / 4 : rowsOf(step.band, height);
    if (rows == 0) continue;
    const VkDescriptorSet set = step.sets[state.frame.slot];
    shaders::BandPush push = bandPush(step.view, step.band, layer, rows);
    if (history) {
      const TensorView painted = generator_->output(layer, history_.previousIndex());
      push.plain_pitch = width_;
      push.previous_pitch = painted.width;
      push.previous_row_quads = painted.row_quads;
      push.previous_quad = painted.quad;
      bindHistory(set, state, images, layer, step.view, step.band);
    } else {
      const ImpastoImage& image = inputImage(images, step.kind);
      vulkan::DescriptorWriter writer(*device_, set);
      writer.sampledImage(0, image.view, image.layout);
      writer.storageBuffer(1, step.view.buffer, step.band.offset, step.band.range);
      constants_.bind(writer, 2, region(state.frame.slot, layer, false));
      writer.write();
    }
    vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE,
                       history ? pipelines_->reproject.get() : pipelines_->pack.at(step.kind).get());
    dispatch(command_buffer, history ? pipelines_->history_layout.get() : pipelines_->pack_layout.get(), set, push,
             global ? 1 : groupsX(width), global ? 1 : groupsY(rows));
  }
}

void Painter::recordKeeping(VkCommandBuffer command_buffer, const SlotState& state, const ImpastoFrame& images,
                            uint32_t layer) {
  if (keep_sets_.empty()) return;
  const VkDescriptorSet set = keep_sets_[layer][state.frame.slot];
  // keep.comp shares reproject.comp's bindings; what it does not use of them may be anything that is valid.
  const TensorView view = generator_->output(layer, state.frame.output_index);
  bindHistory(set, state, images, layer, view, {0, view.height, view.offset, view.rowBytes() * view.height});
  shaders::BandPush push{};
  push.layer = layer;
  push.plain_pitch = width_;
  device_->vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipelines_->keep.get());
  dispatch(command_buffer, pipelines_->history_layout.get(), set, push, groupsX(state.frame.width),
           groupsY(state.frame.height));
}

void Painter::bindHistory(VkDescriptorSet set, const SlotState& state, const ImpastoFrame& images, uint32_t layer,
                          const TensorView& target, const TensorBand& band) {
  const TensorView painted = generator_->output(layer, history_.previousIndex());
  const vulkan::Buffer& previous_plain = plainFrame(layer, history_.previousIndex());
  const vulkan::Buffer& plain = plainFrame(layer, state.frame.output_index);
  const ImpastoImage& depth = orColor(images.depth, images);
  const ImpastoImage& motion = orColor(images.motion, images);
  vulkan::DescriptorWriter writer(*device_, set);
  writer.sampledImage(0, images.color.view, images.color.layout);
  writer.sampledImage(1, depth.view, depth.layout);
  writer.sampledImage(2, motion.view, motion.layout);
  writer.storageBuffer(3, target.buffer, band.offset, band.range);
  writer.storageBuffer(4, painted.buffer, painted.offset, painted.rowBytes() * painted.height);
  writer.storageBuffer(5, previous_plain.get(), 0, previous_plain.size());
  writer.storageBuffer(6, plain.get(), 0, plain.size());
  constants_.bind(writer, 7, region(state.frame.slot, layer, false));
  writer.write();
}

void Painter::execute(uint32_t slot, const TimelinePoints& points) { generator_->execute(slots_[slot].frame, points); }

void Painter::recordOutputs(VkCommandBuffer command_buffer, const FrameSettings& frame, const ImpastoFrame& images,
                            StageTimer* timer) {
  using Mark = StageTimer::Mark;
  SlotState& state = slots_[frame.slot];
  FrameSettings settings = frame;
  settings.width = state.frame.width;
  settings.height = state.frame.height;
  bool painted = state.painted;
  {
    const std::lock_guard lock(state.mutex);
    if (state.failed) painted = false;
    if (!painted) settings.controls.strength = 0.0f;
    for (uint32_t layer = 0; layer < settings_.layers; ++layer) {
      constants_.write(region(frame.slot, layer, true), frameConstants(settings_, settings, layer, 1, nullptr, {}));
    }
    state.outputs_recorded = true;
  }
  for (const CompositeStep& step : composite_steps_) {
    if (step.output_index == state.frame.output_index) bindComposite(step, state, images);
  }
  if (state.painted) generator_->beginOutputs(command_buffer);
  if (timer) timer->mark(command_buffer, frame.slot, Mark::OutputsBegin);
  {
    const vulkan::CommandLabel label(*device_, command_buffer, "Impasto outputs");
    // The generator has made its output visible, and ordered what was read before what is overwritten now: the fine
    // detail of earlier frames and, where it is the output too, the colour image.
    if (settings.controls.detail > 0.0f && settings.controls.strength > 0.0f) {
      dispatchComposite(command_buffer, pipelines_->high_pass.get(), state);
      vulkan::recordBarrier(*device_, command_buffer, vulkan::kComputeStage, VK_ACCESS_SHADER_WRITE_BIT,
                            vulkan::kComputeStage, vulkan::kShaderReadWrite);
    }
    dispatchComposite(command_buffer, pipelines_->composite.get(), state);
  }
  if (timer) {
    timer->mark(command_buffer, frame.slot, Mark::OutputsEnd);
    timer->endFrame(frame.slot, settings_.layers, state.painted);
  }
  history_.recorded(state.settings, painted && state.settings.controls.strength > 0.0f);
}

// Whether or not the composite is recorded by now, it leaves the frame as it is.
void Painter::frameFailed(uint32_t slot) noexcept {
  SlotState& state = slots_[slot];
  const std::lock_guard lock(state.mutex);
  state.failed = true;
  if (!state.outputs_recorded) return;
  for (uint32_t layer = 0; layer < settings_.layers; ++layer) {
    constants_.writeStrengthZero(region(slot, layer, true));
  }
  history_lost_ = true;
}

void Painter::bindComposite(const CompositeStep& step, const SlotState& state, const ImpastoFrame& images) {
  const VkDeviceSize pitch = VkDeviceSize{high_pass_pitch_} * sizeof(float);
  const VkDeviceSize first_row = VkDeviceSize{step.layer} * height_ + step.band.first_row;
  const ImpastoImage& mask = orColor(images.mask, images);
  vulkan::DescriptorWriter writer(*device_, step.sets[state.frame.slot]);
  writer.sampledImage(0, images.color.view, images.color.layout);
  writer.sampledImage(1, mask.view, mask.layout);
  writer.storageImage(2, images.output.view);
  writer.storageBuffer(3, step.view.buffer, step.band.offset, step.band.range);
  writer.storageBuffer(4, high_pass_.get(), first_row * pitch, rowsOf(step.band, height_) * pitch);
  constants_.bind(writer, 5, region(state.frame.slot, step.layer, true));
  writer.write();
}

void Painter::dispatchComposite(VkCommandBuffer command_buffer, VkPipeline pipeline, const SlotState& state) {
  device_->vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline);
  for (const CompositeStep& step : composite_steps_) {
    const uint32_t rows = rowsOf(step.band, state.frame.height);
    if (step.output_index != state.frame.output_index || rows == 0) continue;
    shaders::BandPush push = bandPush(step.view, step.band, step.layer, rows);
    push.plain_pitch = high_pass_pitch_;
    dispatch(command_buffer, pipelines_->composite_layout.get(), step.sets[state.frame.slot], push,
             groupsX(state.frame.width), groupsY(rows));
  }
}

void Painter::dispatch(VkCommandBuffer command_buffer, VkPipelineLayout layout, VkDescriptorSet set,
                       const shaders::BandPush& push, uint32_t groups_x, uint32_t groups_y) const noexcept {
  const vulkan::Dispatch& vk = device_->vk;
  vk.CmdBindDescriptorSets(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, layout, 0, 1, &set, 0, nullptr);
  vk.CmdPushConstants(command_buffer, layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, sizeof push, &push);
  vk.CmdDispatch(command_buffer, groups_x, groups_y, 1);
}

}  // namespace impasto
