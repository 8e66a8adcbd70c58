#include "interop/module_device.h"

#include <unistd.h>

#include "base/error.h"

namespace impasto::interop {
namespace {

ErrorCode codeOf(Status status) noexcept {
  switch (status) {
    case Status::Unsupported: return ErrorCode::Unsupported;
    case Status::OutOfMemory: return ErrorCode::OutOfMemory;
    case Status::DeviceLost: return ErrorCode::DeviceLost;
    case Status::Ok:
    case Status::Internal: break;
  }
  return ErrorCode::Internal;
}

}  // namespace

Descriptor::~Descriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

void checkModule(Status status, const Message& message, const std::string& module) {
  if (status != Status::Ok) throw Error(codeOf(status), module + ": " + message.text);
}

ModuleDevice::ModuleDevice(const std::string& name, const std::vector<std::string>& folders, const DeviceUuid& uuid)
    : name_(name), module_(name, kInterfaceVersion, folders), functions_(module_.functions<ModuleFunctions>()) {
  Message message{};
  checkModule(functions_.open(uuid.data(), &device_, &message), message, name_);
}

ModuleDevice::~ModuleDevice() {
  if (!abandoned_) functions_.close(device_);
}

void ModuleDevice::probe(const std::string& name, const std::vector<std::string>& folders, const DeviceUuid& uuid) {
  const Module module(name, kInterfaceVersion, folders);
  Message message{};
  checkModule(module.functions<ModuleFunctions>().probe(uuid.data(), &message), message, name);
}

Memory* ModuleDevice::importMemory(int descriptor, uint64_t bytes) const {
  Descriptor owned(descriptor);
  Memory* memory = nullptr;
  Message message{};
  checkModule(functions_.import_memory(device_, descriptor, bytes, &memory, &message), message, name_);
  owned.release();
  return memory;
}

TimelineSemaphore* ModuleDevice::importTimeline(int descriptor) const {
  Descriptor owned(descriptor);
  TimelineSemaphore* timeline = nullptr;
  Message message{};
  checkModule(functions_.import_timeline(device_, descriptor, &timeline, &message), message, name_);
  owned.release();
  return timeline;
}

}  // namespace impasto::interop
