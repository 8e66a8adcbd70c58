#include <algorithm>
#include <array>
#include <functional>

#include "peak.h"
#include "renderer/resources.h"
#include "shaders/matmul.comp.h"

namespace impasto::app {
namespace {

using render::check;

constexpr uint32_t kSide = 4096, kTile = 128;  // shaders/bench/matmul.comp
constexpr VkDeviceSize kMatrixBytes = VkDeviceSize{kSide} * kSide * sizeof(float);
constexpr VkDeviceSize kCopyBytes = VkDeviceSize{1} << 30;  // beyond any cache
constexpr int kRepeats = 10;

// Runs commands on a device and tells how long the device took.
class Stopwatch {
 public:
  explicit Stopwatch(const render::Device& device) : device_(device) {
    VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool_info.queueFamilyIndex = device.queueFamily();
    VkCommandPool pool = VK_NULL_HANDLE;
    check(vkCreateCommandPool(device.handle(), &pool_info, nullptr, &pool), "vkCreateCommandPool");
    pool_ = {device.handle(), pool};
    VkCommandBufferAllocateInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    info.commandPool = pool;
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY;
    info.commandBufferCount = 1;
    check(vkAllocateCommandBuffers(device.handle(), &info, &commands_), "vkAllocateCommandBuffers");
    VkQueryPoolCreateInfo queries_info{VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO};
    queries_info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    queries_info.queryCount = 2;
    VkQueryPool queries = VK_NULL_HANDLE;
    check(vkCreateQueryPool(device.handle(), &queries_info, nullptr, &queries), "vkCreateQueryPool");
    queries_ = {device.handle(), queries};
  }

  // Seconds of the quickest of several runs, after one that does not count.
  double quickest(const std::function<void(VkCommandBuffer)>& record) {
    double least = run(record);
    least = run(record);
    for (int repeat = 1; repeat < kRepeats; ++repeat) least = std::min(least, run(record));
    return least;
  }

 private:
  double run(const std::function<void(VkCommandBuffer)>& record) {
    check(vkResetCommandPool(device_.handle(), pool_.get(), 0), "vkResetCommandPool");
    VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    check(vkBeginCommandBuffer(commands_, &begin), "vkBeginCommandBuffer");
    vkCmdResetQueryPool(commands_, queries_.get(), 0, 2);
    vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_BOTTOM_OF_PIPE_BIT, queries_.get(), 0);
    record(commands_);
    vkCmdWriteTimestamp2(commands_, VK_PIPELINE_STAGE_2_BOTTOM_OF_PIPE_BIT, queries_.get(), 1);
    check(vkEndCommandBuffer(commands_), "vkEndCommandBuffer");
    VkCommandBufferSubmitInfo buffer_info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_SUBMIT_INFO};
    buffer_info.commandBuffer = commands_;
    VkSubmitInfo2 info{VK_STRUCTURE_TYPE_SUBMIT_INFO_2};
    info.commandBufferInfoCount = 1;
    info.pCommandBufferInfos = &buffer_info;
    check(vkQueueSubmit2(device_.queue(), 1, &info, VK_NULL_HANDLE), "vkQueueSubmit2");
    check(vkQueueWaitIdle(device_.queue()), "vkQueueWaitIdle");
    std::array<uint64_t, 2> ticks{};
    check(vkGetQueryPoolResults(device_.handle(), queries_.get(), 0, 2, sizeof ticks, ticks.data(), sizeof ticks[0],
                                VK_QUERY_RESULT_64_BIT),
          "vkGetQueryPoolResults");
    return static_cast<double>(ticks[1] - ticks[0]) * device_.nanosecondsPerTick() * 1e-9;
  }

  const render::Device& device_;
  render::UniqueCommandPool pool_;
  VkCommandBuffer commands_ = VK_NULL_HANDLE;
  render::UniqueQueryPool queries_;
};

double multiplySeconds(const render::Device& device, Stopwatch& stopwatch) {
  const VkDevice handle = device.handle();
  std::array<VkDescriptorSetLayoutBinding, 3> bindings{};
  std::array<render::Buffer, 3> matrices;
  for (uint32_t i = 0; i < 3; ++i) {
    bindings[i] = {i, VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 1, VK_SHADER_STAGE_COMPUTE_BIT, nullptr};
    matrices[i] = render::createBuffer(device, "matrix", kMatrixBytes,
                                       VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                       render::MemoryKind::Device);
  }
  VkDescriptorSetLayoutCreateInfo set_info{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO};
  set_info.bindingCount = 3;
  set_info.pBindings = bindings.data();
  VkDescriptorSetLayout raw_set_layout = VK_NULL_HANDLE;
  check(vkCreateDescriptorSetLayout(handle, &set_info, nullptr, &raw_set_layout), "vkCreateDescriptorSetLayout");
  const render::UniqueSetLayout set_layout(handle, raw_set_layout);
  VkPipelineLayoutCreateInfo layout_info{VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO};
  layout_info.setLayoutCount = 1;
  layout_info.pSetLayouts = &raw_set_layout;
  VkPipelineLayout raw_layout = VK_NULL_HANDLE;
  check(vkCreatePipelineLayout(handle, &layout_info, nullptr, &raw_layout), "vkCreatePipelineLayout");
  const render::UniquePipelineLayout layout(handle, raw_layout);
  VkShaderModuleCreateInfo module_info{VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO};
  module_info.codeSize = sizeof shaders::kMatmulComp;
  module_info.pCode = shaders::kMatmulComp;
  VkShaderModule raw_module = VK_NULL_HANDLE;
  check(vkCreateShaderModule(handle, &module_info, nullptr, &raw_module), "vkCreateShaderModule");
  const render::UniqueShaderModule module(handle, raw_module);
  VkComputePipelineCreateInfo info{VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO};
  info.stage = {VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO};
  info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT;
  info.stage.module = raw_module;
  info.stage.pName = "main";
  info.layout = raw_layout;
  VkPipeline raw_pipeline = VK_NULL_HANDLE;
  check(vkCreateComputePipelines(handle, VK_NULL_HANDLE, 1, &info, nullptr, &raw_pipeline), "vkCreateComputePipelines");
  const render::UniquePipeline pipeline(handle, raw_pipeline);
  const VkDescriptorPoolSize size{VK_DESCRIPTOR_TYPE_STORAGE_BUFFER, 3};
  VkDescriptorPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO};
  pool_info.maxSets = 1;
  pool_info.poolSizeCount = 1;
  pool_info.pPoolSizes = &size;
  VkDescriptorPool raw_pool = VK_NULL_HANDLE;
  check(vkCreateDescriptorPool(handle, &pool_info, nullptr, &raw_pool), "vkCreateDescriptorPool");
  const render::UniqueDescriptorPool pool(handle, raw_pool);
  VkDescriptorSetAllocateInfo allocate{VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO};
  allocate.descriptorPool = raw_pool;
  allocate.descriptorSetCount = 1;
  allocate.pSetLayouts = &raw_set_layout;
  VkDescriptorSet set = VK_NULL_HANDLE;
  check(vkAllocateDescriptorSets(handle, &allocate, &set), "vkAllocateDescriptorSets");
  std::array<VkDescriptorBufferInfo, 3> buffers{};
  std::array<VkWriteDescriptorSet, 3> writes{};
  for (uint32_t i = 0; i < 3; ++i) {
    buffers[i] = {matrices[i].handle.get(), 0, VK_WHOLE_SIZE};
    writes[i] = {VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET};
    writes[i].dstSet = set;
    writes[i].dstBinding = i;
    writes[i].descriptorCount = 1;
    writes[i].descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER;
    writes[i].pBufferInfo = &buffers[i];
  }
  vkUpdateDescriptorSets(handle, 3, writes.data(), 0, nullptr);
  // Values between 0 and 1 everywhere: zeros draw less power and would flatter the clock.
  stopwatch.quickest([&](VkCommandBuffer commands) {
    for (const render::Buffer& matrix : matrices) vkCmdFillBuffer(commands, matrix.handle.get(), 0, VK_WHOLE_SIZE, 0x3F2A4D1Bu);
  });
  return stopwatch.quickest([&](VkCommandBuffer commands) {
    vkCmdBindPipeline(commands, VK_PIPELINE_BIND_POINT_COMPUTE, raw_pipeline);
    vkCmdBindDescriptorSets(commands, VK_PIPELINE_BIND_POINT_COMPUTE, raw_layout, 0, 1, &set, 0, nullptr);
    vkCmdDispatch(commands, kSide / kTile, kSide / kTile, 1);
  });
}

double copySeconds(const render::Device& device, Stopwatch& stopwatch) {
  const auto make = [&](VkBufferUsageFlags usage) {
    return render::createBuffer(device, "copy", kCopyBytes, usage, render::MemoryKind::Device);
  };
  const render::Buffer from = make(VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  const render::Buffer to = make(VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  return stopwatch.quickest([&](VkCommandBuffer commands) {
    const VkBufferCopy region{0, 0, kCopyBytes};
    vkCmdCopyBuffer(commands, from.handle.get(), to.handle.get(), 1, &region);
  });
}

}  // namespace

Peak measureDevicePeak(const render::Device& device) {
  Stopwatch stopwatch(device);
  Peak peak;
  peak.multiply_adds_per_second = static_cast<double>(kSide) * kSide * kSide / multiplySeconds(device, stopwatch);
  peak.bytes_per_second = 2.0 * static_cast<double>(kCopyBytes) / copySeconds(device, stopwatch);
  peak.how = "fp32 matrix multiplication by shader (no matrix units) and buffer copy on the device";
  return peak;
}

}  // namespace impasto::app
