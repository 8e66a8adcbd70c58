#include "vulkan/program.h"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>

#include "base/error.h"

namespace impasto::vulkan {
namespace {

// Rows of a step's result (of a convolution's: before depth_to_space), or of a tensor: [begin, end).
struct Rows {
  uint32_t begin = 0, end = 0;
};

uint32_t divideUp(uint32_t a, uint32_t b) { return (a + b - 1) / b; }

}  // namespace

// A tensor as one descriptor of one dispatch sees it.
struct Program::Bound {
  const PlannedTensor* tensor = nullptr;
  VkDeviceSize offset = 0, range = 0;
  uint32_t first_row = 0;
  bool written = false;
};

class Program::Builder {
 public:
  Builder(Program& program, const ProgramInputs& inputs)
      : program_(program),
        device_(*program.device_),
        pipelines_(device_.pipelines()),
        in_(inputs),
        bytes_(device_.bytesPerElement()) {
    const VkPhysicalDeviceLimits& limits = device_.properties.limits;
    alignment_ = limits.minStorageBufferOffsetAlignment;
    max_range_ = limits.maxStorageBufferRange;
    if (device_.software) {
      alignment_ = std::max(alignment_, limits.minTexelBufferOffsetAlignment);
      max_range_ = std::min<VkDeviceSize>(max_range_, VkDeviceSize{limits.maxTexelBufferElements} * 4 * bytes_);
    }
  }

  void run() {
    // Count first: descriptor sets come from one pool.
    std::vector<std::vector<Rows>> bands;
    uint32_t sets = 0;
    for (const Step& step : in_.plan.steps) {
      bands.push_back(splitStep(step));
      sets += static_cast<uint32_t>(bands.back().size());
    }
    if (sets == 0) return;
    const VkDescriptorPoolSize sizes[] = {{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, sets * kConvBindings},
                                          {VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER, sets * 2}};
    program_.pool_ = createDescriptorPool(device_, sets, sizes);
    for (size_t s = 0; s < bands.size(); ++s) {
      for (const Rows& rows : bands[s]) addDispatch(in_.plan.steps[s], rows);
    }
  }

 private:
  const Op& opOf(const Step& step) const { return in_.graph.ops[step.op]; }
  const PlannedTensor& tensor(uint32_t i) const { return in_.plan.tensors[i]; }

  uint32_t rowsOf(const Step& step) const { return tensor(step.result).height / (isConv(step) ? step.block : 1); }
  static bool isConv(const Step& step) { return step.kind == Step::Kind::Conv; }

  // Rows of the source that rows of the result need.
  Rows sourceRows(const Step& step, Rows rows) const {
    const Op& op = opOf(step);
    switch (op.type) {
      case OpType::Conv2d: {
        const uint32_t pad = op.kernel / 2;
        const uint32_t height = tensor(step.source).height << (step.upsample ? 1 : 0);
        const uint32_t begin = rows.begin * op.stride;
        Rows needed{begin - std::min(begin, pad), std::min(height, (rows.end - 1) * op.stride + pad + 1)};
        if (step.upsample) needed = {needed.begin / 2, (needed.end - 1) / 2 + 1};
        return needed;
      }
      case OpType::SpaceToDepth:
        return {rows.begin * op.block, rows.end * op.block};
      case OpType::DepthToSpace:
        return {rows.begin / op.block, (rows.end - 1) / op.block + 1};
      case OpType::Upsample:
        return {rows.begin / 2, (rows.end - 1) / 2 + 1};
      default:
        return rows;
    }
  }

  std::optional<Bound> bind(uint32_t index, Rows rows, bool written) const {
    const PlannedTensor& t = tensor(index);
    const VkDeviceSize row_bytes = VkDeviceSize{t.row_quads} * t.width * 4 * bytes_;
    const uint32_t granularity = bandGranularity(row_bytes, alignment_);
    Bound bound;
    bound.tensor = &t;
    bound.first_row = rows.begin / granularity * granularity;
    bound.offset = t.offset + bound.first_row * row_bytes;
    bound.range = (rows.end - bound.first_row) * row_bytes;
    bound.written = written;
    if (bound.range > max_range_) return std::nullopt;
    return bound;
  }

  // Source, addend, result, in this order; the absent ones are left out.
  std::optional<std::vector<Bound>> bindAll(const Step& step, Rows rows) const {
    std::vector<Bound> all;
    const auto add = [&](uint32_t index, Rows needed, bool written) {
      const std::optional<Bound> bound = bind(index, needed, written);
      if (bound) all.push_back(*bound);
      return bound.has_value();
    };
    const uint32_t block = isConv(step) ? step.block : 1;
    const Rows result_rows{rows.begin * block, rows.end * block};
    if (step.source != kNone && !add(step.source, sourceRows(step, rows), false)) return std::nullopt;
    if (step.addend != kNone && !add(step.addend, result_rows, false)) return std::nullopt;
    if (!add(step.result, result_rows, true)) return std::nullopt;
    return all;
  }

  std::vector<Rows> splitStep(const Step& step) const {
    const uint32_t total = rowsOf(step);
    for (uint32_t pieces = 1;; pieces *= 2) {
      const uint32_t rows = divideUp(total, pieces);
      std::vector<Rows> bands;
      for (uint32_t begin = 0; begin < total; begin += rows) bands.push_back({begin, std::min(begin + rows, total)});
      if (std::all_of(bands.begin(), bands.end(), [&](Rows band) { return bindAll(step, band).has_value(); })) {
        return bands;
      }
      if (rows == 1) {
        throw Error(ErrorCode::Unsupported, "op " + opOf(step).name + " at " + std::to_string(in_.plan.width) + "x" +
                                                std::to_string(in_.plan.height) +
                                                " reads more than the device's maxStorageBufferRange of " +
                                                std::to_string(max_range_) + " bytes for one row");
      }
    }
  }

  void addDispatch(const Step& step, Rows rows) {
    const std::vector<Bound> bound = *bindAll(step, rows);
    DispatchCommand dispatch;
    switch (step.kind) {
      case Step::Kind::Conv:
        describeConv(dispatch, step, bound, rows);
        break;
      case Step::Kind::Add:
        describeAdd(dispatch, step, bound, rows);
        break;
      case Step::Kind::Noise:
        describeNoise(dispatch, step, bound, rows);
        break;
      case Step::Kind::Rearrange:
        describeRearrange(dispatch, step, bound, rows);
        break;
    }
    const auto& most = device_.properties.limits.maxComputeWorkGroupCount;
    for (int i = 0; i < 3; ++i) {
      if (dispatch.groups[i] > most[i]) {
        throw Error(ErrorCode::Unsupported, "op " + opOf(step).name + " needs " + std::to_string(dispatch.groups[i]) +
                                                " workgroups: the device's maxComputeWorkGroupCount is " +
                                                std::to_string(most[i]));
      }
    }
    dispatch.barrier = needsBarrier(bound);
    program_.dispatches_.push_back(dispatch);
  }

  // Remembers what has been touched since the last barrier.
  bool needsBarrier(const std::vector<Bound>& bound) {
    const auto conflicts = [&](const Bound& a) {
      return std::any_of(touched_.begin(), touched_.end(), [&](const Bound& b) {
        return (a.written || b.written) && a.offset < b.offset + b.range && b.offset < a.offset + a.range;
      });
    };
    const bool needed = std::any_of(bound.begin(), bound.end(), conflicts);
    if (needed) touched_.clear();
    touched_.insert(touched_.end(), bound.begin(), bound.end());
    return needed;
  }

  void describeConv(DispatchCommand& dispatch, const Step& step, const std::vector<Bound>& bound, Rows rows) {
    const Op& op = opOf(step);
    const PackedConv& weights = in_.weights.at(step.op);
    const bool adds = step.addend != kNone;
    const Bound& source = bound.front();
    const Bound& result = bound.back();
    const uint32_t shift = step.upsample ? 1 : 0;
    dispatch.pipeline =
        pipelines_.get(Kernel::Conv, {op.kernel, op.stride, weights.group_quads, static_cast<uint32_t>(op.activation),
                                      shift, step.block, adds ? 1u : 0u, static_cast<uint32_t>(step.add_activation)});
    const uint32_t width = result.tensor->width / step.block;
    const PlannedTensor none;
    const PlannedTensor& addend = adds ? *bound[1].tensor : none;
    push(dispatch, {source.tensor->width << shift, source.tensor->height << shift, source.tensor->quads,
                    source.tensor->row_quads, source.tensor->quad, source.first_row, width, weights.out_quads,
                    result.tensor->row_quads, result.tensor->quad, result.first_row, addend.row_quads, addend.quad,
                    adds ? bound[1].first_row : 0, weights.bias_index, rows.begin, rows.end});
    constexpr uint32_t kRowsPerInvocation = 4;  // kRows of conv.comp
    setGroups(dispatch, Kernel::Conv, width, divideUp(rows.end - rows.begin, kRowsPerInvocation), weights.groups);

    const VkDescriptorBufferInfo weights_info{in_.weights_buffer, weights.offset, weights.bytes};
    const VkDescriptorBufferInfo infos[kConvBindings] = {describe(source), weights_info, describe(result),
                                                         adds ? describe(bound[1]) : weights_info};
    VkBufferView views[2] = {};
    if (device_.software) {
      for (int i = 0; i < 2; ++i) views[i] = makeView(infos[i]);
    }
    dispatch.set = writeSet(dispatch.pipeline.set_layout, infos, views);
  }

  void describeAdd(DispatchCommand& dispatch, const Step& step, const std::vector<Bound>& bound, Rows rows) {
    const Bound &first = bound[0], &second = bound[1], &result = bound[2];
    dispatch.pipeline = pipelines_.get(Kernel::Add, {static_cast<uint32_t>(opOf(step).activation)});
    push(dispatch, {result.tensor->width, result.tensor->quads, first.tensor->row_quads, first.tensor->quad,
                    first.first_row, second.tensor->row_quads, second.tensor->quad, second.first_row,
                    result.tensor->row_quads, result.tensor->quad, result.first_row, rows.begin, rows.end});
    setGroups(dispatch, Kernel::Add, result.tensor->width, rows.end - rows.begin, result.tensor->quads);
    const VkDescriptorBufferInfo infos[] = {describe(first), describe(second), describe(result)};
    dispatch.set = writeSet(dispatch.pipeline.set_layout, infos, {});
  }

  void describeNoise(DispatchCommand& dispatch, const Step& step, const std::vector<Bound>& bound, Rows rows) {
    const Bound& result = bound[0];
    dispatch.pipeline = pipelines_.get(Kernel::Noise, {});
    push(dispatch, {result.tensor->width, result.tensor->channels, opOf(step).seed, result.tensor->row_quads,
                    result.tensor->quad, result.first_row, rows.begin, rows.end});
    setGroups(dispatch, Kernel::Noise, result.tensor->width, rows.end - rows.begin, result.tensor->quads);
    const VkDescriptorBufferInfo infos[] = {describe(result)};
    dispatch.set = writeSet(dispatch.pipeline.set_layout, infos, {});
  }

  void describeRearrange(DispatchCommand& dispatch, const Step& step, const std::vector<Bound>& bound, Rows rows) {
    const Op& op = opOf(step);
    const Bound &source = bound[0], &result = bound[1];
    // MODE of rearrange.comp
    const uint32_t mode = op.type == OpType::SpaceToDepth   ? 0
                          : op.type == OpType::DepthToSpace ? 1
                          : op.type == OpType::Upsample     ? 2
                                                            : 3;
    const uint32_t channels = mode == 3 ? source.tensor->channels : result.tensor->channels;
    const uint32_t begin = step.begin_channel, end = begin + channels;
    const uint32_t first_quad = begin / 4, quads = divideUp(end, 4) - first_quad;
    dispatch.pipeline = pipelines_.get(Kernel::Rearrange, {mode, std::max(op.block, 1u)});
    push(dispatch, {source.tensor->width, source.tensor->row_quads, source.tensor->quad, source.first_row,
                    result.tensor->width, result.tensor->row_quads, result.tensor->quad, result.first_row, rows.begin,
                    rows.end, first_quad, begin, end, step.pad ? 1u : 0u});
    setGroups(dispatch, Kernel::Rearrange, result.tensor->width, rows.end - rows.begin, quads);
    const VkDescriptorBufferInfo infos[] = {describe(source), describe(result)};
    dispatch.set = writeSet(dispatch.pipeline.set_layout, infos, {});
  }

  static void push(DispatchCommand& dispatch, std::initializer_list<uint32_t> words) {
    static_assert(kPushConstantBytes <= 128, "what every device has");
    std::copy(words.begin(), words.end(), dispatch.push.begin());
    dispatch.push_words = static_cast<uint32_t>(words.size());
  }

  void setGroups(DispatchCommand& dispatch, Kernel kernel, uint32_t width, uint32_t height, uint32_t depth) const {
    dispatch.groups = {divideUp(width, pipelines_.groupWidth(kernel)), divideUp(height, pipelines_.groupHeight(kernel)),
                       depth};
  }

  VkDescriptorBufferInfo describe(const Bound& bound) const { return {in_.arena, bound.offset, bound.range}; }

  VkBufferView makeView(const VkDescriptorBufferInfo& info) {
    VkBufferViewCreateInfo create{VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO};
    create.buffer = info.buffer;
    create.format = device_.half_precision ? VK_FORMAT_R16G16B16A16_SFLOAT : VK_FORMAT_R32G32B32A32_SFLOAT;
    create.offset = info.offset;
    create.range = info.range;
    VkBufferView view = VK_NULL_HANDLE;
    check(device_.vk.CreateBufferView(device_.device, &create, nullptr, &view), "vkCreateBufferView");
    program_.views_.emplace_back(device_, view);
    return view;
  }

  // `views` replaces the first infos where it is given: uniform texel buffers.
  VkDescriptorSet writeSet(VkDescriptorSetLayout layout, std::span<const VkDescriptorBufferInfo> infos,
                           std::span<const VkBufferView> views) {
    const VkDescriptorSet set = allocateDescriptorSet(device_, program_.pool_.get(), layout);
    std::vector<VkWriteDescriptorSet> writes;
    for (uint32_t i = 0; i < infos.size(); ++i) {
      VkWriteDescriptorSet write{VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
      write.dstSet = set;
      write.dstBinding = i;
      write.descriptorCount = 1;
      if (i < views.size() && views[i] != VK_NULL_HANDLE) {
        write.descriptorType = VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER;
        write.pTexelBufferView = &views[i];
      } else {
        write.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
        write.pBufferInfo = &infos[i];
      }
      writes.push_back(write);
    }
    device_.vk.UpdateDescriptorSets(device_.device, static_cast<uint32_t>(writes.size()), writes.data(), 0, nullptr);
    return set;
  }

  Program& program_;
  const VulkanDevice& device_;
  PipelineSet& pipelines_;
  const ProgramInputs& in_;
  VkDeviceSize bytes_;
  VkDeviceSize alignment_ = 0, max_range_ = 0;
  std::vector<Bound> touched_;
};

Program::Program(const VulkanDevice& device, const ProgramInputs& inputs) : device_(&device) {
  Builder(*this, inputs).run();
}

void Program::record(VkCommandBuffer command_buffer) const {
  VkMemoryBarrier2 memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER_2};
  memory.srcStageMask = memory.dstStageMask = VK_PIPELINE_STAGE_2_COMPUTE_SHADER_BIT;
  memory.srcAccessMask = VK_ACCESS_2_SHADER_WRITE_BIT;
  memory.dstAccessMask = VK_ACCESS_2_SHADER_READ_BIT | VK_ACCESS_2_SHADER_WRITE_BIT;
  VkDependencyInfo dependency{VK_STRUCTURE_TYPE_DEPENDENCY_INFO};
  dependency.memoryBarrierCount = 1;
  dependency.pMemoryBarriers = &memory;

  VkPipeline bound = VK_NULL_HANDLE;
  for (const DispatchCommand& dispatch : dispatches_) {
    if (dispatch.barrier) device_->vk.CmdPipelineBarrier2(command_buffer, &dependency);
    if (dispatch.pipeline.pipeline != bound) {
      bound = dispatch.pipeline.pipeline;
      device_->vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, bound);
    }
    device_->vk.CmdBindDescriptorSets(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch.pipeline.layout, 0, 1,
                                      &dispatch.set, 0, nullptr);
    device_->vk.CmdPushConstants(command_buffer, dispatch.pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0,
                                 dispatch.push_words * 4, dispatch.push.data());
    device_->vk.CmdDispatch(command_buffer, dispatch.groups[0], dispatch.groups[1], dispatch.groups[2]);
  }
}

}  // namespace impasto::vulkan
