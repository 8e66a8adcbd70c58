// Writes pictures and recordings on a thread of its own, so that frames go on. What fails is told, and ends nothing.
//
// A recording that gets frames faster than they are written waits: nothing is left out, and memory stays bounded.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "common/picture.h"
#include "viewer/model/messages.h"
#include "viewer/model/state.h"

namespace impasto::app {

class Writer {
 public:
  explicit Writer(Messages& messages);
  ~Writer();  // writes what is left
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void writePicture(Picture picture, std::filesystem::path path);

  // A recording: begun with its first frame, whose extent all have. Video: `path` is an .mp4; pictures: a folder.
  void beginRecording(std::filesystem::path path, RecordFormat format, float frames_per_second);
  void addFrame(Picture picture);
  void endRecording();

  bool busy() const;   // is anything left to write?
  bool failed();       // has the recording failed since it was asked last? It is ended then

 private:
  struct Recording;
  using Task = std::function<void(Recording&)>;
  void push(Task task);
  void run();

  Messages& messages_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> tasks_;
  bool stopping_ = false, working_ = false, failed_ = false;
  std::thread thread_;
};

}  // namespace impasto::app
