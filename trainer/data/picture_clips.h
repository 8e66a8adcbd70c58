// Clips made from still pictures, with motion that is known exactly: a picture behind, and cut-outs of others before it, as
// sheets at several distances. The camera pans, zooms and rolls over them (near sheets pass faster: parallax), the cut-outs
// move and turn by themselves (their edges cover and uncover what is behind), and the light changes: its strength and
// tint, and a shadow that passes. Some clips stand still, some have film grain.
#pragma once

#include <vector>

#include "data/clip.h"
#include "data/image.h"

namespace impasto::trainer {

struct PictureClipOptions : ClipOptions {
  double fastest = 6;    // of the camera, pixels a frame
  int most_cutouts = 4;
  bool light = true;     // may change within a clip
  bool grain = true;     // in a third of the clips, of 2/255
};

class PictureClips final : public ClipSource {
 public:
  // `pictures`, at least one, must outlive the source and not change.
  PictureClips(const std::vector<Image>& pictures, const PictureClipOptions& options);
  Clip make(uint64_t index) const override;

 private:
  const std::vector<Image>& pictures_;
  const PictureClipOptions options_;
};

}  // namespace impasto::trainer
