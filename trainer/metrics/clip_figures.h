// Whether paint stays on things: figures of a clip painted frame after frame, as the pass does it.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "data/clip.h"
#include "metrics/figures.h"
#include "nn/painting_network.h"

namespace impasto::trainer {

// Of 255 where nothing else is said. Fine contrast: mean absolute difference to the 3 x 3 mean.
struct ClipFigures {
  double frames = 0;
  double warp_1 = 0, warp_8 = 0;    // mean difference to what was painted 1 and 8 frames before on the same surface,
  double plain_1 = 0, plain_8 = 0;  // and the same of the frames; pixels that were seen all the way and looked alike
  double contrast_first = 0, contrast_last = 0;
  double contrast_alone = 0;        // the last frame, painted without history
  double style_first = 0, style_last = 0, style_alone = 0;  // Gram error, likewise; 0 without a meter

  // Over the same of the plain frames: how much more the painting changes. 0 where nothing could be compared.
  double ratio1() const { return plain_1 > 0 ? warp_1 / plain_1 : 0; }
  double ratio8() const { return plain_8 > 0 ? warp_8 / plain_8 : 0; }

  // Sums and means over clips.
  ClipFigures& operator+=(const ClipFigures& other);
  ClipFigures dividedBy(double count) const;
};

nlohmann::ordered_json toJson(const ClipFigures& figures);

// Frames 0 to count - 1 of one clip (N = 1) on the network's device, painted in order; each gets the one before as
// history. Noise lies as in a frame of the pass. `meter` may be null. At least two frames.
ClipFigures measureClip(PaintingNetwork& network, size_t count, const std::function<ClipFrame(size_t)>& frame,
                        const FigureMeter* meter);

}  // namespace impasto::trainer
