// What a module does with the descriptors of PretendedSharing (interop/pretended_sharing.h) and of lavapipe.
#pragma once

#include <vulkan/vulkan_core.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace impasto::test {

// What the file behind a semaphore's descriptor holds.
struct SemaphoreFile {
  static constexpr uint64_t kMagic = 0x494d504153544f31;
  uint64_t magic = kMagic;
  VkDevice device = VK_NULL_HANDLE;
  VkSemaphore semaphore = VK_NULL_HANDLE;
  PFN_vkGetSemaphoreCounterValue value = nullptr;
  PFN_vkSignalSemaphore signal = nullptr;
};

// A timeline semaphore.
class ImportedTimeline {
 public:
  // Takes the descriptor; false, without it: it is none of a semaphore.
  bool import(int descriptor);
  // Asks again and again rather than wait in Vulkan: the validation layers of 1.3.239 are ten seconds late now and then
  // when one thread waits for what another signals.
  bool wait(uint64_t value, std::chrono::nanoseconds at_most) const;
  void signal(uint64_t value) const;

 private:
  SemaphoreFile file_;
};

// Memory that lavapipe has exported, mapped: a file with a head that says where the data begin (Mesa's
// src/util/os_memory_fd.c).
class ImportedMemory {
 public:
  ImportedMemory() = default;
  ~ImportedMemory();
  ImportedMemory(const ImportedMemory&) = delete;
  ImportedMemory& operator=(const ImportedMemory&) = delete;

  // Takes the descriptor; false, without it: it is none of memory, or of less.
  bool import(int descriptor, uint64_t bytes);
  std::byte* data() const { return static_cast<std::byte*>(mapped_) + offset_; }

 private:
  void* mapped_ = nullptr;
  size_t length_ = 0, offset_ = 0;
};

}  // namespace impasto::test
