// A backend module and the device that it has opened, with C++'s manners: errors are exceptions, descriptors and objects
// have owners.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "backend/module.h"
#include "interop/module_functions.h"

namespace impasto::interop {

using DeviceUuid = std::array<uint8_t, 16>;

// A descriptor that is closed unless somebody else takes it.
class Descriptor {
 public:
  explicit Descriptor(int descriptor) noexcept : descriptor_(descriptor) {}
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return descriptor_; }
  void release() noexcept { descriptor_ = -1; }

 private:
  int descriptor_;
};

// Throws the Error that belongs to a module's status, "cuda: <message>", unless it is Ok.
void checkModule(Status status, const Message& message, const std::string& module);

class ModuleDevice {
 public:
  // Throws Error(Unsupported): no such module, or none for this device.
  ModuleDevice(const std::string& name, const std::vector<std::string>& folders, const DeviceUuid& uuid);
  ~ModuleDevice();
  ModuleDevice(const ModuleDevice&) = delete;
  ModuleDevice& operator=(const ModuleDevice&) = delete;

  // As the constructor, without opening the device.
  static void probe(const std::string& name, const std::vector<std::string>& folders, const DeviceUuid& uuid);

  const ModuleFunctions& functions() const noexcept { return functions_; }
  Device* get() const noexcept { return device_; }
  const std::string& name() const noexcept { return name_; }

  // Takes the descriptor, whatever happens.
  Memory* importMemory(int descriptor, uint64_t bytes) const;
  TimelineSemaphore* importTimeline(int descriptor) const;

  // Something in the module hangs: it is never closed, as closing could wait for it.
  void abandon() noexcept { abandoned_ = true; }
  bool abandoned() const noexcept { return abandoned_; }

 private:
  std::string name_;
  Module module_;
  const ModuleFunctions& functions_;
  Device* device_ = nullptr;
  std::atomic<bool> abandoned_ = false;
};

}  // namespace impasto::interop
