// A Vulkan device for tests: an instance with the validation layer and synchronization validation on, one device with
// the features that the plugin asks for, one queue. Any message of the layers fails the test that caused it. Tests skip
// by name where there is no Vulkan 1.3 device.
//
// The device is made once per process: tests of one executable share it through VulkanTest::SetUpTestSuite().
#pragma once

#include <gtest/gtest.h>
#include <vulkan/vulkan.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace impasto::test {

struct TestDevice {
  VkInstance instance = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger = VK_NULL_HANDLE;
  VkPhysicalDevice physical_device = VK_NULL_HANDLE;
  VkDevice device = VK_NULL_HANDLE;
  VkQueue queue = VK_NULL_HANDLE;
  uint32_t queue_family = 0;
  bool half_precision = false;  // shaderFloat16 and storageBuffer16BitAccess are enabled
  bool validation = false;      // the validation layer is installed
  std::string name;

  TestDevice() = default;
  TestDevice(const TestDevice&) = delete;
  ~TestDevice();

  // What the layers have said since the last call, on any thread.
  static std::vector<std::string> takeMessages();

  uint32_t findMemoryType(uint32_t allowed, VkMemoryPropertyFlags required) const;

  // Records, submits and waits (at most a minute): a test fails when it takes longer.
  void submit(const std::function<void(VkCommandBuffer)>& record) const;

  // nullptr, with `why_not`, where there is no device.
  static std::unique_ptr<TestDevice> create(std::string& why_not);
};

// A buffer in mapped, coherent memory.
class HostBuffer {
 public:
  HostBuffer(const TestDevice& device, VkDeviceSize size, VkBufferUsageFlags usage);
  ~HostBuffer();
  HostBuffer(const HostBuffer&) = delete;
  HostBuffer& operator=(const HostBuffer&) = delete;
  VkBuffer get() const { return buffer_; }
  VkDeviceSize size() const { return size_; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(mapped_);
  }

 private:
  const TestDevice& device_;
  VkDeviceSize size_ = 0;
  VkBuffer buffer_ = VK_NULL_HANDLE;
  VkDeviceMemory memory_ = VK_NULL_HANDLE;
  void* mapped_ = nullptr;
};

class VulkanTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  void SetUp() override;     // skips without a device
  void TearDown() override;  // fails on messages

  static TestDevice& device();
};

}  // namespace impasto::test
