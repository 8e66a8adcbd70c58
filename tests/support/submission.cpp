#include "support/submission.h"

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/vulkan_fixture.h"

namespace impasto::test {
namespace {

constexpr uint64_t kMinute = 60'000'000'000u;  // nanoseconds

// Of Vulkan 1.2, or of VK_KHR_timeline_semaphore before.
template <class Function>
Function timelineFunction(const TestDevice& device, const char* name) {
  const std::string full = device.options.api_version >= VK_API_VERSION_1_2 ? name : std::string(name) + "KHR";
  const auto function = reinterpret_cast<Function>(vkGetDeviceProcAddr(device.device, full.c_str()));
  if (function == nullptr) throw std::runtime_error("the device has no " + full);
  return function;
}

}  // namespace

Timeline::Timeline(const TestDevice& device)
    : device_(device),
      get_value_(timelineFunction<PFN_vkGetSemaphoreCounterValue>(device, "vkGetSemaphoreCounterValue")),
      signal_(timelineFunction<PFN_vkSignalSemaphore>(device, "vkSignalSemaphore")) {
  if (!device.options.timeline_semaphore) throw std::runtime_error("the device is without timeline semaphores");
  VkSemaphoreTypeCreateInfo type{VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO};
  type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE;
  VkSemaphoreCreateInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO};
  info.pNext = &type;
  expectSuccess(vkCreateSemaphore(device.device, &info, nullptr, &semaphore_), "vkCreateSemaphore");
}

Timeline::~Timeline() { vkDestroySemaphore(device_.device, semaphore_, nullptr); }

uint64_t Timeline::value() const {
  uint64_t reached = 0;
  expectSuccess(get_value_(device_.device, semaphore_, &reached), "vkGetSemaphoreCounterValue");
  return reached;
}

void Timeline::signal(uint64_t new_value) const {
  if (new_value <= value()) return;
  VkSemaphoreSignalInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO};
  info.semaphore = semaphore_;
  info.value = new_value;
  expectSuccess(signal_(device_.device, &info), "vkSignalSemaphore");
}

// Not by vkWaitSemaphores: the layers of 1.3.239 are ten seconds late now and then when one thread waits for what another
// signals.
bool Timeline::wait(uint64_t awaited) const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (value() < awaited) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
  return true;
}

Submission::Submission(const TestDevice& device, const std::function<void(VkCommandBuffer)>& record,
                       const SubmitOrder& order)
    : device_(device), order_(order) {
  VkCommandPoolCreateInfo pool_info{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
  pool_info.queueFamilyIndex = device.queue_family;
  expectSuccess(vkCreateCommandPool(device.device, &pool_info, nullptr, &pool_), "vkCreateCommandPool");
  VkCommandBufferAllocateInfo allocation{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
  allocation.commandPool = pool_;
  allocation.commandBufferCount = 1;
  VkCommandBuffer command_buffer = VK_NULL_HANDLE;
  expectSuccess(vkAllocateCommandBuffers(device.device, &allocation, &command_buffer), "vkAllocateCommandBuffers");
  VkCommandBufferBeginInfo begin{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
  begin.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
  expectSuccess(vkBeginCommandBuffer(command_buffer, &begin), "vkBeginCommandBuffer");
  record(command_buffer);
  expectSuccess(vkEndCommandBuffer(command_buffer), "vkEndCommandBuffer");
  VkFenceCreateInfo fence_info{VK_STRUCTURE_TYPE_FENCE_CREATE_INFO};
  expectSuccess(vkCreateFence(device.device, &fence_info, nullptr, &fence_), "vkCreateFence");

  VkSubmitInfo info{VK_STRUCTURE_TYPE_SUBMIT_INFO};
  info.commandBufferCount = 1;
  info.pCommandBuffers = &command_buffer;
  VkTimelineSemaphoreSubmitInfo values{VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO};
  const VkPipelineStageFlags wait_stage = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT;
  VkSemaphore wait_semaphore = VK_NULL_HANDLE, signal_semaphore = VK_NULL_HANDLE;
  if (order.wait != nullptr || order.signal != nullptr) info.pNext = &values;
  if (order.wait != nullptr) {
    wait_semaphore = order.wait->get();
    info.waitSemaphoreCount = values.waitSemaphoreValueCount = 1;
    info.pWaitSemaphores = &wait_semaphore;
    info.pWaitDstStageMask = &wait_stage;
    values.pWaitSemaphoreValues = &order_.wait_value;
  }
  if (order.signal != nullptr) {
    signal_semaphore = order.signal->get();
    info.signalSemaphoreCount = values.signalSemaphoreValueCount = 1;
    info.pSignalSemaphores = &signal_semaphore;
    values.pSignalSemaphoreValues = &order_.signal_value;
  }
  expectSuccess(vkQueueSubmit(device.queue, 1, &info, fence_), "vkQueueSubmit");
}

Submission::~Submission() {
  if (!done() && order_.wait != nullptr) order_.wait->signal(order_.wait_value);
  wait();
  vkDestroyFence(device_.device, fence_, nullptr);
  vkDestroyCommandPool(device_.device, pool_, nullptr);
}

bool Submission::done() const { return vkGetFenceStatus(device_.device, fence_) == VK_SUCCESS; }

void Submission::wait() {
  const VkResult waited = vkWaitForFences(device_.device, 1, &fence_, VK_TRUE, kMinute);
  EXPECT_EQ(waited, VK_SUCCESS) << "the GPU did not finish within a minute";
}

}  // namespace impasto::test
