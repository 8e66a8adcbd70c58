// Paints one file: reads, paints, writes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/painter.h"
#include "options.h"

namespace impasto::app {

struct JobReport {
  uint32_t width = 0, height = 0;
  uint64_t frames = 1;   // painted; 1 for a picture
  uint64_t resumed = 0;  // frames that an earlier run had painted
  double read_seconds = 0, paint_seconds = 0, write_seconds = 0;
  std::vector<std::string> notes;  // what could not be kept, a line each
};

// `on_share` hears how much of the job is done, [0, 1], and what else there is to say ("frame 7 of 48"); it may throw
// Interrupted. Of a video, what has been painted until then is kept, and the same job goes on from there. Throws Error,
// naming the file.
using OnShare = std::function<void(double share, const std::string& what)>;
JobReport paintJob(const ApplyOptions& options, const Job& job, Painter& painter, const OnShare& on_share);

// The part of paintJob() that is for videos (every kind but Picture).
JobReport paintVideoJob(const ApplyOptions& options, const Job& job, Painter& painter, const OnShare& on_share);

// Resized as --size says, and painted, which is timed.
void paintImage(const ApplyOptions& options, media::Image& image, Painter& painter, JobReport& report,
                const std::function<void(double)>& on_share);

// Throws Error, naming the folder.
void createFolders(const std::filesystem::path& folder);

}  // namespace impasto::app
