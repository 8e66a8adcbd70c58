// libimpasto on a renderer device: its handles as C++ objects, its errors as exceptions, its wishes for the device.
#pragma once

#include <impasto/impasto.h>

#include <memory>
#include <string>
#include <type_traits>

#include "renderer/device.h"

namespace impasto::app {

template <auto kRelease>
struct ImpastoDeleter {
  template <typename T>
  void operator()(T* handle) const noexcept {
    kRelease(handle);
  }
};
using UniqueContext = std::unique_ptr<ImpastoContext_T, ImpastoDeleter<impastoReleaseContext>>;
using UniqueStyle = std::unique_ptr<ImpastoStyle_T, ImpastoDeleter<impastoReleaseStyle>>;
using UniquePass = std::unique_ptr<ImpastoPass_T, ImpastoDeleter<impastoReleasePass>>;

// Throws Error("<what>: <the library's message>") unless the call succeeded.
void checkImpasto(ImpastoResult result, const std::string& what);

UniqueStyle loadStyle(const std::string& path);

// A device made with what the pass needs of it. Throws Error when there is no Vulkan device that can run the pass.
// `options.needs` is replaced.
struct PaintingDevice {
  std::unique_ptr<render::Device> device;
  bool half_precision = false;  // were the fp16 features enabled?
};
PaintingDevice createPaintingDevice(render::DeviceOptions options);

// A context on the device's queue. The library's errors and warnings go to stderr.
UniqueContext createContext(const PaintingDevice& painting);

}  // namespace impasto::app
