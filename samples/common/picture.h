// The programs' name for media's picture.
#pragma once

#include "media/picture.h"

namespace impasto::app {

using media::kMaxPictureSide;
using media::Picture;

}  // namespace impasto::app
