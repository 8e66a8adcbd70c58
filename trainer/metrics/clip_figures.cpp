#include "metrics/clip_figures.h"

#include <nlohmann/json.hpp>

#include "losses/temporal.h"
#include "nn/clip_painter.h"
#include "nn/reproject.h"

namespace impasto::trainer {
namespace {

constexpr size_t kFar = 8;  // frames
constexpr double kFull = 255;

double contrastOf(const torch::Tensor& painting) { return kFull * fineContrast(painting).mean().item<double>(); }

// Sums of differences over pixels that could be compared.
struct Sum {
  double painted = 0, plain = 0, pixels = 0;

  void add(const torch::Tensor& painting, const torch::Tensor& painting_then, const torch::Tensor& frame,
           const torch::Tensor& frame_then, const Track& track) {
    const torch::Tensor compared = comparablePixels(frame, frame_then, track.motion, track.visible);
    const auto difference = [&](const torch::Tensor& now, const torch::Tensor& then) {
      return ((now - fetchSmooth(then, track.motion)).abs().mean(1, /*keepdim=*/true) * compared).sum().item<double>();
    };
    painted += difference(painting, painting_then);
    plain += difference(frame, frame_then);
    pixels += compared.sum().item<double>();
  }
  double meanOf(double sum) const { return pixels > 0 ? kFull * sum / pixels : 0; }
};

}  // namespace

ClipFigures& ClipFigures::operator+=(const ClipFigures& other) {
  for (double ClipFigures::*figure :
       {&ClipFigures::frames, &ClipFigures::warp_1, &ClipFigures::warp_8, &ClipFigures::plain_1, &ClipFigures::plain_8,
        &ClipFigures::contrast_first, &ClipFigures::contrast_last, &ClipFigures::contrast_alone, &ClipFigures::style_first,
        &ClipFigures::style_last, &ClipFigures::style_alone}) {
    this->*figure += other.*figure;
  }
  return *this;
}

ClipFigures ClipFigures::dividedBy(double count) const {
  ClipFigures mean;
  for (double ClipFigures::*figure :
       {&ClipFigures::frames, &ClipFigures::warp_1, &ClipFigures::warp_8, &ClipFigures::plain_1, &ClipFigures::plain_8,
        &ClipFigures::contrast_first, &ClipFigures::contrast_last, &ClipFigures::contrast_alone, &ClipFigures::style_first,
        &ClipFigures::style_last, &ClipFigures::style_alone}) {
    mean.*figure = this->*figure / count;
  }
  return mean;
}

nlohmann::ordered_json toJson(const ClipFigures& f) {
  return {{"frames", f.frames},
          {"warp_ratio_1", f.ratio1()},
          {"warp_ratio_8", f.ratio8()},
          {"warp_1", f.warp_1},
          {"warp_8", f.warp_8},
          {"plain_1", f.plain_1},
          {"plain_8", f.plain_8},
          {"style_first", f.style_first},
          {"style_last", f.style_last},
          {"style_last_without_history", f.style_alone},
          {"fine_contrast_first", f.contrast_first},
          {"fine_contrast_last", f.contrast_last},
          {"fine_contrast_last_without_history", f.contrast_alone}};
}

ClipFigures measureClip(PaintingNetwork& network, size_t count, const std::function<ClipFrame(size_t)>& frame,
                        const FigureMeter* meter) {
  torch::NoGradGuard no_grad;
  ClipPainter painter(network, {{0, 0}});
  const auto style = [&](const torch::Tensor& painting, const torch::Tensor& color) {
    return meter ? meter->measure(painting, color).style : 0.0;
  };
  std::vector<ClipFrame> frames;         // the newest, at most kFar + 1
  std::vector<torch::Tensor> paintings;  // of these
  ClipFigures figures;
  figures.frames = static_cast<double>(count);
  Sum near, far;
  for (size_t t = 0; t < count; ++t) {
    frames.push_back(frame(t));
    paintings.push_back(painter.paint(frames.back()).clamp(0, 1));
    if (frames.size() > kFar + 1) {
      frames.erase(frames.begin());
      paintings.erase(paintings.begin());
    }
    const size_t last = frames.size() - 1;
    const auto compare = [&](Sum& sum, size_t steps) {
      if (last < steps) return;
      sum.add(paintings[last], paintings[last - steps], frames[last].color, frames[last - steps].color,
              trackBack(frames, last, steps));
    };
    compare(near, 1);
    compare(far, kFar);
    if (t == 0) {
      figures.style_first = style(paintings[0], frames[0].color);
      figures.contrast_first = contrastOf(paintings[0]);
    }
  }
  const ClipFrame& end = frames.back();
  const torch::Tensor alone = ClipPainter(network, {{0, 0}}).paint(end).clamp(0, 1);
  figures.style_last = style(paintings.back(), end.color);
  figures.contrast_last = contrastOf(paintings.back());
  figures.style_alone = style(alone, end.color);
  figures.contrast_alone = contrastOf(alone);
  figures.warp_1 = near.meanOf(near.painted);
  figures.plain_1 = near.meanOf(near.plain);
  figures.warp_8 = far.meanOf(far.painted);
  figures.plain_8 = far.meanOf(far.plain);
  return figures;
}

}  // namespace impasto::trainer
