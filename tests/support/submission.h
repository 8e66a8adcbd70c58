// Work on the tests' queue that nobody waits for at once: frames that are really in flight, and held back as long as a
// test likes.
#pragma once

#include <vulkan/vulkan.h>

#include <cstdint>
#include <functional>

namespace impasto::test {

struct TestDevice;

// A timeline semaphore that the test moves on from the host. The device has the feature (TestDeviceOptions).
class Timeline {
 public:
  explicit Timeline(const TestDevice& device);
  ~Timeline();
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;

  VkSemaphore get() const { return semaphore_; }
  uint64_t value() const;             // what it has reached
  void signal(uint64_t value) const;  // from the host; does nothing where that much is reached
  bool wait(uint64_t value) const;    // at most a minute; false if it took longer

 private:
  const TestDevice& device_;
  VkSemaphore semaphore_ = VK_NULL_HANDLE;
  PFN_vkGetSemaphoreCounterValue get_value_ = nullptr;
  PFN_vkSignalSemaphore signal_ = nullptr;
};

// What a submission waits for before its first command, and what it signals after its last. Timelines outlive it.
struct SubmitOrder {
  const Timeline* wait = nullptr;
  uint64_t wait_value = 0;
  const Timeline* signal = nullptr;
  uint64_t signal_value = 0;
};

// One submitted command buffer. Its destructor waits for it, and signals first what holds it back.
class Submission {
 public:
  Submission(const TestDevice& device, const std::function<void(VkCommandBuffer)>& record, const SubmitOrder& order = {});
  ~Submission();
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  bool done() const;
  void wait();  // at most a minute: a test fails when it takes longer

 private:
  const TestDevice& device_;
  SubmitOrder order_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkFence fence_ = VK_NULL_HANDLE;
};

}  // namespace impasto::test
