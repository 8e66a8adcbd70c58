// Which pictures are trained on and which are kept out, to be looked at and measured.
#pragma once

#include <vector>

#include "data/image_folder.h"

namespace impasto::trainer {

struct Split {
  std::vector<Image> training, held_out;
};

// Every k-th picture is held out, so that several folders are represented; `holdout` in all, but at most a quarter.
Split splitPictures(std::vector<Image> images, int holdout);

}  // namespace impasto::trainer
