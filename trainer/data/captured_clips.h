// Clips that impasto-render --capture wrote (docs/capture.md): frames of a scene with depth, normals, motion and camera.
#pragma once

#include <string>
#include <vector>

#include "data/clip.h"

namespace impasto::trainer {

// The frames of one clip: a part of a capture that no cut divides.
struct CapturedClip {
  std::string folder;
  int width = 0, height = 0;
  int first = 0, count = 0;

  // Frame `index` of the clip, counted from 0, whole: N is 1. A clip's first frame has no motion. Throws
  // impasto::Error(Io), naming the file.
  ClipFrame frame(int index) const;
};

// All clips of one folder's capture.json of at least two frames. Throws impasto::Error(Io), naming what is missing or wrong.
std::vector<CapturedClip> readCapture(const std::string& folder);

// Random parts of random clips: place, first frame and mirroring are functions of the seed and the clip's number. Frames
// are read when they are needed.
class CapturedClips final : public ClipSource {
 public:
  // Throws impasto::Error(InvalidArgument) for clips whose frames are smaller than the parts, or if there are none.
  CapturedClips(std::vector<CapturedClip> clips, const ClipOptions& options);
  Clip make(uint64_t index) const override;

 private:
  const std::vector<CapturedClip> clips_;
  const ClipOptions options_;
};

// Every k-th clip is held out, at most `holdout` and at most a quarter of them, as with pictures (data/split.h): whole clips,
// so that no held-out frame is the neighbour of one that is trained on.
struct CaptureSplit {
  std::vector<CapturedClip> training, held_out;
};
CaptureSplit splitCaptures(const std::vector<std::string>& folders, int holdout);

}  // namespace impasto::trainer
