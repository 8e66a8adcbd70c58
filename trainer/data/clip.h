// Clips: frames that follow each other in time, with the motion of every pixel. Made from pictures (picture_clips.h) or
// captured (captured_clips.h); recipes see no difference.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

// The frames of N clips at one moment, all of one extent; float32.
struct ClipFrame {
  torch::Tensor color;           // N x 3 x H x W in [0, 1], sRGB-encoded
  torch::Tensor motion;          // N x 2: x and y, where the surface was in the frame before minus where it is, pixels, y down
  torch::Tensor visible;         // N x 1: 1 where it was seen there, else 0. Motion and this are 0 in a clip's first frame
  torch::Tensor depth;           // N x 1, as a generator sees it: 1 / (1 + metres)
  torch::Tensor expected_depth;  // N x 1: of each pixel's surface in the frame before if only the camera moved
  torch::Tensor normals;         // N x 3, as a generator sees them; 0 where they are not known
  bool has_geometry = false;     // depth and normals are a scene's, for generators that want them

  ClipFrame to(torch::Device device) const;
};

struct Clip {
  std::vector<ClipFrame> frames;                             // oldest first
  std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;  // one for each of the N clips, in texels at 1/8
};

struct ClipOptions {
  int side = 256;      // of the frames, pixels
  int batch = 2;       // N
  int shortest = 2;    // frames; how many a clip has is a function of the seed and its number
  int longest = 10;
  uint64_t seed = 1;
};

// Clip k is a function of the source's arguments and k. Thread-safe.
class ClipSource {
 public:
  virtual ~ClipSource() = default;
  virtual Clip make(uint64_t index) const = 0;
};

// Clips of all sources in turn.
class ClipMixture final : public ClipSource {
 public:
  explicit ClipMixture(std::vector<std::unique_ptr<ClipSource>> sources);
  Clip make(uint64_t index) const override;

 private:
  std::vector<std::unique_ptr<ClipSource>> sources_;
};

// How many frames clip `index` has.
int clipLength(const ClipOptions& options, uint64_t index);

// Where the surface of each pixel of the last frame was `steps` frames before, followed from frame to frame, and where it
// was seen in all of them: N x 2 and N x 1, as a frame's motion and visible.
struct Track {
  torch::Tensor motion, visible;
};
Track trackBack(const std::vector<ClipFrame>& frames, size_t last, size_t steps);

}  // namespace impasto::trainer
