// Which pictures are trained on and which are kept out, to be looked at and measured.
#pragma once

#include <string>
#include <vector>

#include "data/image_folder.h"

namespace impasto::trainer {

struct Split {
  std::vector<Image> training, held_out;
};

// One picture of every k-th clip is held out, so that several folders are represented: `holdout` in all, but at most of a
// quarter of the clips. The other pictures of such a clip are neither trained on nor held out: neighbouring frames are
// nearly equal, and a held-out one would say nothing.
Split splitPictures(ImageFolder folder, int holdout);

}  // namespace impasto::trainer
