// Checks of a frame's images. All throw Error(InvalidArgument), naming the member; none allocates when all is well.
#pragma once

#include "impasto/impasto.h"

namespace impasto {

void checkFrameImages(const ImpastoFrame& frame);
void checkWantedInputs(const ImpastoFrame& frame, bool wants_depth, bool wants_normals);

}  // namespace impasto
