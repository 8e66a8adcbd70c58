#include "data/split.h"

#include <algorithm>

namespace impasto::trainer {

Split splitPictures(std::vector<Image> images, int holdout) {
  Split split;
  const size_t count = std::min(static_cast<size_t>(holdout), images.size() / 4);
  const size_t stride = count == 0 ? images.size() + 1 : images.size() / count;
  for (size_t i = 0; i < images.size(); ++i) {
    const bool out = count > 0 && i % stride == stride / 2 && split.held_out.size() < count;
    (out ? split.held_out : split.training).push_back(std::move(images[i]));
  }
  return split;
}

}  // namespace impasto::trainer
