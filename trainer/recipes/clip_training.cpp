#include "recipes/clip_training.h"

#include <algorithm>
#include <cmath>

#include "data/captured_clips.h"
#include "data/picture_clips.h"
#include "losses/temporal.h"
#include "nn/clip_painter.h"

namespace impasto::trainer {
namespace {

constexpr size_t kPrefetched = 2;
constexpr size_t kFar = 8;               // frames of the long comparison
constexpr uint64_t kHeldOutClips = 4;
constexpr int kHeldOutFrames = 12;
constexpr uint64_t kHeldOutSeed = 0x5e1d0u;

// Of a painting and an earlier one, both whole, inside the border.
torch::Tensor difference(const std::vector<ClipFrame>& frames, size_t steps, const torch::Tensor& painting,
                         const torch::Tensor& earlier, int64_t border) {
  const size_t last = frames.size() - 1;
  Track track;
  torch::Tensor pixels;
  {
    torch::NoGradGuard no_grad;
    track = trackBack(frames, last, steps);
    pixels = comparablePixels(frames[last].color, frames[last - steps].color, track.motion, track.visible);
    const int64_t height = pixels.size(2), width = pixels.size(3);
    const torch::Tensor inside = torch::zeros_like(pixels);
    inside.narrow(2, border, height - 2 * border).narrow(3, border, width - 2 * border).fill_(1);
    pixels = pixels * inside;
  }
  return temporalLoss(painting, earlier, track.motion, pixels);
}

}  // namespace

ClipTraining::ClipTraining(const ClipSettings& settings, const Split& pictures, const CropLoader::Options& crops, int holdout,
                           torch::Device device, const Log& log)
    : settings_(settings), side_(crops.crop), context_(crops.context / 2), processes_(crops.processes),
      process_(crops.process), device_(device) {
  PictureClipOptions made;
  made.side = side_ + 2 * context_;
  made.batch = std::max(1, crops.batch / 2);
  made.longest = settings.frames;
  made.seed = crops.seed;
  ClipOptions held = made;
  held.batch = 1;
  held.shortest = held.longest = kHeldOutFrames;
  held.seed = kHeldOutSeed;
  if (settings.captured.empty()) {
    source_ = std::make_unique<PictureClips>(pictures.training, made);
  } else {
    CaptureSplit captured = splitCaptures(settings.captured, holdout);
    log("training on " + std::to_string(captured.training.size()) + " captured clips, " +
        std::to_string(captured.held_out.size()) + " held out");
    std::vector<std::unique_ptr<ClipSource>> sources;
    sources.push_back(std::make_unique<PictureClips>(pictures.training, made));
    sources.push_back(std::make_unique<CapturedClips>(std::move(captured.training), made));
    source_ = std::make_unique<ClipMixture>(std::move(sources));
    if (!captured.held_out.empty()) held_out_ = std::make_unique<CapturedClips>(std::move(captured.held_out), held);
  }
  if (!held_out_ && !pictures.held_out.empty()) {
    PictureClipOptions of_pictures;
    static_cast<ClipOptions&>(of_pictures) = held;
    held_out_ = std::make_unique<PictureClips>(pictures.held_out, of_pictures);
  }
  if (held_out_) held_out_count_ = kHeldOutClips;
}

int64_t ClipTraining::clipsAmong(int64_t batches) const {
  return batches <= 0 ? 0 : static_cast<int64_t>(std::floor(static_cast<double>(batches) * settings_.share + 1e-9));
}

void ClipTraining::resumeAt(int64_t clip) {
  loader_.reset();
  const auto make = [this](uint64_t index) {
    return source_->make(index * static_cast<uint64_t>(processes_) + static_cast<uint64_t>(process_));
  };
  loader_ = std::make_unique<Prefetch<Clip>>(make, static_cast<uint64_t>(clip), kPrefetched);
}

Clip ClipTraining::next() {
  Clip clip = loader_->next();
  for (ClipFrame& frame : clip.frames) frame = frame.to(device_);
  return clip;
}

torch::Tensor ClipTraining::loss(PaintingNetwork& network, const Clip& clip, const StyleObjective& objective,
                                 bool full_resolution, uint64_t seed, Scalars& scalars) const {
  const std::vector<ClipFrame>& frames = clip.frames;
  const size_t last = frames.size() - 1;
  const int64_t border = context_;
  ClipPainter painter(network, clip.noise_offsets);
  std::vector<torch::Tensor> paintings;
  for (size_t t = 0; t <= last; ++t) {
    torch::AutoGradMode learned(t + 1 >= last);
    paintings.push_back(painter.paint(frames[t]));
  }
  const auto inside = [&](const torch::Tensor& t) {
    return t.narrow(2, border, side_).narrow(3, border, side_);
  };
  torch::Tensor loss = objective(torch::cat({inside(frames[last - 1].color), inside(frames[last].color)}),
                                 torch::cat({inside(paintings[last - 1]), inside(paintings[last])}), full_resolution, seed,
                                 scalars);
  const torch::Tensor near = difference(frames, 1, paintings[last], paintings[last - 1], border);
  scalars.emplace_back("moved 1", near);
  loss = loss + settings_.temporal_weight * near;
  const size_t steps = std::min(last, kFar);
  if (steps > 1 && settings_.long_temporal_weight > 0) {
    const torch::Tensor far = difference(frames, steps, paintings[last], paintings[last - steps], border);
    scalars.emplace_back("moved 8", far);
    loss = loss + settings_.long_temporal_weight * far;
  }
  if (settings_.contrast_weight > 0) {
    torch::Tensor alone;
    {
      torch::NoGradGuard no_grad;
      alone = inside(network.forward(inputsOf(frames[last]), clip.noise_offsets));
    }
    const torch::Tensor lost = lostContrastLoss(inside(paintings[last]), alone);
    scalars.emplace_back("contrast lost", lost);
    loss = loss + settings_.contrast_weight * lost;
  }
  return loss;
}

ClipFigures ClipTraining::heldOut(PaintingNetwork& network) const {
  ClipFigures sum;
  for (uint64_t i = 0; i < held_out_count_; ++i) {
    const Clip clip = held_out_->make(i);
    sum += measureClip(network, clip.frames.size(), [&](size_t t) { return clip.frames[t].to(device_); }, nullptr);
  }
  return sum.dividedBy(static_cast<double>(held_out_count_));
}

}  // namespace impasto::trainer
