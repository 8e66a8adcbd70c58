// Frames to be painted: of a video, or the pictures of a folder in the order of their names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "media/image.h"
#include "media/video/video_reader.h"
#include "options.h"

namespace impasto::app {

class FrameInput {
 public:
  virtual ~FrameInput() = default;
  virtual const media::VideoInfo& info() const = 0;
  // As media::VideoReader has them.
  virtual bool read(media::Image& frame, int64_t& time) = 0;
  virtual bool skip() = 0;
};

// Throws Error.
std::unique_ptr<FrameInput> openFrames(const ApplyOptions& options, const Job& job);

}  // namespace impasto::app
