// A style as an ONNX model (operator set 18) of any height and width, for other runtimes: it stands alone, the noise and the
// extension of the frame to the alignment included.
//
// Inputs, float32: "color" 1 x 3 x H x W, sRGB-encoded, [0, 1]; and of what else the style reads, "depth", "normals",
// "history" likewise (graph.h says what they hold; zeros where there is none), "style" 1 x K x 1 x 1 and "exposure"
// 1 x 1 x 1 x 1 (the factor itself), which have defaults. Output: "painted" 1 x 3 x H x W, not clamped.
#pragma once

#include <string>

#include "style/style.h"

namespace impasto::trainer {

// The model's bytes. Throws impasto::Error(InvalidStyle) where the style is none, Error(Unsupported) in a build without
// protobuf.
std::string onnxModel(const Style& style);

// To a temporary name beside `path`, then renamed. Throws Error(Io) as well.
void writeOnnxFile(const Style& style, const std::string& path);

}  // namespace impasto::trainer
