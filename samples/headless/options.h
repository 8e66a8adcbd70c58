// What the command line of impasto-render asks for.
#pragma once

#include <CLI/CLI.hpp>
#include <impasto/impasto.h>

#include <filesystem>
#include <string>
#include <vector>

#include "frame_source.h"

namespace impasto::app {

enum class RenderBackend { Auto, Vulkan, Reference };

struct RenderOptions {
  std::string scene = "sample";  // or a file
  std::vector<std::string> styles;
  uint32_t frames = 1;
  FrameOptions frame;
  std::filesystem::path out;      // empty: no pictures
  std::filesystem::path capture;  // empty: no capture
  RenderBackend backend = RenderBackend::Auto;
  ImpastoControls controls{};
  bool side_by_side = false;
  bool json = false;
  bool validation = false;
};

// The options as text, until finishOptions() has read them.
struct RenderArguments {
  std::string size = "640x360", backend = "auto", camera_path = "scene", out, capture;
};

void addOptions(CLI::App& parser, RenderOptions& options, RenderArguments& arguments);

// Throws UsageError, naming the flag.
void finishOptions(RenderOptions& options, const RenderArguments& arguments);

}  // namespace impasto::app
