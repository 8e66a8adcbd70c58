#include "options.h"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "common/command_line.h"
#include "common/error.h"
#include "common/style_mix.h"
#include "renderer/scene/open_scene.h"

namespace impasto::app {
namespace {

std::optional<uint32_t> parseSide(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > render::kMaxExtent) return {};
  return value;
}

int animationOf(const std::string& wanted, const std::string& scene_name, const render::Scene& scene) {
  if (wanted == "none") return render::kNone;
  if (wanted == "all") return render::kAllAnimations;
  std::string names;
  for (size_t i = 0; i < scene.animations.size(); ++i) {
    if (scene.animations[i].name == wanted) return static_cast<int>(i);
    names += (names.empty() ? "" : ", ") + scene.animations[i].name;
  }
  int number = -1;
  const auto [end, error] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), number);
  const bool is_number = error == std::errc() && end == wanted.data() + wanted.size() && number >= 0;
  if (is_number && (number == 0 || static_cast<size_t>(number) < scene.animations.size())) return number;
  throw UsageError("--animation " + wanted + ": " + scene_name + " has " + std::to_string(scene.animations.size()) +
                   " animations" + (names.empty() ? "" : ": " + names));
}

}  // namespace

void addOptions(CLI::App& parser, RenderOptions& options, RenderArguments& arguments) {
  parser
      .add_option("--scene", options.scene,
                  std::string("A glTF 2.0 file (.gltf, .glb), or a scene that comes with it: ") + render::kSceneNames +
                      "; 'sample' is the harbour")
      ->type_name("FILE|NAME")
      ->capture_default_str();
  parser.add_option("--variant", options.variant, "Which of the file's material variants (KHR_materials_variants)")
      ->type_name("NAME");
  parser.add_option("--environment", options.environment, "Light and sky from a Radiance picture all around (.hdr)")
      ->type_name("FILE");
  parser.add_option("--style", options.styles, "Style file (.safetensors); may be given several times")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  parser.add_option("--mix", options.mixes, std::string(kMixHelp) + "; given once for each --style, \"\" for its first painting")
      ->type_name("NAME[=WEIGHT],...")
      ->expected(1)
      ->take_all();
  parser.add_option("--size", arguments.size, "Of the pictures, in pixels")->type_name("WxH")->capture_default_str();
  parser.add_option("--frames", options.frames, "How many frames")
      ->check(CLI::Range(1u, 1000000u))
      ->capture_default_str();
  parser.add_option("--fps", options.frame.fps, "Frames a second of the scene's time")
      ->check(numberFrom(0.01, 100000.0))
      ->capture_default_str();
  parser.add_option("--start-time", options.frame.start_time, "Where in the animation to begin, seconds")
      ->check(numberFrom(0.0, 1000000.0))
      ->capture_default_str();
  parser.add_option("--out", arguments.out, "Folder for the pictures [out, unless --capture or --video is given]")
      ->type_name("DIR");
  parser
      .add_option("--capture", arguments.capture,
                  "Folder for training frames: colour, depth, normals, motion, objects, cameras (docs/capture.md)")
      ->type_name("DIR");
  parser
      .add_option("--backend", arguments.backend, kBackendHelp)
      ->check(CLI::IsMember(backendNames()))
      ->capture_default_str();
  parser
      .add_option(
          "--camera-path", arguments.camera_path,
          "scene: the scene's own camera; tour: many viewpoints; orbit: once around; fly: through the viewpoints; "
          "or a file that impasto-viewer recorded")
      ->type_name("scene|tour|orbit|fly|FILE")
      ->capture_default_str();
  parser.add_option("--path-seconds", arguments.path_seconds, "How long an orbit or a flight takes")
      ->check(numberFrom(0.01, 100000.0))
      ->capture_default_str();
  parser.add_option("--camera-position", arguments.camera_position, "Stand here, in the scene's units; with --look-at")
      ->type_name("X,Y,Z")
      ->delimiter(',')
      ->expected(3);
  parser.add_option("--look-at", arguments.look_at, "and look here")->type_name("X,Y,Z")->delimiter(',')->expected(3);
  parser.add_option("--fov", arguments.fov, "Vertical field of view of --camera-position, degrees")
      ->check(numberFrom(1.0, 170.0))
      ->capture_default_str();
  parser
      .add_option(
          "--clip-length", arguments.clip_length,
          "Frames of a clip, after which there is a cut; of a tour: at each viewpoint [1 for a tour, else no cuts]")
      ->check(CLI::Range(1u, 100000u));
  parser.add_option("--camera", options.frame.camera, "Which of the scene's cameras, counted from 0")
      ->check(CLI::Range(0, 100000));
  parser
      .add_option("--animation", arguments.animation, "By its number, counted from 0, or its name; all at once; none")
      ->type_name("N|NAME|all|none")
      ->capture_default_str();
  parser
      .add_option("--tonemap", arguments.tonemap,
                  "Scene light to picture: agx keeps bright walls apart, aces has more contrast, neutral keeps the "
                  "materials' colours, none clamps")
      ->check(CLI::IsMember(std::vector<std::string>{"agx", "aces", "neutral", "none"}))
      ->capture_default_str();
  parser.add_option("--exposure", arguments.exposure, "Brighter or darker, in stops")
      ->check(numberFrom(-20.0, 20.0))
      ->capture_default_str();
  parser.add_flag("--lamp-shadows", options.frame.look.lamp_shadows,
                  "Shadows of the scene's four brightest lamps, too");
  parser.add_flag("--taa", options.frame.look.temporal_smoothing,
                  "Smooth edges over frames (temporal antialiasing); the G-buffer is not moved");
  parser.add_option("--haze", arguments.haze, "Distance at which haze takes 63 %, 0 for none [as the scene has it]")
      ->check(numberFrom(0.0, 1e12));
  parser
      .add_option("--video", arguments.video,
                  "Also a film of the painted frames, or of the plain ones without a style, or with --side-by-side of "
                  "those (.mp4, .mkv, .mov)")
      ->type_name("FILE");
  parser.add_flag("--exr", options.exr, "Also the plain frames as OpenEXR, linear light before the tonemap");
  addControls(parser, options.controls, "scene");
  parser.add_flag("--side-by-side", options.side_by_side, "Also one picture with the plain and the painted frames");
  parser.add_flag("--json", options.json, "Print what was done, with timings, as JSON");
  parser.add_flag("--validation", options.validation, "With the Vulkan validation layers; what they say fails");
}

void finishOptions(RenderOptions& options, const RenderArguments& arguments) {
  const std::string_view size = arguments.size;
  const size_t x = size.find('x');
  const auto width = parseSide(size.substr(0, x));
  const auto height = x == std::string_view::npos ? std::nullopt : parseSide(size.substr(x + 1));
  if (!width || !height) {
    throw UsageError("--size " + arguments.size + ": must be WIDTHxHEIGHT, each from 1 to " +
                     std::to_string(render::kMaxExtent));
  }
  options.frame.width = *width;
  options.frame.height = *height;
  options.backend = backendNames().at(arguments.backend);
  FrameOptions& frame = options.frame;
  constexpr std::array kTonemaps = {"agx", "aces", "neutral", "none"};
  for (uint32_t i = 0; i < kTonemaps.size(); ++i) {
    if (arguments.tonemap == kTonemaps[i]) frame.look.tonemap = static_cast<render::Tonemap>(i);
  }
  frame.look.exposure_stops = arguments.exposure;
  const bool tour = arguments.camera_path == "tour";
  frame.mode = tour ? CameraMode::Tour : (arguments.camera_path == "scene" ? CameraMode::Scene : CameraMode::Path);
  frame.clip_length = arguments.clip_length > 0 || !tour ? arguments.clip_length : 1;
  if (arguments.camera_position.empty() != arguments.look_at.empty()) {
    throw UsageError("--camera-position and --look-at go together");
  }
  if (!arguments.camera_position.empty()) {
    if (arguments.camera_path != "scene") throw UsageError("--camera-position and --camera-path exclude each other");
    const glm::vec3 from = glm::make_vec3(arguments.camera_position.data()),
                    to = glm::make_vec3(arguments.look_at.data());
    if (!(glm::length(to - from) > 0.0f) || !std::isfinite(glm::length(to - from))) {
      throw UsageError("--look-at is where --camera-position is, or out of reach");
    }
    const float reach = glm::length(to - from);
    frame.mode = CameraMode::Path;
    frame.path.near_plane = reach * 0.002f;
    frame.path.keys = {
        render::keyOf(render::lookAt(from, to, glm::radians(arguments.fov), frame.path.near_plane), 0.0)};
  }
  if (!options.mixes.empty() && options.mixes.size() != options.styles.size()) {
    throw UsageError("--mix: given " + std::to_string(options.mixes.size()) + " times, --style " +
                     std::to_string(options.styles.size()) + " times: one belongs to each");
  }
  options.video = arguments.video;
  if (!options.video.empty() && options.styles.size() > 1 && !options.side_by_side) {
    throw UsageError("--video shows one style: give one, or --side-by-side");
  }
  if (options.side_by_side && options.styles.empty()) throw UsageError("--side-by-side needs a --style");
  options.capture = arguments.capture;
  options.out = arguments.out;
  if (options.capture.empty() && options.out.empty() && options.video.empty()) options.out = "out";
  if (options.out.empty() && options.video.empty() && !options.styles.empty()) {
    throw UsageError("--style with --capture needs --out or --video as well");
  }
  if (options.exr && options.out.empty()) throw UsageError("--exr needs --out as well");
}

void finishForScene(RenderOptions& options, const RenderArguments& arguments, const render::Scene& scene) {
  FrameOptions& frame = options.frame;
  if (frame.camera > 0 && static_cast<size_t>(frame.camera) >= scene.cameras.size()) {
    throw UsageError("--camera " + std::to_string(frame.camera) + ": " + options.scene + " has " +
                     std::to_string(scene.cameras.size()) + " cameras");
  }
  frame.animation = animationOf(arguments.animation, options.scene, scene);
  if (arguments.haze >= 0.0f) {
    frame.environment = scene.environment;
    frame.environment->haze_distance = arguments.haze;
  }
  if (frame.mode != CameraMode::Path || !frame.path.keys.empty()) return;
  const render::Pose pose = render::poseAt(scene, frame.start_time, frame.animation);
  const render::Bounds bounds = render::worldBounds(scene, pose);
  const float aspect = static_cast<float>(frame.width) / static_cast<float>(frame.height);
  if (arguments.camera_path == "orbit") {
    frame.path = render::orbitPath(bounds, aspect, arguments.path_seconds);
  } else if (arguments.camera_path == "fly") {
    frame.path = render::flyPath(scene, pose, bounds, arguments.path_seconds);
  } else {
    frame.path = render::readCameraPath(arguments.camera_path);
  }
}

}  // namespace impasto::app
