// Paints a picture of any extent: at once where the block painter can, else in overlapping blocks that fade into each
// other. Styles with noise look a little different then, for noise is counted from a block's corner.
#pragma once

#include <functional>

#include "common/block_painter.h"
#include "media/image.h"

namespace impasto::app {

// Paints in place, at the precision of the samples. What a colour profile says is painted as what it looks like, and is
// given back in the profile's space, where colours outside of sRGB come in to its rim (floats keep theirs). With strength
// 0 nothing changes. `on_block` hears the share that is done, (0, 1], after each block, and may throw to stop; the
// picture is as it was then. Throws Error.
void paintPicture(BlockPainter& blocks, const ImpastoControls& controls, media::Image& image,
                  const std::function<void(double)>& on_block);

}  // namespace impasto::app
