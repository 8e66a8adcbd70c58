// A video that is being painted: parts in a folder beside the result, so that long work can be stopped, by Ctrl-C or by
// a power cut, and taken up again.
//
//   film.mp4.parts/  00000.mov 00001.mov ...  what has been painted, each some seconds of it
//                    state.json               of what job, the parts, and when each of their frames is shown
//
// A part counts once state.json names it; what else lies there is of a run that was cut off, and is replaced.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "media/video/video_writer.h"

namespace impasto::app {

class UnfinishedVideo {
 public:
  // Takes up what is there for `job` (all that decides what frames look like), or begins. Throws Error if there is work
  // of another job; `restart` throws that away.
  UnfinishedVideo(const std::filesystem::path& out, const nlohmann::json& job, bool restart);

  size_t frameCount() const { return times_.size(); }
  const std::vector<int64_t>& times() const { return times_; }
  std::vector<std::filesystem::path> parts() const;

  // Adds a frame, which is shown at `time`; `settings` are those of the whole video.
  void write(const media::Image& frame, int64_t time, const media::VideoSettings& settings);

  // Makes what has been written so far count.
  void endPart();

  // Seconds of work that would be lost now, if the program were killed.
  double secondsAtRisk() const;

  // Removes the folder.
  void remove();

 private:
  std::filesystem::path partPath(size_t index) const;
  void save() const;

  std::filesystem::path folder_;
  nlohmann::json job_;
  size_t part_count_ = 0;
  std::vector<int64_t> times_;
  std::unique_ptr<media::VideoWriter> part_;
  std::vector<int64_t> part_times_;
  double part_began_ = 0;
};

}  // namespace impasto::app
