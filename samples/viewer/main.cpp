// impasto-viewer: a scene in a window, plain on the left, painted on the right.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "common/command_line.h"
#include "common/error.h"
#include "common/interrupt.h"
#include "common/message.h"
#include "common/picture_file.h"
#include "controls.h"
#include "renderer/scene/gltf.h"
#include "renderer/scene/sample_scene.h"
#include "viewer.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-viewer";

struct ViewerOptions {
  std::string scene = "sample";
  std::vector<std::string> styles;
  uint32_t width = 1280, height = 720;
  ImpastoControls controls{};
  uint32_t frames = 0;     // 0: until the window is closed
  std::string screenshot;  // of the last of `frames`
  bool validation = false;
};

std::vector<ViewerStyle> loadViewerStyles(const std::vector<std::string>& paths) {
  std::vector<ViewerStyle> styles;
  for (const std::string& path : paths) {
    ImpastoStyleInfo info{};
    info.size = sizeof info;
    ViewerStyle style{std::filesystem::path(path).stem().string(), loadStyle(path)};
    checkImpasto(impastoStyleGetInfo(style.style.get(), &info), path);
    if (info.wants_normals || info.wants_history) {
      throw Error(path + ": the style wants view-space normals or history, which impasto-viewer does not give");
    }
    styles.push_back(std::move(style));
  }
  return styles;
}

std::string titleOf(const Viewer& viewer, const ViewerControls& controls, const std::vector<ViewerStyle>& styles,
                    double frames_per_second) {
  const ImpastoControls values = controls.controls();
  char text[256];
  std::snprintf(text, sizeof text,
                "Impasto  %s  strength %.2f  colour %.2f  detail %.2f  |  GPU %.1f ms + painting %.1f ms  %.0f fps",
                styles.empty() ? "no style" : (controls.painting() ? styles[controls.style()].name.c_str() : "plain"),
                static_cast<double>(values.strength), static_cast<double>(values.color_preservation),
                static_cast<double>(values.detail), viewer.times().render_milliseconds,
                viewer.times().paint_milliseconds, frames_per_second);
  return text;
}

// The first name impasto_NNNN.png that is free in the working folder.
std::filesystem::path freeScreenshotName() {
  for (int number = 0;; ++number) {
    char name[32];
    std::snprintf(name, sizeof name, "impasto_%04d.png", number);
    if (!std::filesystem::exists(name)) return name;
  }
}

int run(const ViewerOptions& options) {
  using Clock = std::chrono::steady_clock;
  const std::vector<ViewerStyle> styles = loadViewerStyles(options.styles);
  const render::Scene scene = options.scene == "sample" ? render::makeSampleScene() : render::loadGltf(options.scene);
  for (const std::string& warning : scene.warnings) {
    complain(kProgram, options.scene + ": " + warning);
  }
  Window window(options.width, options.height, "Impasto");
  render::DeviceOptions device;
  device.application_name = kProgram;
  device.validation = options.validation;
  device.instance_extensions = window.instanceExtensions();
  device.create_surface = [&](VkInstance instance) { return window.createSurface(instance); };
  PaintingDevice painting;
  if (styles.empty()) {
    painting.device = std::make_unique<render::Device>(device);
  } else {
    painting = createPaintingDevice(device);
  }
  Viewer viewer(painting, scene, styles, window.framebufferExtent());

  ViewerControls controls(window, styles.size(), options.controls);
  const float radius = render::worldBounds(scene, render::poseAt(scene, 0.0)).radius();

  double scene_seconds = 0.0;
  auto last = Clock::now(), titled = last;
  uint32_t shown = 0, shown_at_title = 0;
  while (!window.closing() && !interrupted() && (options.frames == 0 || shown < options.frames)) {
    window.poll();
    const auto now = Clock::now();
    const double elapsed = std::chrono::duration<double>(now - last).count();
    last = now;
    if (!controls.paused()) scene_seconds += elapsed;

    ViewerFrame frame;
    frame.pose = render::poseAt(scene, scene_seconds);
    const VkExtent2D extent = viewer.extent();
    const float aspect = static_cast<float>(extent.width) / static_cast<float>(extent.height);
    controls.update(elapsed, render::sceneCamera(scene, frame.pose, aspect), radius);
    frame.camera = controls.camera();
    frame.controls = controls.controls();
    frame.split = controls.split();
    const bool last_frame = options.frames > 0 && shown + 1 == options.frames;
    const bool asked = controls.takeScreenshotRequest();
    frame.screenshot = asked || (last_frame && !options.screenshot.empty());
    if (viewer.painted()) viewer.painted()->choose(controls.style());
    if (!viewer.show(frame, window.framebufferExtent())) {
      window.poll(0.1);  // minimised, or the window system has no image for us yet
      continue;
    }
    ++shown;
    if (frame.screenshot) {
      const std::filesystem::path path = asked ? freeScreenshotName() : std::filesystem::path(options.screenshot);
      writePicture(viewer.screenshot(), path);
      std::printf("wrote %s\n", path.string().c_str());
    }
    const auto& messages = painting.device->validationMessages();
    if (!messages.empty()) throw Error("Vulkan validation: " + messages.front());
    if (now - titled > std::chrono::milliseconds(500)) {
      const double seconds = std::chrono::duration<double>(now - titled).count();
      window.setTitle(titleOf(viewer, controls, styles, (shown - shown_at_title) / seconds));
      titled = now;
      shown_at_title = shown;
    }
  }
  return kExitOk;
}

int main(int argc, char** argv) {
  ViewerOptions options;
  CLI::App parser("Shows a scene in a window, plain and painted with a style.", kProgram);
  parser
      .add_option("--scene", options.scene, "A glTF 2.0 file (.gltf, .glb), or 'sample': the scene that comes with it")
      ->type_name("FILE|sample")
      ->capture_default_str();
  parser.add_option("--style", options.styles, "Style file (.safetensors); may be given several times")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  parser.add_option("--width", options.width, "Of the window, pixels")
      ->check(CLI::Range(1u, render::kMaxExtent))
      ->capture_default_str();
  parser.add_option("--height", options.height, "Of the window, pixels")
      ->check(CLI::Range(1u, render::kMaxExtent))
      ->capture_default_str();
  addControls(parser, options.controls, "scene");
  parser.add_option("--frames", options.frames, "Close after so many frames")->check(CLI::Range(1u, 1000000u));
  parser.add_option("--screenshot", options.screenshot, "With --frames: save the last one")->type_name("FILE");
  parser.add_flag("--validation", options.validation, "With the Vulkan validation layers; what they say fails");
  addVersion(parser, kProgram);
  parser.footer(std::string(kKeyHelp) +
                "\n\nExample:\n  impasto-viewer --style styles/udnie.safetensors\n\n"
                "Exit status: 0 closed, 1 failed, 2 misused.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    if (!options.screenshot.empty() && options.frames == 0) throw UsageError("--screenshot needs --frames");
    if (!options.screenshot.empty() && !media::imageFormatOfName(options.screenshot)) {
      throw UsageError("--screenshot " + options.screenshot + ": the name must end in " + std::string(media::kImageExtensions));
    }
    return run(options);
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
