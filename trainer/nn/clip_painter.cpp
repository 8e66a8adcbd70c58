#include "nn/clip_painter.h"

namespace impasto::trainer {

GeneratorInputs inputsOf(const ClipFrame& frame) {
  GeneratorInputs inputs;
  inputs.color = frame.color;
  if (!frame.has_geometry) return inputs;
  inputs.depth = frame.depth;
  inputs.normals = frame.normals;
  return inputs;
}

torch::Tensor ClipPainter::paint(const ClipFrame& frame) {
  GeneratorInputs inputs = inputsOf(frame);
  const PlainView now{frame.color, frame.depth};
  if (painted_.defined()) inputs.history = historyOf(painted_, before_, now, frame.motion, frame.expected_depth);
  const torch::Tensor painting = network_.forward(inputs, noise_offsets_);
  painted_ = painting.detach();
  before_ = now;
  return painting;
}

}  // namespace impasto::trainer
