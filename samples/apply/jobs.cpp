#include "jobs.h"

#include <algorithm>
#include <system_error>

#include "common/error.h"
#include "media/image_file.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

bool isSame(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

Job fileJob(const JobOptions& options) {
  Job job{options.in, options.out};
  std::error_code error;
  if (!options.out.has_filename() || fs::is_directory(options.out, error)) job.out /= options.in.filename();
  if (!media::imageFormatOfName(job.out)) {
    throw UsageError("--out " + job.out.string() + ": the name must end in " + media::kImageExtensions);
  }
  if (!options.overwrite && isSame(job.in, job.out)) {
    throw UsageError("--out " + job.out.string() + " is the input itself; --overwrite allows that");
  }
  return job;
}

template <typename Iterator>
JobList listFolder(const JobOptions& options) {
  std::error_code error;
  JobList list;
  Iterator it(options.in, error);
  if (error) throw Error(options.in.string() + ": cannot read the folder: " + error.message());
  while (it != Iterator()) {
    const fs::directory_entry& entry = *it;
    std::error_code entry_error;
    if constexpr (requires { it.disable_recursion_pending(); }) {
      // What an earlier run left inside the input folder is not painted again.
      if (entry.is_directory(entry_error) && isSame(entry.path(), options.out)) it.disable_recursion_pending();
    }
    // Broken links are kept: they are reported as missing.
    if (!entry.is_directory(entry_error)) {
      if (media::imageFormatOfName(entry.path()) && entry.path().filename().string()[0] != '.') {
        list.jobs.push_back({entry.path(), options.out / entry.path().lexically_relative(options.in)});
      } else {
        ++list.ignored;
      }
    }
    it.increment(error);
    if (error) throw Error(options.in.string() + ": cannot read the folder: " + error.message());
  }
  std::sort(list.jobs.begin(), list.jobs.end(), [](const Job& a, const Job& b) { return a.in < b.in; });
  return list;
}

}  // namespace

JobList listJobs(const JobOptions& options) {
  std::error_code error;
  const fs::file_status status = fs::status(options.in, error);
  if (!fs::exists(status)) throw Error("--in " + options.in.string() + ": no such file or folder");
  if (!fs::is_directory(status)) return {.jobs = {fileJob(options)}};

  if (fs::exists(options.out, error) && !fs::is_directory(options.out, error)) {
    throw UsageError("--out " + options.out.string() + ": must be a folder, as --in is");
  }
  if (!options.overwrite && isSame(options.in, options.out)) {
    throw UsageError("--out " + options.out.string() + " is the input folder; --overwrite allows that");
  }
  JobList list = options.recursive ? listFolder<fs::recursive_directory_iterator>(options)
                                   : listFolder<fs::directory_iterator>(options);
  if (list.jobs.empty()) throw Error("--in " + options.in.string() + ": no " + media::kImageExtensions + " files in it");
  return list;
}

}  // namespace impasto::app
