#include "pass/paint_host_image.h"

#include <cmath>
#include <string>
#include <vector>

#include "backend/cpu_backend.h"
#include "backend/frame_tensors.h"
#include "backend/module.h"
#include "base/error.h"
#include "pass/composite_reference.h"
#include "pass/controls.h"
#include "pass/host_enum.h"
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

void checkPresent(const float* values, bool needed, const char* name) {
  if (needed && !values) {
    throw Error(ErrorCode::InvalidArgument, std::string("image->") + name + " is NULL, but the style needs it");
  }
}

std::vector<float> readStyleVector(const Style& style, const ImpastoHostImage& image) {
  if (!image.style_vector) return defaultStyleVector(style);
  const uint32_t length = style.graph.styleVectorLength();
  if (image.style_vector_length != length) {
    throw Error(ErrorCode::InvalidArgument, "image->style_vector_length is " +
                                                std::to_string(image.style_vector_length) + ", the style's is " +
                                                std::to_string(length));
  }
  std::vector<float> vector(image.style_vector, image.style_vector + length);
  for (const float value : vector) {
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::InvalidArgument, "image->style_vector holds a value that is not a finite number");
    }
  }
  return vector;
}

// What a backend without a device paints: 3 x H x W.
Tensor runOnCpu(const Style& style, const ReferenceInputs& inputs) {
  const uint32_t width = inputs.color.width, height = inputs.color.height;
  const auto executor = loadCpuExecutors(moduleFolders(""), {})(style, {width, height, false});
  FrameLayout layout = layOutFrame(style.graph, {width, height, 1, 1, 1}, sizeof(float));
  std::vector<std::byte> memory(layout.bytes);
  std::erase_if(layout.inputs, [&](const Generator::Input& input) {
    const Tensor* tensor = input.kind == InputKind::Color     ? &inputs.color
                           : input.kind == InputKind::Depth   ? &inputs.depth
                           : input.kind == InputKind::Normals ? &inputs.normals
                                                              : nullptr;
    Tensor vector;
    if (input.kind == InputKind::Style) {
      vector = Tensor(input.view.channels, 1, 1);
      vector.data = inputs.style_vector;
      tensor = &vector;
    }
    if (tensor == nullptr || tensor->data.empty()) return true;  // the others are what they are where nobody gives them
    writeTensor(*tensor, input.view, memory.data());
    return false;
  });
  if (!executor->run({width, height, layout.inputs, layout.first_output, memory.data()})) {
    throw Error(ErrorCode::Internal, "the CPU backend failed");
  }
  return readTensor(layout.first_output, memory.data(), width, height);
}

Tensor run(const Style& style, const ReferenceInputs& inputs, int32_t backend) {
  switch (backend) {
    case IMPASTO_BACKEND_AUTO:  // as in 0.1
    case IMPASTO_BACKEND_REFERENCE: return runReference(style, inputs);
    case IMPASTO_BACKEND_CPU: return runOnCpu(style, inputs);
    default:
      throw Error(ErrorCode::InvalidArgument, "image->backend is " + std::to_string(backend) +
                                                  ": expected 0, IMPASTO_BACKEND_REFERENCE or IMPASTO_BACKEND_CPU");
  }
}

}  // namespace

void paintHostImage(const Style& style, const ImpastoHostImage& image) {
  checkExtent(image.width, image.height);
  checkPresent(image.color, true, "color");
  checkPresent(image.output, true, "output");
  checkPresent(image.depth, style.graph.needs(InputKind::Depth), "depth");
  checkPresent(image.normals, style.graph.needs(InputKind::Normals), "normals");
  const Controls controls = readControls(image.controls);
  CompositeSettings settings;
  settings.strength = controls.strength;
  settings.color_preservation = controls.color_preservation;
  settings.detail = controls.detail;

  ReferenceInputs inputs;
  inputs.style_vector = readStyleVector(style, image);
  inputs.color = seenColor(settings, image.width, image.height, image.color);
  if (image.depth) inputs.depth = planarTensor(image.depth, 1, image.width, image.height);
  if (image.normals) inputs.normals = planarTensor(image.normals, 3, image.width, image.height);
  const Tensor painted = controls.strength > 0 ? run(style, inputs, hostEnum(image.backend)) : Tensor(3, image.height, image.width);
  composite(settings, image.color, inputs.color, painted, image.mask, image.output);
}

}  // namespace impasto
