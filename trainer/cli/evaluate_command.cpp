#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "data/image_folder.h"
#include "metrics/figures.h"
#include "metrics/stability.h"
#include "nn/generator.h"
#include "nn/vgg.h"
#include "logging/progress.h"
#include "engine/runtime.h"

namespace impasto::trainer {
namespace {

using nlohmann::ordered_json;

struct Arguments {
  std::vector<std::string> styles, content;
  std::string style_image, perceptual, lpips;
  std::string device = "auto";
  int style_size = 512, image_size = 768, threads = 0;
  bool json = false;
};

void printRow(const std::string& name, const Figures& f) {
  std::printf("%-32s %7.4f", name.c_str(), f.style);
  for (const auto& [layer, value] : f.style_layers) std::printf(" %8.4f", value);
  std::printf(" %8.4f %8.4f %7.3f %6.3f %7.3f", f.content_relu3_1, f.content_relu4_1, f.joint, f.ssim, f.edge_f1);
  if (f.lpips) std::printf(" %6.3f", *f.lpips);
}

int evaluate(const Arguments& a) {
  const Runtime runtime = openRuntime(a.device, "float32", a.threads);
  Vgg vgg(a.perceptual);
  vgg.to(runtime.device, torch::kFloat);
  std::optional<Lpips> lpips;
  if (!a.lpips.empty()) lpips.emplace(a.lpips, runtime.device);
  const Image painting = scaleShorterSide(readImage(a.style_image), a.style_size);
  torch::NoGradGuard no_grad;
  const FigureMeter meter(vgg, lpips ? &*lpips : nullptr, toTensor(painting).unsqueeze(0).to(runtime.device));

  std::vector<Generator> generators;
  for (const std::string& path : a.styles) {
    generators.emplace_back(Generator(readStyleFile(path)));
    generators.back()->to(runtime.device);
    generators.back()->freezeNorms(true);
  }
  const auto skipped = [](const std::string& message) { std::fprintf(stderr, "skipped: %s\n", message.c_str()); };
  const ImageFolder folder = readImageFolders(a.content, a.image_size, skipped);

  Figures of_frames;
  std::vector<Figures> of_styles(generators.size());
  std::vector<double> pans(generators.size());
  size_t measured = 0;
  Progress progress(1, static_cast<int64_t>(folder.images.size()), 1, "pictures");
  for (size_t i = 0; i < folder.images.size(); ++i) {
    const Image& image = folder.images[i];
    if (std::min(image.width, image.height) < FigureMeter::kSmallestSide) {
      skipped(folder.paths[i] + ": smaller than " + std::to_string(FigureMeter::kSmallestSide) + " pixels");
      continue;
    }
    const torch::Tensor frame = toTensor(image).unsqueeze(0).to(runtime.device);
    of_frames += meter.measure(frame, frame);
    for (size_t k = 0; k < generators.size(); ++k) {
      of_styles[k] += meter.measure(generators[k]->forward(frame).clamp(0, 1), frame);
      pans[k] += measurePan(generators[k], frame);
    }
    ++measured;
    progress.update(static_cast<int64_t>(i + 1), {});
  }
  progress.finish();
  if (measured == 0) throw Error(ErrorCode::InvalidArgument, "--content: holds no picture large enough to measure");

  const auto count = static_cast<double>(measured);
  std::vector<Stability> stabilities;
  for (Generator& generator : generators) stabilities.push_back(measureStability(generator));
  if (a.json) {
    ordered_json json = {{"style_image", a.style_image}, {"style_size", a.style_size}, {"pictures", measured},
                         {"frames", toJson(of_frames.dividedBy(count))}};
    for (size_t k = 0; k < a.styles.size(); ++k) {
      ordered_json entry = {{"file", a.styles[k]}};
      entry.update(toJson(of_styles[k].dividedBy(count)));
      entry["lattice"] = stabilities[k].lattice;
      entry["wander"] = stabilities[k].wander;
      entry["pan"] = pans[k] / count;
      json["styles"].push_back(entry);
    }
    std::printf("%s\n", json.dump(2).c_str());
    return 0;
  }
  std::printf("%-32s %7s %8s %8s %8s %8s %8s %8s %7s %6s %7s%s %7s %6s %6s\n", "", "style", "relu1_1", "relu2_1", "relu3_1", "relu4_1",
              "content3", "content4", "joint", "SSIM", "edge F1", lpips ? "  LPIPS" : "", "lattice", "wander", "pan");
  printRow("the pictures themselves", of_frames.dividedBy(count));
  std::printf("\n");
  for (size_t k = 0; k < a.styles.size(); ++k) {
    printRow(a.styles[k], of_styles[k].dividedBy(count));
    std::printf(" %7.2f %6.2f %6.2f\n", stabilities[k].lattice, stabilities[k].wander, pans[k] / count);
  }
  return 0;
}

}  // namespace

void addEvaluateCommand(CLI::App& app, Job& job) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("evaluate", "Measures style files on pictures they were not trained on");
  command->footer(
      "Example:\n"
      "  impasto-train evaluate --style udnie.safetensors --content held_out/ --style-image udnie.jpg "
      "--perceptual vgg19.safetensors --json\n");
  command->add_option("--style", a->styles, "Style file; may be given several times")->required();
  command->add_option("--content", a->content, "Folder of pictures; may be given several times")->required();
  command->add_option("--style-image", a->style_image, "The painting")->required();
  command->add_option("--perceptual", a->perceptual, "VGG19 (or VGG16), safetensors or .pth")->required();
  command->add_option("--lpips", a->lpips, "Folder with SqueezeNet 1.1 and the LPIPS heads, safetensors or .pth");
  command->add_option("--style-size", a->style_size, "Shorter side of the painting, as in training")
      ->check(CLI::Range(32, 4096))
      ->capture_default_str();
  command->add_option("--image-size", a->image_size, "Larger pictures are shrunk to this shorter side")
      ->check(CLI::Range(64, 16384))
      ->capture_default_str();
  command->add_option("--device", a->device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--threads", a->threads, "CPU threads; 0: all cores")->capture_default_str();
  command->add_flag("--json", a->json, "As JSON");
  command->callback([a, &job] { job = [a] { return evaluate(*a); }; });
}

}  // namespace impasto::trainer
