// Styles, and everything else of the C ABI that needs no device.
#include <cstddef>
#include <span>

#include "api/checks.h"
#include "api/guard.h"
#include "api/handles.h"
#include "pass/controls.h"
#include "pass/paint_host_image.h"

using namespace impasto;
using namespace impasto::api;

namespace {

ImpastoStyle makeStyle(Style&& style) {
  auto handle = std::make_unique<ImpastoStyle_T>();
  handle->style = std::make_shared<const Style>(std::move(style));
  return handle.release();
}

}  // namespace

ImpastoResult impastoCreateStyleFromMemory(const void* data, size_t data_size, ImpastoStyle* style) {
  return guard(__func__, {}, [&] {
    checkNotNull(style, "style");
    *style = nullptr;
    checkNotNull(data, "data");
    *style = makeStyle(readStyle({static_cast<const std::byte*>(data), data_size}));
  });
}

ImpastoResult impastoCreateStyleFromFile(const char* path, ImpastoStyle* style) {
  return guard(__func__, {}, [&] {
    checkNotNull(style, "style");
    *style = nullptr;
    checkNotNull(path, "path");
    *style = makeStyle(readStyleFile(path));
  });
}

void impastoRetainStyle(ImpastoStyle style) { retain(style); }
void impastoReleaseStyle(ImpastoStyle style) { release(style); }

ImpastoResult impastoStyleGetInfo(ImpastoStyle style, ImpastoStyleInfo* info) {
  return guard(__func__, {}, [&] {
    checkNotNull(style, "style");
    checkStruct(info, "info");
    const Style& source = *style->style;
    info->title = source.provenance.title.c_str();
    info->painter = source.provenance.painter.c_str();
    info->year = source.provenance.year.c_str();
    info->licence = source.provenance.licence.c_str();
    info->wants_depth = source.graph.wants(InputKind::Depth);
    info->wants_normals = source.graph.wants(InputKind::Normals);
    info->wants_history = source.graph.wants(InputKind::History);
    info->parameter_count = 0;
    for (const auto& [op, weights] : source.weights) {
      info->parameter_count += weights.kernel.size() + weights.bias.size();
    }
    info->multiply_adds_per_pixel = source.graph.multiplyAddsPerPixel();
  });
}

void impastoDefaultControls(ImpastoControls* controls) {
  if (controls) *controls = kDefaultControls;
}

ImpastoResult impastoPaintHostImage(ImpastoStyle style, const ImpastoHostImage* image) {
  return guard(__func__, {}, [&] {
    checkNotNull(style, "style");
    checkStruct(image, "image");
    if (image->controls) checkStruct(image->controls, "image->controls");
    paintHostImage(*style->style, *image);
  });
}

const char* impastoGetLastError(void) { return lastError(); }

const char* impastoResultString(ImpastoResult result) {
  switch (result) {
    case IMPASTO_SUCCESS: return "success";
    case IMPASTO_ERROR_INVALID_ARGUMENT: return "invalid argument";
    case IMPASTO_ERROR_INVALID_STYLE: return "invalid style";
    case IMPASTO_ERROR_UNSUPPORTED: return "unsupported";
    case IMPASTO_ERROR_OUT_OF_MEMORY: return "out of memory";
    case IMPASTO_ERROR_DEVICE_LOST: return "device lost";
    case IMPASTO_ERROR_IO: return "input/output error";
    case IMPASTO_ERROR_INTERNAL: return "internal error";
    case IMPASTO_RESULT_MAX_ENUM: break;
  }
  return "unknown result";
}

uint32_t impastoGetVersion(void) {
  return VK_MAKE_API_VERSION(0, IMPASTO_VERSION_MAJOR, IMPASTO_VERSION_MINOR, IMPASTO_VERSION_PATCH);
}
