// Which pictures are to be painted, and where to.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace impasto::app {

struct Job {
  std::filesystem::path in, out;
};

struct JobList {
  std::vector<Job> jobs;  // sorted by name
  size_t ignored = 0;     // files of a folder that are not named like pictures
};

struct JobOptions {
  std::filesystem::path in, out;  // file or folder; see the program's --help
  bool recursive = false;
  bool overwrite = false;  // may results replace their own inputs?
};

// Throws UsageError where the two do not fit together, Error where `in` cannot be read. Creates nothing.
JobList listJobs(const JobOptions& options);

}  // namespace impasto::app
