#include "frame_input.h"

#include <cmath>

#include "common/error.h"
#include "media/color_profile.h"
#include "media/image_file.h"

namespace impasto::app {
namespace {

class VideoInput final : public FrameInput {
 public:
  explicit VideoInput(const std::filesystem::path& path) : reader_(path) {}
  const media::VideoInfo& info() const override { return reader_.info(); }
  bool read(media::Image& frame, int64_t& time) override { return reader_.read(frame, time); }
  bool skip() override { return reader_.skip(); }

 private:
  media::VideoReader reader_;
};

// A rate as a fraction: 23.976 and its like are multiples of 1/1001.
media::Rational rateOf(double fps) {
  constexpr int kNtsc = 1001, kPlain = 1000;
  const double ntsc = std::round(fps * kNtsc / 1000) * 1000;
  if (std::fabs(fps * kNtsc - ntsc) < 0.6 && std::fabs(fps - std::round(fps)) > 1e-9) return {static_cast<int>(ntsc), kNtsc};
  return {static_cast<int>(std::lround(fps * kPlain)), kPlain};
}

class PictureInput final : public FrameInput {
 public:
  PictureInput(const std::filesystem::path& folder, double fps) : paths_(listPictures(folder)) {
    media::Notes notes;
    const media::Image first = media::readImage(paths_.front(), notes);
    info_.width = first.width;
    info_.height = first.height;
    info_.frame_rate = rateOf(fps);
    info_.time_base = {info_.frame_rate.den, info_.frame_rate.num};
    info_.frame_count = static_cast<int64_t>(paths_.size());
    info_.has_alpha = first.has_alpha;
    info_.type = first.type;
  }
  const media::VideoInfo& info() const override { return info_; }

  bool read(media::Image& frame, int64_t& time) override {
    if (next_ == paths_.size()) return false;
    media::Notes notes;
    frame = media::toSrgb(media::readImage(paths_[next_], notes));
    frame.metadata = {};
    if (frame.width != info_.width || frame.height != info_.height) {
      throw Error(paths_[next_].string() + ": " + std::to_string(frame.width) + "x" + std::to_string(frame.height) +
                  " pixels, unlike the first picture's " + std::to_string(info_.width) + "x" + std::to_string(info_.height));
    }
    time = static_cast<int64_t>(next_++);
    return true;
  }
  bool skip() override {
    if (next_ == paths_.size()) return false;
    ++next_;
    return true;
  }

 private:
  std::vector<std::filesystem::path> paths_;
  media::VideoInfo info_;
  size_t next_ = 0;
};

}  // namespace

std::unique_ptr<FrameInput> openFrames(const ApplyOptions& options, const Job& job) {
  if (job.kind == JobKind::FramesToVideo) return std::make_unique<PictureInput>(job.in, options.fps);
  return std::make_unique<VideoInput>(job.in);
}

}  // namespace impasto::app
