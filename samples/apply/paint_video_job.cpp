#include <cmath>
#include <cstdio>
#include <fstream>
#include <optional>
#include <system_error>

#include "common/error.h"
#include "frame_input.h"
#include "media/file.h"
#include "media/image_file.h"
#include "media/resize.h"
#include "media/video/join.h"
#include "paint_job.h"
#include "stopwatch.h"
#include "unfinished_video.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

constexpr double kSecondsAtRisk = 60;

// FNV-1a: tells styles apart.
std::string contentHash(const fs::path& path) {
  uint64_t hash = 0xCBF29CE484222325;
  for (const uint8_t byte : media::readFile(path)) hash = (hash ^ byte) * 0x100000001B3;
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
  return text;
}

// The size of a file, or of the files of a folder, and when they were changed last.
nlohmann::json stampOf(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> files = fs::is_directory(path, error) ? listPictures(path) : std::vector<fs::path>{path};
  uintmax_t bytes = 0;
  int64_t changed = 0;
  for (const auto& file : files) {
    bytes += fs::file_size(file, error);
    changed = std::max<int64_t>(changed, fs::last_write_time(file, error).time_since_epoch().count());
  }
  return {{"path", fs::absolute(path, error).string()}, {"files", files.size()}, {"bytes", bytes}, {"changed", changed}};
}

// All that decides what the frames look like.
nlohmann::json describeJob(const ApplyOptions& options, const Job& job) {
  const ImpastoControls& controls = options.painter.controls;
  return {{"in", stampOf(job.in)},
          {"style", contentHash(options.painter.style)},
          {"mix", options.painter.mix},
          {"strength", controls.strength},
          {"color_preservation", controls.color_preservation},
          {"detail", controls.detail},
          {"stroke_scale", options.painter.stroke_scale},
          {"size", options.size},
          {"fps", options.fps},
          {"codec", options.codec == media::VideoCodec::H264 ? "h264" : "prores"},
          {"crf", options.crf}};
}

class VideoJob {
 public:
  VideoJob(const ApplyOptions& options, const Job& job, Painter& painter, const OnShare& on_share)
      : options_(options), job_(job), painter_(painter), on_share_(on_share), input_(openFrames(options, job)) {
    const media::VideoInfo& info = input_->info();
    const media::Extent extent = options.size ? media::fitExtent(info.width, info.height, options.size)
                                              : media::Extent{info.width, info.height};
    report_.width = extent.width;
    report_.height = extent.height;
    report_.frames = 0;
    report_.notes = info.notes;
  }

  JobReport toVideo() {
    const media::VideoInfo& info = input_->info();
    const media::VideoSettings settings = chooseSettings();
    const bool has_sound = job_.kind == JobKind::Video && options_.sound;
    if (has_sound) media::checkSound(job_.in, job_.out);
    createFolders(job_.out.parent_path());
    UnfinishedVideo video(job_.out, describeJob(options_, job_), options_.restart);
    report_.resumed = video.frameCount();
    for (size_t i = 0; i < video.frameCount(); ++i) {
      if (!input_->skip()) throw Error(job_.in.string() + ": has fewer frames than were painted of it; --restart begins anew");
    }
    try {
      while (paintNext([&](const media::Image& frame, int64_t time) { video.write(frame, time, settings); })) {
        if (video.secondsAtRisk() > kSecondsAtRisk) video.endPart();
      }
    } catch (...) {
      video.endPart();  // what has been painted is not lost
      throw;
    }
    {
      const Stopwatch stopwatch(report_.write_seconds);
      video.endPart();
      std::optional<fs::path> source;
      if (has_sound) source = job_.in;
      media::joinVideo({video.parts(), video.times(), info.time_base, info.frame_rate}, source, job_.out, report_.notes);
      video.remove();
    }
    return report_;
  }

  // Also writes frames.ffconcat, a list for FFmpeg that says how long each frame is shown.
  JobReport toFrames() {
    createFolders(job_.out);
    std::vector<int64_t> times;
    const auto pathOf = [&](size_t index) {
      char name[32];
      std::snprintf(name, sizeof name, "frame_%06zu.png", index + 1);
      return job_.out / name;
    };
    const auto isThere = [&] {
      std::error_code error;
      return !options_.jobs.overwrite && fs::exists(pathOf(times.size()), error);
    };
    for (;;) {
      if (isThere()) {
        media::Image frame;
        int64_t time = 0;
        if (!input_->read(frame, time)) break;
        times.push_back(time);
        ++report_.resumed;
        continue;
      }
      const bool more = paintNext([&](const media::Image& frame, int64_t time) {
        media::writeImage(frame, pathOf(times.size()), {}, report_.notes);
        times.push_back(time);
      });
      if (!more) break;
    }
    writeConcatList(times);
    return report_;
  }

 private:
  media::VideoSettings chooseSettings() {
    const media::VideoInfo& info = input_->info();
    const bool h264 = options_.codec == media::VideoCodec::H264;
    media::VideoSettings settings{.width = report_.width, .height = report_.height, .frame_rate = info.frame_rate,
                                  .codec = options_.codec, .crf = options_.crf, .has_alpha = info.has_alpha,
                                  .pixel_aspect = info.pixel_aspect, .color = info.color};
    const auto [width, height] = media::codedExtent(settings.codec, settings.width, settings.height);
    if (width != settings.width || height != settings.height) {
      report_.notes.push_back("H.264 has even extents only: " + std::to_string(settings.width) + "x" + std::to_string(settings.height) +
                              " becomes " + std::to_string(width) + "x" + std::to_string(height));
    }
    if (h264 && info.has_alpha) report_.notes.push_back("H.264 holds no alpha: left out; --codec prores keeps it");
    if (h264 && info.type != media::SampleType::U8) report_.notes.push_back("more than 8 bits become 8 in H.264; --codec prores has 10");
    if (media::isFloat(info.type)) report_.notes.push_back("what is brighter than white is cut off");
    return settings;
  }

  // Paints the next frame and gives it to `write`. False after the last one.
  template <typename Write>
  bool paintNext(const Write& write) {
    const uint64_t done = report_.resumed + report_.frames;
    const double total = std::max<double>(static_cast<double>(input_->info().frame_count), static_cast<double>(done) + 1);
    const auto tell = [&](double share) {
      on_share_((static_cast<double>(done) + share) / total,
                "frame " + std::to_string(done + 1) + " of " + std::to_string(static_cast<uint64_t>(total)));
    };
    tell(0);
    media::Image frame;
    int64_t time = 0;
    {
      const Stopwatch stopwatch(report_.read_seconds);
      if (!input_->read(frame, time)) return false;
    }
    try {
      paintImage(options_, frame, painter_, report_, tell);
    } catch (const Error& failure) {
      throw Error(job_.in.string() + ": " + failure.what());
    }
    const Stopwatch stopwatch(report_.write_seconds);
    write(frame, time);
    ++report_.frames;
    return true;
  }

  void writeConcatList(const std::vector<int64_t>& times) const {
    const media::VideoInfo& info = input_->info();
    std::string text = "ffconcat version 1.0\n";
    for (size_t i = 0; i < times.size(); ++i) {
      const double seconds = i + 1 < times.size() ? static_cast<double>(times[i + 1] - times[i]) * info.time_base.value()
                                                  : 1 / info.frame_rate.value();
      char line[80];
      std::snprintf(line, sizeof line, "file frame_%06zu.png\nduration %.6f\n", i + 1, seconds);
      text += line;
    }
    media::writeFileWhole(job_.out / "frames.ffconcat", std::as_bytes(std::span(text)));
  }

  const ApplyOptions& options_;
  const Job& job_;
  Painter& painter_;
  const OnShare& on_share_;
  std::unique_ptr<FrameInput> input_;
  JobReport report_;
};

}  // namespace

JobReport paintVideoJob(const ApplyOptions& options, const Job& job, Painter& painter, const OnShare& on_share) {
  VideoJob video(options, job, painter, on_share);
  return job.kind == JobKind::VideoToFrames ? video.toFrames() : video.toVideo();
}

}  // namespace impasto::app
