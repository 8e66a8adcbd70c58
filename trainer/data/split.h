// Which pictures are trained on and which are kept out, to be looked at and measured.
#pragma once

#include <string>
#include <vector>

#include "data/hold_out.h"
#include "data/image_folder.h"

namespace impasto::trainer {

struct Split {
  std::vector<Image> training, held_out;
};

// One picture of every k-th clip is held out, so that several folders are represented: as many as asked for, but at most of
// a quarter of the clips. With folds one of every clip k with k mod folds = fold - 1, so that each clip is held out in one of
// them. The other pictures of such a clip are neither trained on nor held out: neighbouring frames are nearly equal, and a
// held-out one would say nothing. Throws impasto::Error(InvalidArgument) if there are fewer clips than folds.
Split splitPictures(ImageFolder folder, const HoldOut& hold_out);

}  // namespace impasto::trainer
