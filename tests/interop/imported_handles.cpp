#include "interop/imported_handles.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

namespace impasto::test {

bool ImportedTimeline::import(int descriptor) {
  SemaphoreFile file;
  if (pread(descriptor, &file, sizeof file, 0) != ssize_t{sizeof file} || file.magic != SemaphoreFile::kMagic) {
    return false;
  }
  close(descriptor);
  file_ = file;
  return true;
}

bool ImportedTimeline::wait(uint64_t value, std::chrono::nanoseconds at_most) const {
  const auto end = std::chrono::steady_clock::now() + at_most;
  for (;;) {
    uint64_t now = 0;
    if (file_.value(file_.device, file_.semaphore, &now) == VK_SUCCESS && now >= value) return true;
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
  }
}

void ImportedTimeline::signal(uint64_t value) const {
  VkSemaphoreSignalInfo info{VK_STRUCTURE_TYPE_SEMAPHORE_SIGNAL_INFO};
  info.semaphore = file_.semaphore;
  info.value = value;
  file_.signal(file_.device, &info);
}

ImportedMemory::~ImportedMemory() {
  if (mapped_ != nullptr) munmap(mapped_, length_);
}

bool ImportedMemory::import(int descriptor, uint64_t bytes) {
  struct Head {
    size_t size, offset;
  } head{};
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || pread(descriptor, &head, sizeof head, 0) != ssize_t{sizeof head}) return false;
  const auto length = static_cast<size_t>(status.st_size);
  if (head.offset >= length || length - head.offset < bytes) return false;
  void* mapped = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) return false;
  close(descriptor);
  mapped_ = mapped;
  length_ = length;
  offset_ = head.offset;
  return true;
}

}  // namespace impasto::test
