// Pictures that belong together: what a frame is, and what shall be made of it.
#pragma once

#include <functional>
#include <string>

#include "data/image_folder.h"

namespace impasto::trainer {

struct PicturePairs {
  ImageFolder inputs, targets;  // as many, in the same order, of the same size, of the same clips
};

// Below `folder` either lie two folders, input/ and target/, whose pictures have the same names (extensions may differ), or
// pictures each of which shows input and target side by side. Those whose shorter side is above `limit` pixels are
// shrunk. A pair that cannot be read, has no partner or differs in size is left out, and `skipped` hears a one-line
// message that names it. Throws impasto::Error(Io) for a folder that is missing, or that holds no pair.
PicturePairs readPicturePairs(const std::string& folder, int limit, const std::function<void(const std::string&)>& skipped);

}  // namespace impasto::trainer
