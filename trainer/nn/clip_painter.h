// Paints clips frame after frame: each frame gets what was painted before as its history, which networks that do not read
// one ignore.
#pragma once

#include "data/clip.h"
#include "nn/painting_network.h"
#include "nn/reproject.h"

namespace impasto::trainer {

class ClipPainter {
 public:
  // `network` must outlive the painter. One noise offset for each of the N clips.
  ClipPainter(PaintingNetwork& network, NoiseOffsets noise_offsets)
      : network_(network), noise_offsets_(std::move(noise_offsets)) {}

  // The next frame's painting, N x 3 x H x W, not clamped, with gradients where they are on; none go to the frame before.
  torch::Tensor paint(const ClipFrame& frame);

 private:
  PaintingNetwork& network_;
  const NoiseOffsets noise_offsets_;
  torch::Tensor painted_;  // the frame before; undefined: there is none
  PlainView before_;
};

// What a network sees of a frame, without history.
GeneratorInputs inputsOf(const ClipFrame& frame);

}  // namespace impasto::trainer
