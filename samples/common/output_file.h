// The programs' name for media's files that are either whole or not there.
#pragma once

#include "media/file.h"

namespace impasto::app {

using media::writeFileWhole;

}  // namespace impasto::app
