// The CUDA module's functions (interop/module_functions.h): exceptions stop here.
#include <cstdio>
#include <exception>
#include <memory>
#include <new>

#include "backend/module_abi.h"
#include "base/error.h"
#include "cuda/module/device.h"
#include "cuda/module/generator.h"
#include "style/style.h"

namespace impasto::interop {
namespace {

Status statusOf(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::Unsupported: return Status::Unsupported;
    case ErrorCode::OutOfMemory: return Status::OutOfMemory;
    case ErrorCode::DeviceLost: return Status::DeviceLost;
    default: return Status::Internal;
  }
}

Status fail(Status status, const char* why, Message* message) noexcept {
  std::snprintf(message->text, sizeof message->text, "%s", why);
  return status;
}

template <class Body>
Status guard(Message* message, Body&& body) noexcept {
  try {
    body();
    return Status::Ok;
  } catch (const Error& error) {
    return fail(statusOf(error.code()), error.what(), message);
  } catch (const std::bad_alloc&) {
    return fail(Status::OutOfMemory, "out of host memory", message);
  } catch (const std::exception& error) {
    return fail(Status::Internal, error.what(), message);
  }
}

Style readStyleOf(const GeneratorInfo& info) {
  return readStyle({static_cast<const std::byte*>(info.style), static_cast<size_t>(info.style_bytes)});
}

Status probe(const uint8_t uuid[16], Message* message) noexcept {
  return guard(message, [&] { cuda::findDevice(cuda::driver(), uuid); });
}

Status open(const uint8_t uuid[16], Device** device, Message* message) noexcept {
  return guard(message, [&] { *device = new Device(uuid); });
}

void closeDevice(Device* device) noexcept { delete device; }

Status importTimeline(Device* device, int descriptor, TimelineSemaphore** timeline, Message* message) noexcept {
  return guard(message, [&] { *timeline = new TimelineSemaphore(*device, descriptor); });
}

void freeTimeline(Device*, TimelineSemaphore* timeline) noexcept { delete timeline; }

Status importMemory(Device* device, int descriptor, uint64_t bytes, Memory** memory, Message* message) noexcept {
  return guard(message, [&] { *memory = new Memory(*device, descriptor, bytes); });
}

void freeMemory(Device*, Memory* memory) noexcept { delete memory; }

Status measure(Device* device, const GeneratorInfo* info, GeneratorLayout* layout, Message* message) noexcept {
  return guard(message, [&] {
    *layout = ModuleGenerator::layoutOf(cuda::Plan(readStyleOf(*info), info->width, info->height, device->traits));
  });
}

Status createGenerator(Device* device, const GeneratorInfo* info, ModuleGenerator** generator, GeneratorLayout* layout,
                       Message* message) noexcept {
  return guard(message, [&] {
    auto made = std::make_unique<ModuleGenerator>(*device, readStyleOf(*info), *info);
    *layout = made->layout();
    *generator = made.release();
  });
}

Status bindRooms(ModuleGenerator* generator, const SharedRooms* rooms, Message*) noexcept {
  generator->bind(*rooms);
  return Status::Ok;
}

Status run(ModuleGenerator* generator, const FrameInfo* frame, Message* message) noexcept {
  return guard(message, [&] { generator->run(*frame); });
}

// The error of a stream is that of all its frames that are not done.
Status checkFrame(ModuleGenerator* generator, uint64_t, Message* message) noexcept {
  return guard(message, [&] { generator->check(); });
}

void destroyGenerator(ModuleGenerator* generator) noexcept { delete generator; }

constexpr ModuleFunctions kFunctions = {probe,      open,    closeDevice,     importTimeline, freeTimeline,
                                        importMemory, freeMemory, measure,    createGenerator, bindRooms,
                                        run,        checkFrame, destroyGenerator};

}  // namespace
}  // namespace impasto::interop

IMPASTO_MODULE("cuda", impasto::interop::kInterfaceVersion, impasto::interop::kFunctions)
