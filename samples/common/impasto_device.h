// libimpasto on a renderer device: its handles as C++ objects, its errors as exceptions, its wishes for the device.
#pragma once

#include <impasto/impasto.h>

#include <memory>
#include <string>
#include <type_traits>

#include "renderer/device.h"
#include "renderer/resources.h"

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

// How a program paints with a device.
struct PaintingNeeds {
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  bool timeline_points = false;  // every impastoExecute is given them: backends outside the command buffer can be had
};

// A device made with what the pass needs of it. Throws Error when there is no Vulkan device that can run the pass.
// `options.needs` is replaced.
struct PaintingDevice {
  std::unique_ptr<render::Device> device;
  bool half_precision = false;      // were the fp16 features enabled?
  bool cooperative_matrix = false;  // likewise: what kernels for matrix hardware take
  PaintingNeeds needs;          // that it was made for
  bool shares_semaphores = false;  // as opaque descriptors: for a backend on another API
};
PaintingDevice createPaintingDevice(render::DeviceOptions options, const PaintingNeeds& needs = {});

// A timeline semaphore for impastoExecute, of the value 0. Throws Error.
render::UniqueSemaphore createTimeline(const PaintingDevice& painting);

// A context on the device's queue, for the backend that the device was made for. The library's errors and warnings go to stderr.
UniqueContext createContext(const PaintingDevice& painting);

}  // namespace impasto::app
