// Any bytes are either a style that can be written, read again and run, or an Error(InvalidStyle).
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>

#include "base/error.h"
#include "reference/reference.h"
#include "style/style.h"

namespace {

using namespace impasto;

void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "fuzz_style: %s\n", what);
  std::abort();
}

void runOnSmallFrame(const Style& style) {
  constexpr uint32_t kHeight = 3, kWidth = 5;
  constexpr double kPixels = kMaxDownscale * kMaxDownscale;  // of the frame once extended, at most
  constexpr double kMostMultiplyAdds = 2e6, kMostValues = 2e5;
  if (style.graph.multiplyAddsPerPixel() * kPixels > kMostMultiplyAdds) return;
  if (style.graph.valuesPerPixel() * kPixels > kMostValues) return;
  ReferenceInputs inputs;
  inputs.color = Tensor(3, kHeight, kWidth);
  inputs.depth = Tensor(1, kHeight, kWidth);
  inputs.normals = Tensor(3, kHeight, kWidth);
  inputs.history = Tensor(4, kHeight, kWidth);
  const Tensor output = runReference(style, inputs);
  require(output.channels == 3 && output.height == kHeight && output.width == kWidth, "output of another shape");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Style style;
  try {
    style = readStyle(std::as_bytes(std::span(data, size)));
  } catch (const Error& error) {
    require(error.code() == ErrorCode::InvalidStyle, "an error of another code");
    return 0;
  }
  const std::vector<std::byte> bytes = writeStyle(style);
  require(writeStyle(readStyle(bytes)) == bytes, "the style changes when it is written and read");
  runOnSmallFrame(style);
  return 0;
}
