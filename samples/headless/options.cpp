#include "options.h"

#include <charconv>
#include <optional>
#include <string_view>

#include "common/command_line.h"
#include "common/error.h"

namespace impasto::app {
namespace {

std::optional<uint32_t> parseSide(std::string_view text) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 1 || value > render::kMaxExtent) return {};
  return value;
}

}  // namespace

void addOptions(CLI::App& parser, RenderOptions& options, RenderArguments& arguments) {
  parser
      .add_option("--scene", options.scene, "A glTF 2.0 file (.gltf, .glb), or 'sample': the scene that comes with it")
      ->type_name("FILE|sample")
      ->capture_default_str();
  parser.add_option("--style", options.styles, "Style file (.safetensors); may be given several times")
      ->type_name("FILE")
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
  parser.add_option("--out", arguments.out, "Folder for the pictures [out, unless --capture is given]")
      ->type_name("DIR");
  parser
      .add_option("--capture", arguments.capture,
                  "Folder for training frames: colour, linear depth, normals, motion vectors, camera")
      ->type_name("DIR");
  parser
      .add_option("--backend", arguments.backend,
                  "vulkan; reference: on the processor, slow; auto: vulkan where the device can")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "vulkan", "reference"}))
      ->capture_default_str();
  parser.add_option("--camera-path", arguments.camera_path, "scene: the scene's own camera; tour: many viewpoints")
      ->check(CLI::IsMember(std::vector<std::string>{"scene", "tour"}))
      ->capture_default_str();
  parser.add_option("--clip-length", options.frame.clip_length, "Frames at each viewpoint of a tour")
      ->check(CLI::Range(1u, 100000u))
      ->capture_default_str();
  parser.add_option("--camera", options.frame.camera, "Which of the scene's cameras, counted from 0")
      ->check(CLI::Range(0, 100000));
  parser.add_option("--animation", options.frame.animation, "Which of the scene's animations, counted from 0")
      ->check(CLI::Range(0, 100000));
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
  if (arguments.backend != "auto") {
    options.backend = arguments.backend == "vulkan" ? RenderBackend::Vulkan : RenderBackend::Reference;
  }
  options.frame.tour = arguments.camera_path == "tour";
  if (options.frame.clip_length > 1 && !options.frame.tour) {
    throw UsageError("--clip-length needs --camera-path tour");
  }
  if (options.side_by_side && options.styles.empty()) throw UsageError("--side-by-side needs a --style");
  options.capture = arguments.capture;
  options.out = arguments.out;
  if (options.capture.empty() && options.out.empty()) options.out = "out";
  if (options.out.empty() && !options.styles.empty()) throw UsageError("--style with --capture needs --out as well");
}

}  // namespace impasto::app
