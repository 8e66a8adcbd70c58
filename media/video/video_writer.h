// Writes a video: frames in, file out. The file has its name only once it is whole.
//
//   VideoWriter video("tour.mp4", {.width = 1280, .height = 720, .frame_rate = {24, 1}});
//   for (const Picture& frame : frames) video.write(frame);
//   video.finish();
//
// One thread; encoding runs on threads of libav's.
#pragma once

#include <filesystem>
#include <memory>

#include "media/image.h"
#include "media/video/video.h"

namespace impasto::media {

struct VideoSettings {
  uint32_t width = 0, height = 0;  // of the frames
  Rational frame_rate = {24, 1};
  Rational time_base = {0, 1};  // of the frames' times, seconds; 0: one tick is one frame
  VideoCodec codec = VideoCodec::H264;
  int crf = 16;            // of H.264, 0 (large, without loss) to 51; 16: no loss that is seen
  bool has_alpha = false;  // ProRes alone keeps it; elsewhere it is left out
  Rational pixel_aspect = {1, 1};
  ColorTags color;  // whose matrix makes YUV of the frames; they are not converted to other primaries
};

class VideoWriter {
 public:
  // Throws Error, naming the path: a folder that is not there, an encoder that libav lacks, an extent the codec cannot do.
  VideoWriter(const std::filesystem::path& path, const VideoSettings& settings);
  // Without finish() nothing is left behind.
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;

  // The frame after the last one, or at `time`, in ticks of the time base, later than the one before it. Throw Error.
  void write(const Image& frame);
  void write(const Image& frame, int64_t time);
  void write(const Picture& frame);

  // Ends the video and gives the file its name. Throws Error.
  void finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// H.264 stores even extents only: of an odd one the last column or row is left out.
struct CodedExtent {
  uint32_t width = 0, height = 0;
};
CodedExtent codedExtent(VideoCodec codec, uint32_t width, uint32_t height);

}  // namespace impasto::media
