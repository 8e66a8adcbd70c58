// Vulkan devices for tests: an instance with the validation layer and synchronization validation on, one device with
// chosen features, one queue. Any message of the layers fails the test that caused it, and so does a run without the
// layer, which would pass whatever is wrong; IMPASTO_ALLOW_NO_VALIDATION=1 in the environment permits one where there is
// no such layer. Tests skip by name where there is no Vulkan device that will do; with IMPASTO_EXPECT_DRIVER set, they fail
// on a driver whose name and version do not contain that (scripts/newest-mesa).
//
// A device with the default options is made once per process: tests of one executable share it. A test that needs
// another one calls useDevice().
#pragma once

#include <gtest/gtest.h>
#include <vulkan/vulkan.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/submission.h"

namespace impasto::test {

// What a device is created with: the version, as the instance's apiVersion too, and these features, each through its
// extension where the version has it not in its core. The defaults are what the plugin makes best use of; `plain()` has
// nothing but the version. A feature that the physical device lacks stays off where "where offered" is said, and is no
// reason to go without a device.
struct TestDeviceOptions {
  enum class Synchronization2 { Off, Core, Extension };

  uint32_t api_version = VK_API_VERSION_1_3;                         // 1.1 or later
  Synchronization2 synchronization2 = Synchronization2::Core;        // Core: 1.3 or later
  bool timeline_semaphore = true;                                    // Timeline and SubmitOrder need it
  bool storage_16bit = true;                                         // storageBuffer16BitAccess, where offered
  bool shader_float16 = true;                                        // where offered
  bool cooperative_matrix = true;  // VK_KHR_cooperative_matrix and what belongs to it, at 1.3, where offered
  bool write_without_format = true;  // shaderStorageImageWriteWithoutFormat and ...Read..., where offered
  std::vector<const char*> extensions;                               // others that must be there
  const void* features = nullptr;    // a chain of other feature structs, for VkDeviceCreateInfo
  bool validation = true;            // false: without the layers, for what they cannot follow
  bool validate_synchronization = true;  // with the layers: also their synchronization validation

  static TestDeviceOptions plain(uint32_t api_version) {
    return {api_version, Synchronization2::Off, false, false, false, false, false, {}, nullptr};
  }
};

struct TestDevice {
  TestDeviceOptions options;  // what was asked for
  VkInstance instance = VK_NULL_HANDLE;
  VkDebugUtilsMessengerEXT messenger = VK_NULL_HANDLE;
  VkPhysicalDevice physical_device = VK_NULL_HANDLE;
  VkDevice device = VK_NULL_HANDLE;
  VkQueue queue = VK_NULL_HANDLE;
  uint32_t queue_family = 0;
  bool storage_16bit = false;   // storageBuffer16BitAccess is enabled
  bool half_precision = false;  // and shaderFloat16 too
  bool cooperative_matrix = false;  // cooperativeMatrix, vulkanMemoryModel, subgroupSizeControl, computeFullSubgroups
  bool validation = false;      // the validation layer is installed
  std::string name;
  std::string driver;           // name and version, "llvmpipe Mesa 22.3.6 (LLVM 15.0.6)"

  TestDevice() = default;
  TestDevice(const TestDevice&) = delete;
  ~TestDevice();

  // What the layers have said since the last call, on any thread.
  static std::vector<std::string> takeMessages();

  uint32_t findMemoryType(uint32_t allowed, VkMemoryPropertyFlags required) const;

  // Records, submits and waits (at most a minute): a test fails when it takes longer.
  void submit(const std::function<void(VkCommandBuffer)>& record) const;

  // Records and submits, and does not wait: the work runs when `order` lets it.
  std::unique_ptr<Submission> submitAsync(const std::function<void(VkCommandBuffer)>& record,
                                          const SubmitOrder& order = {}) const;

  // nullptr, with `why_not`, where there is no device.
  static std::unique_ptr<TestDevice> create(std::string& why_not, const TestDeviceOptions& options = {});

  // Of the validation layers: the Vulkan version that they were written for; 0 where they are not installed.
  static uint32_t validationVersion();
};

// Throws unless `result` is VK_SUCCESS.
void expectSuccess(VkResult result, const char* call);

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
  ~VulkanTest() override;    // a device of the test's own goes last
  void SetUp() override;     // skips without a device, fails without validation
  void TearDown() override;  // fails on messages

  // The shared device, or the one of this test's own.
  static TestDevice& device();

  // Makes a device of this test's own, which device() is from now on. Where that cannot be, the test is skipped by name
  // and the result is false: `if (!useDevice(options)) return;`.
  bool useDevice(const TestDeviceOptions& options);
};

}  // namespace impasto::test
