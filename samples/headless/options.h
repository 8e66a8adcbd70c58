// What the command line of impasto-render asks for.
#pragma once

#include <impasto/impasto.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "common/execution.h"
#include "frame_source.h"

namespace impasto::app {

struct RenderOptions {
  std::string scene = "sample", variant;
  std::string environment;  // a .hdr file; empty: the scene's sky
  std::vector<std::string> styles;
  std::vector<std::string> mixes;  // none, or one for each style, see style_mix.h
  uint32_t frames = 1;
  FrameOptions frame;
  std::filesystem::path out;      // empty: no pictures
  std::filesystem::path capture;  // empty: no capture
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  ImpastoControls controls{};
  std::filesystem::path video;  // empty: none
  bool exr = false;             // plain frames as linear OpenEXR beside the PNG
  bool side_by_side = false;
  bool json = false;
  bool validation = false;
};

// The options as text, until finishOptions() and finishForScene() have read them.
struct RenderArguments {
  std::string size = "640x360", backend = "auto", camera_path = "scene", out, capture, video, animation = "0",
              tonemap = "agx";
  std::vector<float> camera_position, look_at;
  float fov = 45.0f;           // degrees
  double path_seconds = 12.0;  // of an orbit, of a flight
  float exposure = 0.0f;
  float haze = -1.0f;        // below 0: the scene's own
  uint32_t clip_length = 0;  // 0: not given
};

void addOptions(CLI::App& parser, RenderOptions& options, RenderArguments& arguments);

// Throw UsageError, naming the flag. The second reads what means something only with the scene at hand.
void finishOptions(RenderOptions& options, const RenderArguments& arguments);
void finishForScene(RenderOptions& options, const RenderArguments& arguments, const render::Scene& scene);

}  // namespace impasto::app
