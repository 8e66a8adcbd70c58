#include "cli/evaluate_clips.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/judged.h"
#include "data/captured_clips.h"
#include "data/painting.h"
#include "engine/runtime.h"
#include "metrics/clip_figures.h"
#include "metrics/stability.h"
#include "nn/vgg.h"

namespace impasto::trainer {
namespace {

struct Measured {
  ClipFigures figures;
  Stability stability;
  double pan = 0;
};

Measured measure(PaintingNetwork& network, const std::vector<CapturedClip>& clips, const FigureMeter* meter, torch::Device device) {
  Measured measured;
  measured.stability = measureStability(network);
  for (const CapturedClip& clip : clips) {
    measured.figures += measureClip(
        network, static_cast<size_t>(clip.count), [&](size_t t) { return clip.frame(static_cast<int>(t)).to(device); }, meter);
    measured.pan += measurePan(network, clip.frame(0).color.to(device));
  }
  const auto count = static_cast<double>(clips.size());
  measured.figures = measured.figures.dividedBy(count);
  measured.pan /= count;
  return measured;
}

}  // namespace

int evaluateClips(const ClipEvaluation& a) {
  torch::NoGradGuard no_grad;
  if (a.record) checkRecordable(a.styles);
  const Runtime runtime = openRuntime(a.device, "float32", a.threads);
  std::vector<CapturedClip> clips;
  for (const std::string& folder : a.clips) {
    for (CapturedClip& clip : readCapture(folder)) {
      if (std::min(clip.width, clip.height) < FigureMeter::kSmallestSide) {
        throw Error(ErrorCode::InvalidArgument, folder + ": frames smaller than " + std::to_string(FigureMeter::kSmallestSide) +
                                                    " pixels cannot be measured");
      }
      clips.push_back(std::move(clip));
    }
  }
  std::unique_ptr<Vgg> vgg;
  std::vector<FigureMeter> meters;
  if (!a.style_images.empty() && !a.perceptual.empty()) {
    vgg = std::make_unique<Vgg>(a.perceptual);
    vgg->to(runtime.device, torch::kFloat);
    const auto heard = [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); };
    for (const std::string& path : a.style_images) {
      meters.emplace_back(*vgg, nullptr, readPainting(path, a.style_size, heard).to(runtime.device));
    }
  }
  nlohmann::ordered_json json = {{"clips", clips.size()}, {"styles", nlohmann::ordered_json::array()}};
  if (!a.json) {
    std::printf("%-32s %6s %6s %23s %23s %7s %6s %6s\n%-32s %6s %6s %7s %7s %7s %7s %7s %7s %7s %6s %6s\n", "", "warp", "warp",
                "style error", "fine contrast", "", "", "", "", "k = 1", "k = 8", "first", "last", "alone", "first", "last",
                "alone", "lattice", "wander", "pan");
  }
  for (const Judged& style : readJudged(a.styles, a.painting, a.style_images.size())) {
    style.network->to(runtime.device);
    const FigureMeter* meter = meters.empty() ? nullptr : &meters[style.judge];
    const Measured m = measure(*style.network, clips, meter, runtime.device);
    const ClipFigures& f = m.figures;
    nlohmann::ordered_json entry = {{"file", style.path}};
    if (!style.painting.empty()) entry["painting"] = style.painting;
    entry.update(toJson(f));
    entry["lattice"] = m.stability.lattice;
    entry["wander"] = m.stability.wander;
    entry["pan"] = m.pan;
    json["styles"].push_back(entry);
    if (!a.json) {
      std::printf("%-32s %6.2f %6.2f %7.4f %7.4f %7.4f %7.2f %7.2f %7.2f %7.2f %6.2f %6.2f\n", style.name().c_str(),
                  f.ratio1(), f.ratio8(), f.style_first, f.style_last, f.style_alone, f.contrast_first, f.contrast_last,
                  f.contrast_alone, m.stability.lattice, m.stability.wander, m.pan);
    }
  }
  if (a.json) std::printf("%s\n", json.dump(2).c_str());
  std::fflush(stdout);
  if (a.record) recordFigures(json["styles"], "clips", {{"clips", clips.size()}});
  return 0;
}

}  // namespace impasto::trainer
