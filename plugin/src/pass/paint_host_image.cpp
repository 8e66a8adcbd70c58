#include "pass/paint_host_image.h"

#include <string>

#include "base/error.h"
#include "pass/controls.h"
#include "pass/limits.h"
#include "reference/reference.h"

namespace impasto {
namespace {

// Interleaved to planar.
Tensor planarTensor(const float* values, uint32_t channels, uint32_t width, uint32_t height) {
  Tensor tensor(channels, height, width);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) {
      for (uint32_t c = 0; c < channels; ++c) {
        tensor.at(c, y, x) = values[(size_t{y} * width + x) * channels + c];
      }
    }
  }
  return tensor;
}

void checkPresent(const float* values, bool wanted, const char* name) {
  if (wanted && !values) {
    throw Error(ErrorCode::InvalidArgument, std::string("image->") + name + " is NULL, but the style wants it");
  }
}

}  // namespace

void paintHostImage(const Style& style, const ImpastoHostImage& image) {
  checkExtent(image.width, image.height);
  checkPresent(image.color, true, "color");
  checkPresent(image.output, true, "output");
  checkPresent(image.depth, style.graph.wants(InputKind::Depth), "depth");
  checkPresent(image.normals, style.graph.wants(InputKind::Normals), "normals");
  checkInputsSupported(style.graph);
  CompositeSettings settings;
  applyControls(image.controls, 1.0f, settings);

  ReferenceInputs inputs;
  inputs.color = seenColor(settings, image.width, image.height, image.color);
  if (style.graph.wants(InputKind::Depth)) inputs.depth = planarTensor(image.depth, 1, image.width, image.height);
  if (style.graph.wants(InputKind::Normals)) inputs.normals = planarTensor(image.normals, 3, image.width, image.height);
  const Tensor painted = runReference(style, inputs);
  composite(settings, image.color, inputs.color, painted, image.mask, image.output);
}

}  // namespace impasto
