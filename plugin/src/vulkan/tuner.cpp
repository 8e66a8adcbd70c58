#include "vulkan/tuner.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "vulkan/commands.h"
#include "vulkan/kernel_choices.h"
#include "vulkan/program.h"
#include "vulkan/scratch.h"
#include "vulkan/timestamps.h"

namespace impasto::vulkan {
namespace {

constexpr uint32_t kRuns = 4;          // of each kernel: one to warm up, of the others the fastest counts
constexpr double kHopeless = 16;       // kernels that cost so many times the cheapest are not tried
constexpr uint64_t kPatience = 20'000'000'000;  // nanoseconds

// What submitting takes, which nothing else in the plugin does.
#define IMPASTO_SUBMIT_FUNCTIONS(X)                                                                               \
  X(AllocateCommandBuffers) X(BeginCommandBuffer) X(CmdFillBuffer) X(CreateCommandPool) X(CreateFence)            \
  X(DestroyCommandPool) X(DestroyFence) X(EndCommandBuffer) X(QueueSubmit) X(WaitForFences)

// One command buffer, submitted once.
class Submitter {
 public:
  explicit Submitter(const VulkanDevice& device) : device_(device) {
#define IMPASTO_LOAD(name) \
  name = reinterpret_cast<PFN_vk##name>(device.vk.GetDeviceProcAddr(device.device, "vk" #name));
    IMPASTO_SUBMIT_FUNCTIONS(IMPASTO_LOAD)
#undef IMPASTO_LOAD
    VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool.queueFamilyIndex = device.queue_family;
    check(CreateCommandPool(device.device, &pool, device.allocator(), &pool_), "vkCreateCommandPool");
    const VkFenceCreateInfo fence{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
    const VkResult made = CreateFence(device.device, &fence, device.allocator(), &fence_);
    if (made != VK_SUCCESS) destroy();
    check(made, "vkCreateFence");
  }
  ~Submitter() { destroy(); }
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;

  VkCommandBuffer begin() {
    VkCommandBufferAllocateInfo allocate{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    allocate.commandPool = pool_;
    allocate.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    allocate.commandBufferCount = 1;
    check(AllocateCommandBuffers(device_.device, &allocate, &commands_), "vkAllocateCommandBuffers");
    VkCommandBufferBeginInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    check(BeginCommandBuffer(commands_, &info), "vkBeginCommandBuffer");
    return commands_;
  }

  void run(VkQueue queue) {
    check(EndCommandBuffer(commands_), "vkEndCommandBuffer");
    VkSubmitInfo submit{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    submit.commandBufferCount = 1;
    submit.pCommandBuffers = &commands_;
    check(QueueSubmit(queue, 1, &submit, fence_), "vkQueueSubmit");
    const VkResult result = WaitForFences(device_.device, 1, &fence_, VK_TRUE, kPatience);
    if (result == VK_SUCCESS) return;
    lost_ = true;  // what the GPU may still use is not destroyed
    throw Error(ErrorCode::DeviceLost, "the GPU did not finish timing kernels");
  }
  bool lost() const noexcept { return lost_; }

#define IMPASTO_DECLARE(name) PFN_vk##name name = nullptr;
  IMPASTO_SUBMIT_FUNCTIONS(IMPASTO_DECLARE)
#undef IMPASTO_DECLARE

 private:
  void destroy() noexcept {
    if (lost_) return;
    if (fence_ != VK_NULL_HANDLE) DestroyFence(device_.device, fence_, device_.allocator());
    if (pool_ != VK_NULL_HANDLE) DestroyCommandPool(device_.device, pool_, device_.allocator());
  }

  const VulkanDevice& device_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
  bool lost_ = false;
};

struct Candidate {
  const Step* step = nullptr;
  const Kernel* kernel = nullptr;
  PackedWeights weights;
  std::unique_ptr<Program> program;
};

// Steps of each frame that have a choice which nobody has made. One of several that are equal.
std::vector<Candidate> candidatesOf(const VulkanDevice& device, const DeviceTraits& traits, const Graph& graph,
                                    const Plan& plan) {
  std::vector<Candidate> candidates;
  KernelChoices seen;
  for (const Step& step : plan.steps) {
    const StepOf in{traits, graph, plan, step};
    if (device.kernelChoices().find(in) != nullptr || seen.find(in) != nullptr) continue;
    std::vector<const Kernel*> fitting;
    double least = std::numeric_limits<double>::max();
    for (const Kernel* kernel : allKernels()) {
      if (!kernel->fits(in)) continue;
      fitting.push_back(kernel);
      least = std::min(least, kernel->cost(in));
    }
    std::erase_if(fitting, [&](const Kernel* kernel) { return kernel->cost(in) > kHopeless * least; });
    if (fitting.size() < 2) continue;
    seen.choose(in, *fitting.front());
    for (const Kernel* kernel : fitting) candidates.push_back({&step, kernel, {}, nullptr});
  }
  return candidates;
}

// All that the GPU touches.
struct Workplace {
  Buffer scratch, kept, weights;
  std::optional<Buffer> staging;
  std::vector<Candidate> candidates;
  std::optional<Timestamps> timestamps;
  std::optional<Submitter> submitter;
};

void measure(const VulkanDevice& device, const DeviceTraits& traits, const Graph& graph, const Plan& plan,
             const std::map<uint32_t, ConvWeights>& weights, Workplace& place) {
  std::vector<std::byte> bytes;
  for (Candidate& candidate : place.candidates) {
    candidate.weights =
        candidate.kernel->pack({traits, graph, plan, *candidate.step}, weights.at(candidate.step->op), bytes);
  }
  // Zeros: numbers that no kernel is slow with.
  const VkBufferUsageFlags usage = tensorUsage(device) | VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  const auto room = [&](uint64_t size, const char* what) {
    return Buffer(device, std::max<uint64_t>(size, 256), usage, VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT, 0, what);
  };
  place.scratch = room(plan.scratch_bytes, "tensors for timing");
  place.kept = room(plan.output_bytes + kTensorAlignment + plan.constant_bytes, "outputs for timing");
  place.weights = room(bytes.size(), "weights for timing");
  place.staging.emplace(device, bytes.size(), VK_BUFFER_USAGE_TRANSFER_SRC_BIT, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, 0,
                        "weights for timing, on their way");
  place.staging->write(device, bytes);

  ProgramMemory memory;
  memory.scratch = place.scratch.get();
  memory.weights = place.weights.get();
  memory.kept = place.kept.get();
  memory.constants = (plan.output_bytes + kTensorAlignment - 1) / kTensorAlignment * kTensorAlignment;
  memory.output_stride = plan.output_bytes;
  for (Candidate& candidate : place.candidates) {
    Plan alone = plan;
    alone.constant_steps.clear();
    alone.steps = {*candidate.step};
    alone.steps[0].kernel = candidate.kernel;
    candidate.program = std::make_unique<Program>(
        device, graph, std::move(alone), std::map<uint32_t, PackedWeights>{{candidate.step->op, candidate.weights}},
        memory);
  }

  place.timestamps.emplace(device, static_cast<uint32_t>(place.candidates.size()) * (kRuns + 1));
  place.submitter.emplace(device);
  const VkCommandBuffer commands = place.submitter->begin();
  place.timestamps->reset(commands, 0, static_cast<uint32_t>(place.candidates.size()) * (kRuns + 1));
  for (const Buffer* buffer : {&place.scratch, &place.kept}) {
    place.submitter->CmdFillBuffer(commands, buffer->get(), 0, VK_WHOLE_SIZE, 0);
  }
  const VkBufferCopy copy{0, 0, bytes.size()};
  device.vk.CmdCopyBuffer(commands, place.staging->get(), place.weights.get(), 1, &copy);
  recordBarrier(device, commands, kTransferStage, VK_ACCESS_TRANSFER_WRITE_BIT, kComputeStage, kShaderReadWrite);
  uint32_t query = 0;
  for (const Candidate& candidate : place.candidates) {
    place.timestamps->write(commands, query++);
    for (uint32_t run = 0; run < kRuns; ++run) {
      candidate.program->record(commands, {plan.width, plan.height}, 0, {});
      recordBarrier(device, commands, kComputeStage, VK_ACCESS_SHADER_WRITE_BIT, kComputeStage, kShaderReadWrite);
      place.timestamps->write(commands, query++);
    }
  }
  place.submitter->run(device.tuning_queue);
}

void chooseFastest(const VulkanDevice& device, const DeviceTraits& traits, const Graph& graph, const Plan& plan,
                   const Workplace& place) {
  const Step* step = nullptr;
  float best = 0;
  for (uint32_t i = 0; i < place.candidates.size(); ++i) {
    const Candidate& candidate = place.candidates[i];
    float time = std::numeric_limits<float>::max();
    for (uint32_t run = 1; run < kRuns; ++run) {
      const uint32_t query = i * (kRuns + 1) + run;
      time = std::min(time, place.timestamps->between(query, query + 1).value_or(time));
    }
    if (candidate.step == step && time >= best) continue;
    step = candidate.step;
    best = time;
    device.kernelChoices().choose({traits, graph, plan, *step}, *candidate.kernel);
  }
}

}  // namespace

bool tune(const VulkanDevice& device, const Graph& graph, const Plan& plan,
          const std::map<uint32_t, ConvWeights>& weights) {
  if (device.tuning_queue == VK_NULL_HANDLE || device.preferred_kernel != nullptr) return false;
  const DeviceTraits traits = device.traits();
  auto place = std::make_unique<Workplace>();
  place->candidates = candidatesOf(device, traits, graph, plan);
  if (place->candidates.empty()) return false;
  try {
    measure(device, traits, graph, plan, weights, *place);
  } catch (const Error& error) {
    // The GPU may still be at work on it: better lost than freed.
    if (place->submitter && place->submitter->lost()) static_cast<void>(place.release());
    if (error.code() == ErrorCode::DeviceLost) throw;
    return false;
  }
  chooseFastest(device, traits, graph, plan, *place);
  return true;
}

}  // namespace impasto::vulkan
