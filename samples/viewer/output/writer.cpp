#include "viewer/output/writer.h"

#include <cmath>
#include <cstdio>
#include <optional>
#include <utility>

#include "common/error.h"
#include "common/picture_file.h"
#include "media/video/video_writer.h"

namespace impasto::app {
namespace {

constexpr size_t kMostWaiting = 8;  // tasks

}  // namespace

struct Writer::Recording {
  std::filesystem::path path;
  RecordFormat format = RecordFormat::Video;
  float frames_per_second = 30.0f;
  std::optional<media::VideoWriter> video;
  int frames = 0;
  bool open = false;
};

Writer::Writer(Messages& messages) : messages_(messages), thread_([this] { run(); }) {}

Writer::~Writer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Writer::push(Task task) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return tasks_.size() < kMostWaiting; });
  tasks_.push_back(std::move(task));
  changed_.notify_all();
}

void Writer::run() {
  Recording recording;
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    const Task task = std::move(tasks_.front());
    tasks_.pop_front();
    working_ = true;
    lock.unlock();
    changed_.notify_all();
    bool failed = false;
    try {
      task(recording);
    } catch (const std::exception& error) {
      messages_.post(Level::Failure, error.what());
      failed = recording.open;
      recording.video.reset();
      recording.open = false;
    }
    lock.lock();
    working_ = false;
    failed_ = failed_ || failed;
  }
}

void Writer::writePicture(Picture picture, std::filesystem::path path) {
  push([this, picture = std::move(picture), path = std::move(path)](Recording&) {
    app::writePicture(picture, path);
    messages_.post(Level::Note, "wrote " + path.string());
  });
}

void Writer::beginRecording(std::filesystem::path path, RecordFormat format, float frames_per_second) {
  push([path = std::move(path), format, frames_per_second](Recording& recording) {
    recording.path = path;
    recording.format = format;
    recording.frames_per_second = frames_per_second;
    recording.frames = 0;
    recording.open = true;
    if (format == RecordFormat::Pictures) std::filesystem::create_directories(path);
  });
}

void Writer::addFrame(Picture picture) {
  push([picture = std::move(picture)](Recording& recording) {
    if (!recording.open) return;
    if (recording.format == RecordFormat::Pictures) {
      char name[32];
      std::snprintf(name, sizeof name, "frame_%05d.png", recording.frames);
      app::writePicture(picture, recording.path / name);
    } else {
      if (!recording.video) {
        media::VideoSettings settings;
        settings.width = picture.width;
        settings.height = picture.height;
        settings.frame_rate = {static_cast<int>(std::lround(recording.frames_per_second * 1000.0f)), 1000};
        recording.video.emplace(recording.path, settings);
      }
      recording.video->write(picture);
    }
    ++recording.frames;
  });
}

void Writer::endRecording() {
  push([this](Recording& recording) {
    if (!recording.open) return;
    if (recording.video) recording.video->finish();
    recording.video.reset();
    recording.open = false;
    messages_.post(Level::Note, "wrote " + recording.path.string() + ", " + std::to_string(recording.frames) + " frames");
  });
}

bool Writer::busy() const {
  const std::lock_guard lock(mutex_);
  return working_ || !tasks_.empty();
}

bool Writer::failed() {
  const std::lock_guard lock(mutex_);
  return std::exchange(failed_, false);
}

}  // namespace impasto::app
