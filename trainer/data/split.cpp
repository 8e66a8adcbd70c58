#include "data/split.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace impasto::trainer {

Split splitPictures(ImageFolder folder, const HoldOut& hold_out) {
  std::vector<std::vector<size_t>> clips;  // in the order of their first picture
  std::map<std::string, size_t> known;
  for (size_t i = 0; i < folder.images.size(); ++i) {
    const auto [found, is_new] = known.emplace(folder.clips[i], clips.size());
    if (is_new) clips.emplace_back();
    clips[found->second].push_back(i);
  }
  const auto folds = static_cast<size_t>(hold_out.folds);
  if (clips.size() < folds) {
    throw Error(ErrorCode::InvalidArgument, "--folds " + std::to_string(folds) + ": there are only " +
                                                std::to_string(clips.size()) + " pictures (or clips) to divide");
  }
  Split split;
  const size_t count = std::min(static_cast<size_t>(hold_out.pictures), clips.size() / 4);
  const size_t stride = count == 0 ? clips.size() + 1 : clips.size() / count;
  const auto isHeldOut = [&](size_t k) {
    if (folds > 0) return k % folds == static_cast<size_t>(hold_out.fold - 1);
    return count > 0 && k % stride == stride / 2 && split.held_out.size() < count;
  };
  for (size_t k = 0; k < clips.size(); ++k) {
    const std::vector<size_t>& clip = clips[k];
    if (isHeldOut(k)) {
      split.held_out.push_back(std::move(folder.images[clip[clip.size() / 2]]));
    } else {
      for (const size_t i : clip) split.training.push_back(std::move(folder.images[i]));
    }
  }
  return split;
}

}  // namespace impasto::trainer
