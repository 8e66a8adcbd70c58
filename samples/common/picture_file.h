// The programs' names for media's reading and writing of 8-bit pictures.
#pragma once

#include "common/picture.h"
#include "media/image_file.h"

namespace impasto::app {

using media::readPicture;
using media::writePicture;

}  // namespace impasto::app
