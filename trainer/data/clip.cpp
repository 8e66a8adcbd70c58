#include "data/clip.h"

#include <random>

#include "nn/on_device.h"
#include "nn/reproject.h"

namespace impasto::trainer {

ClipFrame ClipFrame::to(torch::Device device) const {
  ClipFrame moved = *this;
  for (torch::Tensor* tensor : {&moved.color, &moved.motion, &moved.visible, &moved.depth, &moved.expected_depth,
                                &moved.normals}) {
    *tensor = onDevice(*tensor, device);
  }
  return moved;
}

ClipMixture::ClipMixture(std::vector<std::unique_ptr<ClipSource>> sources) : sources_(std::move(sources)) {}

Clip ClipMixture::make(uint64_t index) const {
  return sources_[index % sources_.size()]->make(index / sources_.size());
}

int clipLength(const ClipOptions& options, uint64_t index) {
  std::seed_seq seed{static_cast<uint32_t>(options.seed), static_cast<uint32_t>(options.seed >> 32),
                     static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32), 0x6c656e67u};
  std::mt19937_64 random(seed);
  return options.shortest + static_cast<int>(random() % static_cast<uint64_t>(options.longest - options.shortest + 1));
}

Track trackBack(const std::vector<ClipFrame>& frames, size_t last, size_t steps) {
  Track track{torch::zeros_like(frames[last].motion), torch::ones_like(frames[last].visible)};
  for (size_t step = 0; step < steps; ++step) {
    const ClipFrame& frame = frames[last - step];
    // What a bilinear look-up finds is this surface's only where all of its texels are seen in the frame before.
    const torch::Tensor seen = (fetchSmooth(frame.visible, track.motion) > 0.999).to(torch::kFloat);
    track.visible = track.visible * seen * cameFromInside(track.motion);
    track.motion = track.motion + fetchSmooth(frame.motion, track.motion);
  }
  track.visible = track.visible * cameFromInside(track.motion);
  return track;
}

}  // namespace impasto::trainer
