// Training frames: what a recipe that knows depth, surfaces and movement learns from. For every frame NNNN a folder
// holds, all of one extent, rows from top to bottom:
//
//   frame_NNNN_color.png    what is seen, 8-bit sRGB
//   frame_NNNN_depth.npy    (H, W) float32, linear view depth in metres; 65000 where there is only sky
//   frame_NNNN_normal.npy   (H, W, 3) float16, world-space unit normals; towards the camera in the sky
//   frame_NNNN_motion.npy   (H, W, 2) float32, x and y position in the previous frame minus that in this one, pixels
//   frame_NNNN_camera.json  matrices (column-major), number of the clip, time, and whether it follows a cut
#pragma once

#include <filesystem>
#include <string>

#include "common/picture.h"
#include "frame_source.h"

namespace impasto::app {

// Writes one frame's files, each whole or not at all. Throws Error, naming the file.
void writeCapture(const std::filesystem::path& folder, const std::string& stem, const RenderedFrame& frame);

}  // namespace impasto::app
