// impasto-render: a scene to pictures without a window, plain and painted.
#include <algorithm>
#include <chrono>
#include <cmath>
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
#include "media/image_file.h"
#include "media/video/video_writer.h"
#include "options.h"
#include "renderer/environment_map.h"
#include "renderer/scene/open_scene.h"
#include "stylist.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-render";
using Clock = std::chrono::steady_clock;

render::Scene loadScene(const RenderOptions& options) {
  render::Scene scene = render::openScene(options.scene, {.variant = options.variant});
  for (const std::string& warning : scene.warnings) {
    complain(kProgram, options.scene + ": " + warning);
  }
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
  if (!styles.empty() && options.backend != IMPASTO_BACKEND_REFERENCE) {
    try {
      studio.painting = createPaintingDevice(device, {options.backend, true});
      studio.stylist = createPassStylist(studio.painting, styles, options.controls, frame.width, frame.height);
      studio.backend = studio.stylist->backend();
      return studio;
    } catch (const Error& error) {
      if (options.backend != IMPASTO_BACKEND_AUTO) throw;
      complain(kProgram, std::string(error.what()) + "; painting with the reference instead");
      studio.painting = {};
    }
  }
  studio.painting.device = std::make_unique<render::Device>(device);
  if (!styles.empty()) {
    studio.stylist = createReferenceStylist(styles, options.controls, frame.width, frame.height);
    studio.backend = studio.stylist->backend();
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

// Linear light as OpenEXR.
void writeExr(const RenderedFrame& frame, const std::filesystem::path& path) {
  media::Image image(frame.color.width, frame.color.height, media::SampleType::F16);
  auto* out = reinterpret_cast<uint16_t*>(image.samples.data());
  constexpr uint16_t kOne = 0x3C00;  // half float
  for (size_t i = 0; i < frame.g_buffer.hdr.size(); i += 3) {
    out = std::copy_n(&frame.g_buffer.hdr[i], 3, out);
    *out++ = kOne;
  }
  media::Notes notes;
  media::writeImage(std::move(image), path, {}, notes);
}

// Writes what is asked for of one frame; returns the files' names.
std::vector<std::string> writePictures(const RenderOptions& options, const std::vector<NamedStyle>& styles,
                                       const std::string& stem, const RenderedFrame& frame,
                                       const std::vector<Picture>& pictures, const Picture& row) {
  std::vector<std::string> names;
  const auto write = [&](const Picture& picture, const std::string& suffix) {
    names.push_back((options.out / (stem + suffix)).string());
    writePicture(picture, names.back());
  };
  write(pictures.front(), "_plain.png");
  for (size_t i = 0; i < styles.size(); ++i) {
    write(pictures[i + 1], styles.size() == 1 ? "_styled.png" : "_styled_" + styles[i].name + ".png");
  }
  if (options.side_by_side) write(row, "_side_by_side.png");
  if (options.exr) {
    names.push_back((options.out / (stem + "_plain.exr")).string());
    writeExr(frame, names.back());
  }
  return names;
}

media::VideoSettings videoSettings(const RenderOptions& options, uint32_t width) {
  media::VideoSettings settings;
  settings.width = width;
  settings.height = options.frame.height;
  // As a fraction: 23.976 and the like come out as they are meant.
  constexpr double kThousandAndOne = 1001.0;
  const double ntsc = options.frame.fps * kThousandAndOne / 1000.0;
  const bool is_ntsc = std::abs(ntsc - std::round(ntsc)) < 1e-3 && options.frame.fps != std::round(options.frame.fps);
  settings.frame_rate = is_ntsc ? media::Rational{static_cast<int>(std::lround(ntsc)) * 1000, 1001}
                                : media::Rational{static_cast<int>(std::lround(options.frame.fps * 1000.0)), 1000};
  return settings;
}

int run(RenderOptions& options, const RenderArguments& arguments) {
  const std::vector<NamedStyle> styles = loadStyles(options.styles, options.mixes);
  const render::Scene scene = loadScene(options);
  finishForScene(options, arguments, scene);
  const uint64_t row_width = uint64_t{options.frame.width} * (styles.size() + 1);
  if (options.side_by_side && row_width > kMaxPictureSide) {
    throw UsageError("--side-by-side: " + std::to_string(styles.size() + 1) + " pictures in a row are wider than " +
                     std::to_string(kMaxPictureSide) + " pixels");
  }
  std::optional<render::EnvironmentMap> map;
  if (!options.environment.empty()) map = render::loadEnvironmentMap(options.environment);
  Studio studio = openStudio(options, styles);
  FrameSource source(*studio.painting.device, scene, options.frame, map ? &*map : nullptr);
  createFolder(options.out);
  createFolder(options.capture);
  std::optional<media::VideoWriter> video;
  if (!options.video.empty()) {
    const uint32_t width = options.side_by_side ? static_cast<uint32_t>(row_width) : options.frame.width;
    video.emplace(options.video, videoSettings(options, width));
  }

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
    const bool g_buffer = !options.capture.empty() || options.exr;
    const RenderedFrame frame = source.render(index, g_buffer, [&](VkCommandBuffer commands, const render::CameraView& camera, bool cut) {
      if (studio.stylist) studio.stylist->record(commands, source.targets(), camera, cut);
    });
    const double execute_ms = studio.stylist ? studio.stylist->finish() : 0.0;
    std::vector<Picture> pictures = {frame.color};
    for (size_t i = 0; i < styles.size(); ++i) pictures.push_back(studio.stylist->painted(i, frame.color));
    const Picture row = options.side_by_side ? sideBySide(pictures) : Picture();
    std::vector<std::string> files;
    if (!options.capture.empty()) writeCapture(options.capture, stem, frame);
    if (!options.out.empty()) files = writePictures(options, styles, stem, frame, pictures, row);
    if (video) video->write(options.side_by_side ? row : pictures.back());
    const auto& messages = studio.painting.device->validationMessages();
    if (!messages.empty()) throw Error("Vulkan validation: " + messages.front());
    frames.push_back({{"frame", index},
                      {"files", files},
                      {"gpu_ms", frame.gpu_milliseconds},
                      {"render_ms", frame.render_milliseconds},
                      {"paint_ms", frame.gpu_milliseconds - frame.render_milliseconds + execute_ms},
                      {"total_ms", std::chrono::duration<double, std::milli>(Clock::now() - frame_start).count()}});
  }
  if (video) video->finish();
  if (!options.capture.empty()) writeCaptureIndex(options.capture, scene, options.frame, options.frames);
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
                                    {"video", options.video.string()},
                                    {"capture", options.capture.string()},
                                    {"seconds", seconds},
                                    {"frames", frames}};
    std::printf("%s\n", summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    const std::string where = !options.out.empty()       ? options.out.string()
                              : !options.capture.empty() ? options.capture.string()
                                                         : options.video.string();
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
      "  impasto-render --scene helmet.gltf --camera-path orbit --frames 288 --style styles/udnie.safetensors --video "
      "turn.mp4\n"
      "  impasto-render --scene hall.glb --camera-position 0,1.7,4 --look-at 0,1.5,0 --environment sky.hdr --exr\n"
      "  impasto-render --style two.safetensors --mix \"Udnie=1,The Scream=1\" --side-by-side\n"
      "  impasto-render --camera-path tour --clip-length 8 --frames 400 --size 512x288 --capture training\n\n"
      "Exit status: 0 done, 1 failed, 2 misused, 130 interrupted.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    finishOptions(options, arguments);
    return run(options, arguments);
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
