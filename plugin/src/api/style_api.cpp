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
    ImpastoStyleInfo filled = readStruct(info, "info");
    const Style& source = *style->style;
    filled.title = source.provenance.title.c_str();
    filled.painter = source.provenance.painter.c_str();
    filled.year = source.provenance.year.c_str();
    filled.licence = source.provenance.licence.c_str();
    filled.wants_depth = source.graph.wants(InputKind::Depth);
    filled.wants_normals = source.graph.wants(InputKind::Normals);
    filled.wants_history = source.graph.wants(InputKind::History);
    filled.parameter_count = parameterCount(source);
    filled.multiply_adds_per_pixel = source.graph.multiplyAddsPerPixel();
    filled.needs_depth = source.graph.needs(InputKind::Depth);
    filled.needs_normals = source.graph.needs(InputKind::Normals);
    filled.style_vector_length = source.graph.styleVectorLength();
    filled.painting_count = static_cast<uint32_t>(source.paintings.size());
    writeStruct(filled, info);
  });
}

ImpastoResult impastoStyleGetPainting(ImpastoStyle style, uint32_t index, ImpastoPainting* painting) {
  return guard(__func__, {}, [&] {
    checkNotNull(style, "style");
    ImpastoPainting filled = readStruct(painting, "painting");
    const std::vector<Painting>& paintings = style->style->paintings;
    if (index >= paintings.size()) {
      invalid("index is " + std::to_string(index) + ", the style holds " + std::to_string(paintings.size()) +
              " paintings");
    }
    filled.title = paintings[index].title.c_str();
    filled.painter = paintings[index].painter.c_str();
    filled.year = paintings[index].year.c_str();
    filled.licence = paintings[index].licence.c_str();
    filled.vector = paintings[index].vector.data();
    writeStruct(filled, painting);
  });
}

void impastoDefaultControls(ImpastoControls* controls) {
  if (!controls) return;
  // Hosts of 0.1 could leave `size` to this call.
  if (controls->size < kFirstSize<ImpastoControls> || controls->size > kLargestSize) {
    controls->size = kFirstSize<ImpastoControls>;
  }
  controls->next = nullptr;
  writeStruct(kDefaultControls, controls);
}

ImpastoResult impastoPaintHostImage(ImpastoStyle style, const ImpastoHostImage* image) {
  return guard(__func__, {}, [&] {
    checkNotNull(style, "style");
    ImpastoHostImage read = readStruct(image, "image");
    ImpastoControls controls;
    if (read.controls) {
      controls = readStruct(read.controls, "image->controls");
      read.controls = &controls;
    }
    paintHostImage(*style->style, read);
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
