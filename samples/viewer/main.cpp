// impasto-viewer: a scene in a window, plain and painted, with everything about it at hand.
#include <string>

#include "common/command_line.h"
#include "common/error.h"
#include "media/image_file.h"
#include "renderer/scene/open_scene.h"
#include "renderer/scene_renderer.h"
#include "viewer/app.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-viewer";

// What the command line says before it is sorted.
struct Arguments {
  std::vector<std::string> files;
  ImpastoControls controls{};
  std::string settings;
  bool no_settings = false, taa = false;
  uint32_t width = 1280, height = 800;
};

bool isStyle(const std::string& name) { return std::filesystem::path(name).extension() == ".safetensors"; }

// Files without a flag are styles or a scene, by their names.
void sortFiles(const Arguments& arguments, AppOptions& options) {
  for (const std::string& file : arguments.files) {
    if (isStyle(file)) {
      options.styles.push_back(file);
    } else if (options.scene.empty()) {
      options.scene = file;
    } else {
      throw UsageError(file + ": there is a scene already: " + options.scene);
    }
  }
}

int main(int argc, char** argv) {
  AppOptions options;
  options.shaders = ShaderReload::ownSources();
  Arguments arguments;
  CLI::App parser("Shows a scene in a window, plain and painted with a style.", kProgram);
  parser.add_option("files", arguments.files, "A scene (.gltf, .glb) and styles (.safetensors)")->type_name("FILE");
  parser
      .add_option("--scene", options.scene,
                  std::string("A glTF 2.0 file (.gltf, .glb), or one of ours: ") + render::kSceneNames + ", sample")
      ->type_name("FILE|NAME");
  parser.add_option("--style", options.styles, "Style file (.safetensors); may be given several times")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  const auto* width = parser.add_option("--width", arguments.width, "Of the window, pixels")
                          ->check(CLI::Range(1u, render::kMaxExtent));
  const auto* height = parser.add_option("--height", arguments.height, "Of the window, pixels")
                           ->check(CLI::Range(1u, render::kMaxExtent));
  addControls(parser, arguments.controls, "scene");
  parser.add_flag("--taa", arguments.taa, "Smooth edges over frames (temporal antialiasing)");
  parser.add_option("--out", options.output, "Folder of screenshots, recordings and camera paths")->type_name("FOLDER");
  parser.add_option("--script", options.script, "A scripted tour: keys, mouse, waits, screenshots (docs/viewer.md)")
      ->type_name("FILE");
  parser.add_option("--frames", options.frames, "Close after so many frames")->check(CLI::Range(1u, 1000000u));
  parser.add_option("--screenshot", options.screenshot, "With --frames: save the last one")->type_name("FILE");
  parser.add_option("--settings", arguments.settings, "The settings file, instead of the user's own")->type_name("FILE");
  parser.add_flag("--no-settings", arguments.no_settings, "Neither reads nor keeps settings");
  parser.add_option("--shaders", options.shaders, "The folder of the shaders' sources: compiled anew when they change, and by F5")
      ->type_name("FOLDER");
  parser.add_flag("--plain-font", options.plain_font, "The font that is compiled in: the same everywhere");
  parser.add_flag("--validation", options.validation, "With the Vulkan validation layers; what they say fails");
  addVersion(parser, kProgram);
  parser.footer(
      "F1 in the window lists the keys; docs/viewer.md is a tour.\n\n"
      "Examples:\n"
      "  impasto-viewer\n"
      "  impasto-viewer town.glb styles/udnie.safetensors\n"
      "  impasto-viewer --scene carousel --style styles/udnie.safetensors --strength 0.8\n"
      "  impasto-viewer --script tour.txt --out shots\n\n"
      "Exit status: 0 closed, 1 failed, 2 misused, 130 interrupted.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    sortFiles(arguments, options);
    if (!options.screenshot.empty() && options.frames == 0) throw UsageError("--screenshot needs --frames");
    if (!options.screenshot.empty() && !media::imageFormatOfName(options.screenshot)) {
      throw UsageError("--screenshot " + options.screenshot + ": the name must end in " +
                       std::string(media::kImageExtensions));
    }
    if (width->count() > 0) options.width = arguments.width;
    if (height->count() > 0) options.height = arguments.height;
    const auto given = [&](const char* flag, Command command, float value) {
      if (parser.count(flag) > 0) options.actions.push_back(setTo(command, value));
    };
    given("--strength", Command::Strength, arguments.controls.strength);
    given("--color-preservation", Command::ColorPreservation, arguments.controls.color_preservation);
    given("--detail", Command::Detail, arguments.controls.detail);
    given("--taa", Command::TemporalSmoothing, 1.0f);
    // Runs that somebody counts on show the same whatever was set before.
    const bool counted = options.frames > 0 || !options.script.empty();
    if (!arguments.settings.empty()) {
      options.settings = arguments.settings;
    } else if (!arguments.no_settings && !counted) {
      options.settings = settingsPath();
    }
    App(options).run();
    return kExitOk;
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
