// Training frames: colour, G-buffer and camera of each frame as files, and an index of the folder. docs/capture.md is
// the format's manual.
#pragma once

#include <filesystem>
#include <string>

#include "common/picture.h"
#include "frame_source.h"

namespace impasto::app {

// Writes one frame's files, each whole or not at all. Throws Error, naming the file.
void writeCapture(const std::filesystem::path& folder, const std::string& stem, const RenderedFrame& frame);

// Writes capture.json, the index of `frames` frames. Throws Error.
void writeCaptureIndex(const std::filesystem::path& folder, const render::Scene& scene, const FrameOptions& options,
                       uint32_t frames);

}  // namespace impasto::app
