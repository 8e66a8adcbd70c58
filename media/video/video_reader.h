// Reads a video frame by frame: any file that FFmpeg's libraries read, as hostile input. One thread; decoding runs on
// threads of libav's.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "media/image.h"
#include "media/video/video.h"

namespace impasto::media {

struct VideoInfo {
  uint32_t width = 0, height = 0;  // of the frames, upright
  Rational frame_rate;             // on average
  Rational time_base;              // of the frames' times, seconds
  Rational pixel_aspect = {1, 1};
  double seconds = 0;              // 0: not said
  int64_t frame_count = 0;         // as the file says, or reckoned; 0: not known
  bool has_alpha = false;
  SampleType type = SampleType::U8;  // of the frames: U16 where the video has more than 8 bits
  ColorTags color;
  std::vector<std::string> notes;  // what painting does not do justice to, a line each
};

class VideoReader {
 public:
  // Throws Error, naming the path.
  explicit VideoReader(const std::filesystem::path& path);
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;

  const VideoInfo& info() const;

  // The next frame, upright, in the video's own encoded RGB, and when it is shown, in ticks of the time base (each later
  // than the one before). False after the last one. Throws Error, naming the path, where the data are damaged or end
  // before the frames that the file promises.
  bool read(Image& frame, int64_t& time);

  // Steps over a frame without converting it. False after the last one.
  bool skip();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace impasto::media
