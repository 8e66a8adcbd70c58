// impasto-render: a scene to pictures without a window, plain and painted.
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "capture.h"
#include "common/command_line.h"
#include "common/error.h"
#include "common/interrupt.h"
#include "common/message.h"
#include "common/picture_file.h"
#include "common/progress.h"
#include "frame_source.h"
#include "options.h"
#include "renderer/scene/gltf.h"
#include "renderer/scene/sample_scene.h"
#include "stylist.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-render";
using Clock = std::chrono::steady_clock;

render::Scene loadScene(const RenderOptions& options) {
  render::Scene scene = options.scene == "sample" ? render::makeSampleScene() : render::loadGltf(options.scene);
  for (const std::string& warning : scene.warnings) {
    complain(kProgram, options.scene + ": " + warning);
  }
  const auto inRange = [&](const char* flag, int index, size_t count, const char* what) {
    if (index > 0 && static_cast<size_t>(index) >= count) {
      throw UsageError(std::string(flag) + " " + std::to_string(index) + ": " + options.scene + " has " +
                       std::to_string(count) + " " + what);
    }
  };
  inRange("--camera", options.frame.camera, scene.cameras.size(), "cameras");
  inRange("--animation", options.frame.animation, scene.animations.size(), "animations");
  return scene;
}

void createFolder(const std::filesystem::path& folder) {
  if (folder.empty()) return;
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder)) {
    throw Error(folder.string() + ": cannot create the folder" + (error ? ": " + error.message() : ""));
  }
}

// The device, and how to paint on it. Auto falls back to the reference where the pass cannot run.
struct Studio {
  PaintingDevice painting;
  std::unique_ptr<Stylist> stylist;  // none without styles
  std::string backend = "none";
};

Studio openStudio(const RenderOptions& options, const std::vector<NamedStyle>& styles) {
  render::DeviceOptions device;
  device.application_name = kProgram;
  device.validation = options.validation;

  Studio studio;
  const FrameOptions& frame = options.frame;
  if (!styles.empty() && options.backend != RenderBackend::Reference) {
    try {
      studio.painting = createPaintingDevice(device);
      studio.stylist = createVulkanStylist(studio.painting, styles, options.controls, frame.width, frame.height);
      studio.backend = "vulkan";
      return studio;
    } catch (const Error& error) {
      if (options.backend == RenderBackend::Vulkan) throw;
      complain(kProgram, std::string(error.what()) + "; painting with the reference instead");
      studio.painting = {};
    }
  }
  studio.painting.device = std::make_unique<render::Device>(device);
  if (!styles.empty()) {
    studio.stylist = createReferenceStylist(styles, options.controls, frame.width, frame.height);
    studio.backend = "reference";
  }
  return studio;
}

// The pictures in a row, from left to right.
Picture sideBySide(const std::vector<Picture>& pictures) {
  const uint32_t width = pictures.front().width, height = pictures.front().height;
  Picture row(width * static_cast<uint32_t>(pictures.size()), height);
  for (size_t i = 0; i < pictures.size(); ++i) {
    for (uint32_t y = 0; y < height; ++y) {
      std::copy_n(pictures[i].pixel(0, y), size_t{width} * 4, row.pixel(static_cast<uint32_t>(i) * width, y));
    }
  }
  return row;
}

void writePictures(const RenderOptions& options, const std::vector<NamedStyle>& styles, const std::string& stem,
                   std::vector<Picture> pictures) {
  writePicture(pictures.front(), options.out / (stem + "_plain.png"));
  for (size_t i = 0; i < styles.size(); ++i) {
    const std::string suffix = styles.size() == 1 ? "_styled.png" : "_styled_" + styles[i].name + ".png";
    writePicture(pictures[i + 1], options.out / (stem + suffix));
  }
  if (options.side_by_side) writePicture(sideBySide(pictures), options.out / (stem + "_side_by_side.png"));
}

int run(const RenderOptions& options) {
  const std::vector<NamedStyle> styles = loadStyles(options.styles);
  const render::Scene scene = loadScene(options);
  if (options.side_by_side && uint64_t{options.frame.width} * (styles.size() + 1) > kMaxPictureSide) {
    throw UsageError("--side-by-side: " + std::to_string(styles.size() + 1) + " pictures in a row are wider than " +
                     std::to_string(kMaxPictureSide) + " pixels");
  }
  Studio studio = openStudio(options, styles);
  FrameSource source(*studio.painting.device, scene, options.frame);
  createFolder(options.out);
  createFolder(options.capture);

  nlohmann::json frames = nlohmann::json::array();
  const auto start = Clock::now();
  Progress progress(options.frames, "frames");
  for (uint32_t index = 0; index < options.frames; ++index) {
    char stem[32];
    std::snprintf(stem, sizeof stem, "frame_%04u", index);
    progress.update(index, stem);
    if (interrupted()) {
      progress.clear();
      std::fprintf(stderr, "%s: stopped after %u of %u frames\n", kProgram, index, options.frames);
      throw Interrupted();
    }
    const auto frame_start = Clock::now();
    const RenderedFrame frame = source.render(index, !options.capture.empty(), [&](VkCommandBuffer commands) {
      if (studio.stylist) studio.stylist->record(commands, source.targets());
    });
    std::vector<Picture> pictures = {frame.color};
    for (size_t i = 0; i < styles.size(); ++i) pictures.push_back(studio.stylist->painted(i, frame.color));
    if (!options.capture.empty()) writeCapture(options.capture, stem, frame);
    if (!options.out.empty()) writePictures(options, styles, stem, std::move(pictures));
    const auto& messages = studio.painting.device->validationMessages();
    if (!messages.empty()) throw Error("Vulkan validation: " + messages.front());
    frames.push_back({{"frame", index},
                      {"gpu_ms", frame.gpu_milliseconds},
                      {"total_ms", std::chrono::duration<double, std::milli>(Clock::now() - frame_start).count()}});
  }
  progress.clear();
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const std::string device = studio.painting.device->properties().deviceName;
  if (options.json) {
    const nlohmann::json summary = {{"scene", options.scene},
                                    {"device", device},
                                    {"backend", studio.backend},
                                    {"width", options.frame.width},
                                    {"height", options.frame.height},
                                    {"styles", options.styles},
                                    {"seconds", seconds},
                                    {"frames", frames}};
    std::printf("%s\n", summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    const std::string where = options.out.empty() ? options.capture.string() : options.out.string();
    std::printf("rendered %u frame%s of %s in %.1f s on %s to %s\n", options.frames, options.frames == 1 ? "" : "s",
                options.scene.c_str(), seconds, device.c_str(), where.c_str());
  }
  return kExitOk;
}

int main(int argc, char** argv) {
  RenderOptions options;
  RenderArguments arguments;
  CLI::App parser("Renders a scene to pictures, plain and painted with a style.", kProgram);
  addOptions(parser, options, arguments);
  addVersion(parser, kProgram);
  parser.footer(
      "Writes frame_NNNN_plain.png, frame_NNNN_styled.png (with several styles: _styled_NAME) and, if asked for,\n"
      "frame_NNNN_side_by_side.png.\n\n"
      "Examples:\n"
      "  impasto-render --style styles/udnie.safetensors --side-by-side\n"
      "  impasto-render --scene town.glb --size 1280x720 --frames 240 --style styles/udnie.safetensors --out film\n"
      "  impasto-render --camera-path tour --clip-length 4 --frames 400 --size 512x288 --capture training\n\n"
      "Exit status: 0 done, 1 failed, 2 misused, 130 interrupted.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    finishOptions(options, arguments);
    return run(options);
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
