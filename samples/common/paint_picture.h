// Paints a picture of any extent: at once where the block painter can, else in overlapping blocks that fade into each
// other. Styles with noise look a little different then, for noise is counted from a block's corner.
#pragma once

#include <functional>

#include "common/block_painter.h"
#include "common/picture.h"

namespace impasto::app {

// Paints in place. `on_block` hears the share that is done, (0, 1], after each block, and may throw to stop; the picture
// is as it was then. Throws Error.
void paintPicture(BlockPainter& blocks, const ImpastoControls& controls, Picture& picture,
                  const std::function<void(double)>& on_block);

}  // namespace impasto::app
