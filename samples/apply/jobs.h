// What is to be painted, and where to.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace impasto::app {

enum class JobKind {
  Picture,
  Video,          // a video to a video
  VideoToFrames,  // a video to a folder of PNG files
  FramesToVideo   // a folder of pictures, sorted by name, to a video
};

struct Job {
  JobKind kind = JobKind::Picture;
  std::filesystem::path in, out;
};

struct JobList {
  std::vector<Job> jobs;  // sorted by name
  size_t ignored = 0;     // files of a folder that are named neither like pictures nor like videos
  size_t kept = 0;        // results that were there already, and are left as they are
};

struct JobOptions {
  std::filesystem::path in, out;  // file or folder; see the program's --help
  bool recursive = false;
  bool overwrite = false;      // may results replace files that are there, and the inputs themselves?
  bool video_frames = false;   // videos become folders of PNG files
};

// Throws UsageError where the two do not fit together or a result is there already, Error where `in` cannot be read.
// Of a folder, what has been painted already is kept and not listed. Creates nothing.
JobList listJobs(const JobOptions& options);

// The pictures of a folder, sorted by name. Throws Error.
std::vector<std::filesystem::path> listPictures(const std::filesystem::path& folder);

}  // namespace impasto::app
