#include "vulkan/program.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "backend/tensor_view.h"
#include "base/error.h"
#include "vulkan/commands.h"

namespace impasto::vulkan {

// A tensor as one descriptor of one dispatch sees it.
struct Program::Bound {
  const PlannedTensor* tensor = nullptr;
  Rows rows;               // that are touched
  uint32_t first_row = 0;  // that is bound: at most rows.begin, where a descriptor may begin
  VkDeviceSize offset = 0, range = 0;  // in the tensor's room
  bool written = false;
};

struct Program::Dispatch {
  const Step* step = nullptr;
  PipelineSet::Entry pipeline;
  uint32_t first_set = 0;
  bool set_per_output = false;
  BoundTensor source, addend, result;
  Rows rows;
  bool barrier = false;  // before it: it touches what a dispatch since the last barrier wrote, or writes what one read
};

class Program::Builder {
 public:
  Builder(Program& program, const std::map<uint32_t, PackedWeights>& weights, const ProgramMemory& memory)
      : program_(program),
        device_(*program.device_),
        traits_(program.traits_),
        weights_(weights),
        memory_(memory) {
    const VkPhysicalDeviceLimits& limits = device_.properties.limits;
    alignment_ = limits.minStorageBufferOffsetAlignment;
    max_range_ = limits.maxStorageBufferRange;
    if (device_.software) {
      alignment_ = std::max(alignment_, limits.minTexelBufferOffsetAlignment);
      max_range_ = std::min<VkDeviceSize>(max_range_, VkDeviceSize{limits.maxTexelBufferElements} * 4 *
                                                          traits_.element_bytes);
    }
  }

  void run() {
    add(plan().constant_steps, program_.constants_);
    add(plan().steps, program_.dispatches_);
    createSets();
  }

 private:
  // What the descriptor sets of a dispatch are written with.
  struct Pending {
    const Step* step;
    const KernelShader* shader;
    VkDescriptorSetLayout layout;
    std::optional<Bound> source, addend, result;
    bool per_output;
  };

  const Graph& graph() const { return program_.graph_; }
  const Plan& plan() const { return program_.plan_; }
  const PlannedTensor& tensor(uint32_t i) const { return plan().tensors[i]; }

  static bool isConv(const Step& step) { return step.kind == Step::Kind::Conv; }
  uint32_t rowsOf(const Step& step) const { return tensor(step.result).height / (isConv(step) ? step.block : 1); }

  double multiplyAddsPerRow(const Step& step) const {
    if (!isConv(step)) return 0;
    const Op& op = graph().ops[step.op];
    return static_cast<double>(tensor(step.result).width / step.block) * op.channels * op.kernel * op.kernel *
           tensor(step.source).channels * step.fold * step.fold;
  }

  // Rows of a source that rows of the result need.
  Rows sourceRows(const Step& step, Rows rows) const {
    const Op& op = graph().ops[step.op];
    const uint32_t height = tensor(step.source).height;
    switch (step.kind) {
      case Step::Kind::Conv: {
        const uint32_t pad = op.kernel / 2, read_height = (height << (step.upsample ? 1 : 0)) / step.fold;
        const uint32_t begin = rows.begin * op.stride;
        Rows needed{begin - std::min(begin, pad), std::min(read_height, (rows.end - 1) * op.stride + pad + 1)};
        if (step.upsample) needed = {needed.begin / 2, (needed.end - 1) / 2 + 1};
        return {needed.begin * step.fold, needed.end * step.fold};
      }
      case Step::Kind::Blend:
        return {rows.begin - std::min(rows.begin, op.range), std::min(height, rows.end + op.range)};
      case Step::Kind::Rearrange:
        if (op.type == OpType::SpaceToDepth) return {rows.begin * op.block, rows.end * op.block};
        if (op.type == OpType::DepthToSpace) return {rows.begin / op.block, (rows.end - 1) / op.block + 1};
        if (op.type == OpType::Upsample) return {rows.begin / 2, (rows.end - 1) / 2 + 1};
        return rows;
      default:
        return rows;
    }
  }

  std::optional<Bound> bind(uint32_t index, Rows rows, bool written) const {
    const PlannedTensor& t = tensor(index);
    const VkDeviceSize row_bytes = VkDeviceSize{t.row_quads} * t.width * 4 * traits_.element_bytes;
    const uint32_t granularity = bandGranularity(row_bytes, alignment_);
    Bound bound;
    bound.tensor = &t;
    bound.rows = rows;
    bound.first_row = rows.begin / granularity * granularity;
    bound.offset = t.offset + bound.first_row * row_bytes;
    bound.range = (rows.end - bound.first_row) * row_bytes;
    bound.written = written;
    if (bound.range > max_range_) return std::nullopt;
    return bound;
  }

  // False when a descriptor is too short for these rows.
  bool bindAll(const Step& step, Rows rows, Pending& pending) const {
    const uint32_t block = isConv(step) ? step.block : 1;
    const Rows result_rows{rows.begin * block, rows.end * block};
    pending.result = bind(step.result, result_rows, true);
    if (step.source != kNone) pending.source = bind(step.source, sourceRows(step, rows), false);
    if (step.addend != kNone) {
      pending.addend = bind(step.addend, step.kind == Step::Kind::Modulate ? Rows{0, 1} : result_rows, false);
    }
    return pending.result.has_value() && pending.source.has_value() == (step.source != kNone) &&
           pending.addend.has_value() == (step.addend != kNone);
  }

  std::vector<Rows> splitStep(const Step& step) const {
    const uint32_t total = rowsOf(step);
    uint32_t rows = total;
    if (const double row = multiplyAddsPerRow(step); row * total > device_.max_multiply_adds) {
      rows = std::max(1u, static_cast<uint32_t>(device_.max_multiply_adds / row));
    }
    for (;; rows = (rows + 1) / 2) {
      std::vector<Rows> bands;
      for (uint32_t begin = 0; begin < total; begin += rows) bands.push_back({begin, std::min(begin + rows, total)});
      const auto fits = [&](Rows band) {
        Pending pending{};
        return bindAll(step, band, pending);
      };
      if (std::all_of(bands.begin(), bands.end(), fits)) return bands;
      if (rows == 1) {
        throw Error(ErrorCode::Unsupported, "op " + graph().ops[step.op].name + " at " + std::to_string(plan().width) +
                                                "x" + std::to_string(plan().height) +
                                                " reads more than the device's maxStorageBufferRange of " +
                                                std::to_string(max_range_) + " bytes for one row");
      }
    }
  }

  void add(const std::vector<Step>& steps, std::vector<Dispatch>& dispatches) {
    touched_.clear();
    for (const Step& step : steps) {
      for (const Rows& rows : splitStep(step)) dispatches.push_back(describe(step, rows));
    }
  }

  Dispatch describe(const Step& step, Rows rows) {
    Pending pending{};
    bindAll(step, rows, pending);
    pending.step = &step;
    pending.shader = &step.kernel->shader(traits_);
    Dispatch dispatch;
    dispatch.step = &step;
    dispatch.pipeline =
        device_.pipelines().get(*pending.shader, step.kernel->specialization({traits_, graph(), plan(), step}));
    pending.layout = dispatch.pipeline.set_layout;
    const auto seen = [](const std::optional<Bound>& bound) {
      return bound ? BoundTensor{bound->tensor, bound->first_row} : BoundTensor{};
    };
    dispatch.source = seen(pending.source);
    dispatch.addend = seen(pending.addend);
    dispatch.result = seen(pending.result);
    dispatch.rows = rows;
    for (const auto* bound : {&pending.source, &pending.addend, &pending.result}) {
      if (*bound && (*bound)->tensor->room == Room::Output) dispatch.set_per_output = true;
    }
    pending.per_output = dispatch.set_per_output;
    dispatch.first_set = set_count_;
    set_count_ += pending.per_output ? memory_.output_count : 1;
    dispatch.barrier = needsBarrier(pending);
    checkGroups(dispatch);
    pending_.push_back(std::move(pending));
    return dispatch;
  }

  void checkGroups(const Dispatch& dispatch) const {
    const Launch launch =
        dispatch.step->kernel->launch({traits_, graph(), *dispatch.step, dispatch.source, dispatch.addend, dispatch.result,
                                       dispatch.rows, {plan().width, plan().height}});
    const auto& most = device_.properties.limits.maxComputeWorkGroupCount;
    for (size_t i = 0; i < 3; ++i) {
      if (launch.groups[i] <= most[i]) continue;
      throw Error(ErrorCode::Unsupported, "op " + graph().ops[dispatch.step->op].name + " needs " +
                                              std::to_string(launch.groups[i]) +
                                              " workgroups: the device's maxComputeWorkGroupCount is " +
                                              std::to_string(most[i]));
    }
  }

  // Do both touch a texel of a tensor, or memory that two tensors have one after the other?
  static bool overlap(const Bound& a, const Bound& b) {
    if (a.tensor->room != b.tensor->room) return false;
    if (a.tensor->root == b.tensor->root) {
      return a.rows.begin < b.rows.end && b.rows.begin < a.rows.end &&
             a.tensor->quad < b.tensor->quad + b.tensor->quads && b.tensor->quad < a.tensor->quad + a.tensor->quads;
    }
    return a.offset < b.offset + b.range && b.offset < a.offset + a.range;
  }

  // Remembers what has been touched since the last barrier.
  bool needsBarrier(const Pending& pending) {
    const size_t before = touched_.size();
    bool needed = false;
    for (const auto* bound : {&pending.source, &pending.addend, &pending.result}) {
      if (!*bound) continue;
      needed = needed || std::any_of(touched_.begin(), touched_.begin() + static_cast<ptrdiff_t>(before),
                                     [&](const Bound& b) { return ((*bound)->written || b.written) && overlap(**bound, b); });
      touched_.push_back(**bound);
    }
    if (needed) touched_.erase(touched_.begin(), touched_.begin() + static_cast<ptrdiff_t>(before));
    return needed;
  }

  void createSets() {
    if (set_count_ == 0) return;
    std::map<VkDescriptorType, uint32_t> counts;
    for (const Pending& pending : pending_) {
      for (const ShaderBinding& binding : pending.shader->bindings) {
        counts[binding.type] += pending.per_output ? memory_.output_count : 1;
      }
    }
    std::vector<VkDescriptorPoolSize> sizes;
    for (const auto& [type, count] : counts) sizes.push_back({type, count});
    program_.pool_ = createDescriptorPool(device_, set_count_, sizes);
    for (const Pending& pending : pending_) {
      for (uint32_t output = 0; output < (pending.per_output ? memory_.output_count : 1); ++output) {
        const VkDescriptorSet set = allocateDescriptorSet(device_, program_.pool_.get(), pending.layout);
        writeSet(set, pending, output);
        program_.sets_.push_back(set);
      }
    }
  }

  void writeSet(VkDescriptorSet set, const Pending& pending, uint32_t output) {
    DescriptorWriter writer(device_, set);
    uint32_t index = 0;
    for (const ShaderBinding& binding : pending.shader->bindings) {
      const VkDescriptorBufferInfo info = locate(binding.role, pending, output);
      if (binding.type == VK_DESCRIPTOR_TYPE_UNIFORM_TEXEL_BUFFER) {
        writer.uniformTexelBuffer(index, makeView(info));
      } else {
        writer.storageBuffer(index, info.buffer, info.offset, info.range);
      }
      ++index;
    }
    writer.write();
  }

  VkDescriptorBufferInfo locate(Role role, const Pending& pending, uint32_t output) const {
    const auto tensorInfo = [&](const std::optional<Bound>& bound) -> VkDescriptorBufferInfo {
      switch (bound->tensor->room) {
        case Room::Scratch: return {memory_.scratch, bound->offset, bound->range};
        case Room::Constant: return {memory_.kept, memory_.constants + bound->offset, bound->range};
        case Room::Output: break;
      }
      return {memory_.kept, memory_.outputs + output * memory_.output_stride + bound->offset, bound->range};
    };
    switch (role) {
      case Role::Source: return tensorInfo(pending.source);
      case Role::Addend: return tensorInfo(pending.addend ? pending.addend : pending.source);  // absent: bound, not read
      case Role::Result: return tensorInfo(pending.result);
      case Role::Weights: break;
      case Role::Bias: {
        const PackedWeights& packed = weights_.at(pending.step->op);
        return {memory_.weights, packed.bias_offset, packed.bias_bytes};
      }
    }
    const PackedWeights& packed = weights_.at(pending.step->op);
    return {memory_.weights, packed.offset, packed.bytes};
  }

  VkBufferView makeView(const VkDescriptorBufferInfo& info) {
    VkBufferViewCreateInfo create{VK_STRUCTURE_TYPE_BUFFER_VIEW_CREATE_INFO};
    create.buffer = info.buffer;
    create.format = device_.half_precision ? VK_FORMAT_R16G16B16A16_SFLOAT : VK_FORMAT_R32G32B32A32_SFLOAT;
    create.offset = info.offset;
    create.range = info.range;
    VkBufferView view = VK_NULL_HANDLE;
    check(device_.vk.CreateBufferView(device_.device, &create, device_.allocator(), &view), "vkCreateBufferView");
    program_.views_.emplace_back(device_, view);
    return view;
  }

  Program& program_;
  const VulkanDevice& device_;
  const DeviceTraits& traits_;
  const std::map<uint32_t, PackedWeights>& weights_;
  const ProgramMemory& memory_;
  VkDeviceSize alignment_ = 0, max_range_ = 0;
  std::vector<Pending> pending_;
  uint32_t set_count_ = 0;
  std::vector<Bound> touched_;
};

Program::Program(const VulkanDevice& device, const Graph& graph, Plan plan,
                 const std::map<uint32_t, PackedWeights>& weights, const ProgramMemory& memory)
    : device_(&device), traits_(device.traits()), graph_(graph), plan_(std::move(plan)) {
  Builder(*this, weights, memory).run();
}

Program::~Program() = default;

void Program::recordConstants(VkCommandBuffer command_buffer, FrameExtent frame) const {
  run(command_buffer, constants_, frame, 0, {});
}

void Program::record(VkCommandBuffer command_buffer, FrameExtent frame, uint32_t output, const Timing& timing) const {
  if (timing.timer) timing.timer->begin(command_buffer, timing.slot);
  run(command_buffer, dispatches_, frame, output, timing);
}

void Program::run(VkCommandBuffer command_buffer, const std::vector<Dispatch>& dispatches, FrameExtent frame,
                  uint32_t output, const Timing& timing) const {
  const vulkan::Dispatch& vk = device_->vk;
  VkPipeline bound = VK_NULL_HANDLE;
  uint32_t steps_done = 0;
  const Step* last_step = nullptr;
  const auto stepDone = [&] {
    if (timing.timer && last_step) timing.timer->stepDone(command_buffer, timing.slot, steps_done++);
  };
  for (const Dispatch& dispatch : dispatches) {
    if (dispatch.step != last_step) stepDone();
    last_step = dispatch.step;
    if (dispatch.barrier) {
      recordBarrier(*device_, command_buffer, kComputeStage, VK_ACCESS_SHADER_WRITE_BIT, kComputeStage, kShaderReadWrite);
    }
    const Step& step = *dispatch.step;
    const uint32_t block = step.kind == Step::Kind::Conv ? step.block : 1;
    const uint32_t height = frame.heightAt(dispatch.result.tensor->downscale) / block;
    if (dispatch.rows.begin >= height) continue;  // a band below a smaller frame
    const Launch launch = step.kernel->launch({traits_, graph_, step, dispatch.source, dispatch.addend, dispatch.result,
                                               {dispatch.rows.begin, std::min(dispatch.rows.end, height)}, frame});
    const CommandLabel label(*device_, command_buffer, graph_.ops[step.op].name.c_str());
    if (dispatch.pipeline.pipeline != bound) {
      bound = dispatch.pipeline.pipeline;
      vk.CmdBindPipeline(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, bound);
    }
    const VkDescriptorSet set = sets_[dispatch.first_set + (dispatch.set_per_output ? output : 0)];
    vk.CmdBindDescriptorSets(command_buffer, VK_PIPELINE_BIND_POINT_COMPUTE, dispatch.pipeline.layout, 0, 1, &set, 0,
                             nullptr);
    vk.CmdPushConstants(command_buffer, dispatch.pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT, 0, launch.push_bytes,
                        launch.push.data());
    vk.CmdDispatch(command_buffer, launch.groups[0], launch.groups[1], launch.groups[2]);
  }
  stepDone();
}

}  // namespace impasto::vulkan
