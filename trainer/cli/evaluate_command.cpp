#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/evaluate_clips.h"
#include "cli/judged.h"
#include "data/image_folder.h"
#include "engine/runtime.h"
#include "logging/progress.h"
#include "logging/sample_grid.h"
#include "metrics/figures.h"
#include "metrics/stability.h"
#include "nn/vgg.h"

namespace impasto::trainer {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kLargestCell = 512;   // side of a sheet's pictures
constexpr size_t kFlickerPictures = 8;  // each is painted thirty times

struct Arguments {
  std::vector<std::string> styles, content, clips, style_images;
  std::string painting, perceptual, lpips, sheet;
  std::string device = "auto";
  int style_size = 512, image_size = 768, threads = 0, sheet_rows = 6;
  bool json = false, record = false;
};

// What is measured of one painting of a file.
struct Measured {
  Judged judged;
  Figures figures;  // sums, then means
  Stability stability;
  double pan = 0, flicker = 0;
};

// A painting to judge by, and what its meter says of the pictures themselves and of its own crops.
struct Judge {
  std::string path;
  torch::Tensor painting;
  FigureMeter meter;
  Figures of_frames = {}, of_crops = {};
};

struct Evaluation {
  size_t pictures = 0;
  std::vector<Judge> judges;
  std::vector<Measured> styles;
};

// Rows of pictures: the frame, and what each network makes of it. Their middle squares, as many pixels as the smallest has.
class Sheet {
 public:
  Sheet(std::string path, size_t rows, size_t pictures) : path_(std::move(path)) {
    const size_t count = path_.empty() ? 0 : std::min(rows, pictures);
    for (size_t i = 0; i < count; ++i) wanted_.push_back((2 * i + 1) * pictures / (2 * count));
  }

  bool wants(size_t picture) const { return std::find(wanted_.begin(), wanted_.end(), picture) != wanted_.end(); }
  void addRow(const std::string& name, std::vector<torch::Tensor> pictures) {
    names_.push_back(std::filesystem::path(name).filename().string());
    rows_.push_back(std::move(pictures));
  }

  // Throws impasto::Error(Io), naming the path.
  void write() const {
    if (rows_.empty()) return;
    int64_t side = kLargestCell;
    for (const auto& row : rows_) side = std::min({side, row[0].size(2), row[0].size(3)});
    std::vector<torch::Tensor> cells;
    for (const auto& row : rows_) {
      for (const torch::Tensor& picture : row) {
        const int64_t y = (picture.size(2) - side) / 2, x = (picture.size(3) - side) / 2;
        cells.push_back(picture[0].narrow(1, y, side).narrow(2, x, side));
      }
    }
    writePng(fromTensor(contactSheet(torch::stack(cells), static_cast<int64_t>(rows_[0].size()))), path_);
  }

  // {"file": ..., "rows": [...], "columns": [...]}
  ordered_json legend(const Evaluation& evaluation) const {
    ordered_json json = {{"file", path_}, {"rows", names_}, {"columns", {"frame"}}};
    for (const Measured& style : evaluation.styles) json["columns"].push_back(style.judged.name());
    return json;
  }
  bool empty() const { return rows_.empty(); }

 private:
  std::string path_;
  std::vector<size_t> wanted_;
  std::vector<std::string> names_;
  std::vector<std::vector<torch::Tensor>> rows_;
};

Evaluation measure(const Arguments& a, Sheet& sheet, const ImageFolder& folder, const Runtime& runtime) {
  Vgg vgg(a.perceptual);
  vgg.to(runtime.device, torch::kFloat);
  std::optional<Lpips> lpips;
  if (!a.lpips.empty()) lpips.emplace(a.lpips, runtime.device);

  Evaluation e;
  for (const std::string& path : a.style_images) {
    const torch::Tensor painting = toTensor(scaleShorterSide(readImage(path), a.style_size)).unsqueeze(0).to(runtime.device);
    e.judges.push_back({path, painting, FigureMeter(vgg, lpips ? &*lpips : nullptr, painting)});
  }
  for (Judged& judged : readJudged(a.styles, a.painting, a.style_images.size())) {
    judged.network->to(runtime.device);
    e.styles.push_back({.judged = std::move(judged), .figures = {}, .stability = {}});
  }
  Progress progress(1, static_cast<int64_t>(folder.images.size()), 1, "pictures");
  for (size_t i = 0; i < folder.images.size(); ++i) {
    const Image& image = folder.images[i];
    if (std::min(image.width, image.height) < FigureMeter::kSmallestSide) {
      progress.note("skipped: " + folder.paths[i] + ": smaller than " + std::to_string(FigureMeter::kSmallestSide) + " pixels");
      continue;
    }
    const torch::Tensor frame = toTensor(image).unsqueeze(0).to(runtime.device);
    std::vector<torch::Tensor> row = {frame.cpu()};
    for (Judge& judge : e.judges) judge.of_frames += judge.meter.measure(frame, frame);
    for (Measured& style : e.styles) {
      PaintingNetwork& network = *style.judged.network;
      const torch::Tensor painted = network.forward(frame).clamp(0, 1);
      style.figures += e.judges[style.judged.judge].meter.measure(painted, frame);
      style.pan += measurePan(network, frame);
      if (e.pictures < kFlickerPictures) style.flicker += measureFlicker(network, frame);
      row.push_back(painted.cpu());
    }
    if (sheet.wants(i)) sheet.addRow(folder.paths[i], std::move(row));
    ++e.pictures;
    progress.update(static_cast<int64_t>(i + 1), {});
  }
  progress.finish();
  if (e.pictures == 0) throw Error(ErrorCode::InvalidArgument, "--content: holds no picture large enough to measure");
  const auto count = static_cast<double>(e.pictures);
  for (Judge& judge : e.judges) {
    judge.of_frames = judge.of_frames.dividedBy(count);
    judge.of_crops = judge.meter.measureCrops(judge.painting);
  }
  for (Measured& style : e.styles) {
    style.figures = style.figures.dividedBy(count);
    style.stability = measureStability(*style.judged.network);
    style.pan /= count;
    style.flicker /= static_cast<double>(std::min(e.pictures, kFlickerPictures));
  }
  return e;
}

ordered_json asJson(const Judge& judge) {
  return {{"style_image", judge.path}, {"frames", toJson(judge.of_frames)}, {"painting_crops", toJson(judge.of_crops)}};
}

ordered_json asJson(const Evaluation& e, const Arguments& a) {
  ordered_json json = {{"style_size", a.style_size}, {"pictures", e.pictures}};
  if (e.judges.size() == 1) {
    json.update(asJson(e.judges[0]));
  } else {
    for (const Judge& judge : e.judges) json["style_images"].push_back(asJson(judge));
  }
  for (const Measured& style : e.styles) {
    ordered_json entry = {{"file", style.judged.path}};
    if (!style.judged.painting.empty()) entry["painting"] = style.judged.painting;
    if (e.judges.size() > 1) entry["style_image"] = e.judges[style.judged.judge].path;
    entry["multiply_adds_per_pixel"] = style.judged.network->multiplyAddsPerPixel();
    entry.update(toJson(style.figures));
    entry["lattice"] = style.stability.lattice;
    entry["wander"] = style.stability.wander;
    entry["pan"] = style.pan;
    entry["flicker"] = style.flicker;
    json["styles"].push_back(entry);
  }
  return json;
}

void printFigures(const std::string& name, double multiply_adds, const Figures& f) {
  std::printf("%-32s %7.0f %7.4f %7.4f", name.c_str(), multiply_adds, f.style, f.style_centred);
  for (const auto& [layer, value] : f.style_layers) std::printf(" %8.4f", value);
  std::printf(" %8.4f %8.4f %7.3f %6.3f %7.3f", f.content_relu3_1, f.content_relu4_1, f.joint, f.ssim, f.edge_f1);
  if (f.lpips) std::printf(" %6.3f", *f.lpips);
}

void printTable(const Evaluation& e) {
  std::printf("%-32s %7s %7s %7s %8s %8s %8s %8s %8s %8s %7s %6s %7s%s %7s %6s %6s %7s\n", "", "MACs/px", "style", "centred",
              "relu1_1", "relu2_1", "relu3_1", "relu4_1", "content3", "content4", "joint", "SSIM", "edge F1",
              e.judges[0].of_frames.lpips ? "  LPIPS" : "", "lattice", "wander", "pan", "flicker");
  for (const Judge& judge : e.judges) {
    if (e.judges.size() > 1) std::printf("by %s\n", judge.path.c_str());
    printFigures("the pictures themselves", 0, judge.of_frames);
    std::printf("\n");
    printFigures("the painting's own crops", 0, judge.of_crops);
    std::printf("\n");
    for (const Measured& style : e.styles) {
      if (&e.judges[style.judged.judge] != &judge) continue;
      printFigures(style.judged.name(), style.judged.network->multiplyAddsPerPixel(), style.figures);
      std::printf(" %7.2f %6.2f %6.2f %7.2f\n", style.stability.lattice, style.stability.wander, style.pan, style.flicker);
    }
  }
}

int evaluate(const Arguments& a) {
  torch::NoGradGuard no_grad;
  if (a.record) checkRecordable(a.styles);
  const Runtime runtime = openRuntime(a.device, "float32", a.threads);
  const auto skipped = [](const std::string& message) { std::fprintf(stderr, "skipped: %s\n", message.c_str()); };
  const ImageFolder folder = readImageFolders(a.content, a.image_size, skipped);
  Sheet sheet(a.sheet, static_cast<size_t>(a.sheet_rows), folder.images.size());
  const Evaluation e = measure(a, sheet, folder, runtime);
  // Figures first: a sheet or a style file that cannot be written must not cost them.
  ordered_json json = asJson(e, a);
  if (a.json) {
    if (!sheet.empty()) json["sheet"] = sheet.legend(e);
    std::printf("%s\n", json.dump(2).c_str());
  } else {
    printTable(e);
    if (!sheet.empty()) {
      const ordered_json legend = sheet.legend(e);
      std::printf("\n%s, from left to right:\n", a.sheet.c_str());
      for (const auto& column : legend["columns"]) std::printf("  %s\n", column.get<std::string>().c_str());
      std::printf("from top to bottom:\n");
      for (const auto& row : legend["rows"]) std::printf("  %s\n", row.get<std::string>().c_str());
    }
  }
  std::fflush(stdout);
  if (a.record) {
    recordFigures(json["styles"], "evaluated",
                  {{"pictures", e.pictures}, {"image_size", a.image_size}, {"style_size", a.style_size}});
  }
  sheet.write();
  return 0;
}

}  // namespace

void addEvaluateCommand(CLI::App& app, Job& job) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("evaluate", "Measures style files and checkpoints on pictures they were not trained on");
  command->footer(
      "Examples:\n"
      "  impasto-train evaluate --style udnie.safetensors --content held_out/ --style-image udnie.jpg "
      "--perceptual vgg19.safetensors --json\n"
      "  impasto-train evaluate --style udnie.safetensors --style johnson.checkpoint.safetensors ... --sheet compared.png\n"
      "  impasto-train evaluate --style three.safetensors --style-image udnie.jpg --style-image scream.jpg --style-image "
      "wheat.jpg ...\n"
      "  impasto-train evaluate --style udnie.safetensors --clip captured/ --style-image udnie.jpg "
      "--perceptual vgg19.safetensors\n");
  command->add_option("--style", a->styles, "Style file, or checkpoint of a run; may be given several times")->required();
  command->add_option("--content", a->content, "Folder of pictures; may be given several times");
  command
      ->add_option("--clip", a->clips,
                   "Instead: folder that impasto-render --capture wrote, with clips; may be given several times")
      ->excludes("--content");
  command->add_option("--style-image", a->style_images,
                      "The painting to judge by; given several times: one for each painting of the style, in order");
  command->add_option("--painting", a->painting,
                      "Of styles with several paintings only this one: its title or its number, from 1 on; by default all");
  command->add_option("--perceptual", a->perceptual, "VGG19 (or VGG16), safetensors or .pth");
  command->add_option("--lpips", a->lpips, "Folder with SqueezeNet 1.1 and the LPIPS heads, safetensors or .pth");
  command->add_option("--style-size", a->style_size, "Shorter side of the painting, as in training")
      ->check(CLI::Range(64, 4096))
      ->capture_default_str();
  command->add_option("--image-size", a->image_size, "Larger pictures are shrunk to this shorter side")
      ->check(CLI::Range(64, 16384))
      ->capture_default_str();
  command->add_option("--sheet", a->sheet, "PNG to write: a row for each picture, the frame and what each style makes of it")
      ->check(pngName());
  command->add_option("--sheet-rows", a->sheet_rows, "Pictures on the sheet")->check(CLI::Range(1, 64))->capture_default_str();
  command->add_option("--device", a->device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--threads", a->threads, "CPU threads; 0: all cores")->capture_default_str();
  command->add_flag("--json", a->json, "As JSON");
  command->add_flag("--record", a->record, "Put the figures into the metrics of the style files, which `inspect` shows");
  command->callback([a, &job] { job = [a] {
      if (!a->clips.empty()) {
        return evaluateClips(
            {a->styles, a->clips, a->style_images, a->painting, a->perceptual, a->style_size, a->device, a->threads, a->json,
             a->record});
      }
      for (const auto& [flag, missing] :
           {std::pair{"--content", a->content.empty()}, {"--style-image", a->style_images.empty()},
            {"--perceptual", a->perceptual.empty()}}) {
        if (missing) throw Error(ErrorCode::InvalidArgument, std::string(flag) + ": is required");
      }
      return evaluate(*a);
    };
  });
}

}  // namespace impasto::trainer
