#include "jobs.h"

#include <algorithm>
#include <map>
#include <optional>
#include <system_error>

#include "common/error.h"
#include "media/image_file.h"
#include "media/video/video.h"

namespace impasto::app {
namespace {

namespace fs = std::filesystem;

bool isSame(const fs::path& a, const fs::path& b) {
  std::error_code error;
  return fs::equivalent(a, b, error) && !error;
}

bool isThere(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

bool isFolder(const fs::path& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

std::optional<JobKind> kindOf(const fs::path& in, const JobOptions& options) {
  if (in.filename().string().starts_with('.')) return std::nullopt;
  if (media::imageFormatOfName(in)) return JobKind::Picture;
  if (media::isVideoName(in)) return options.video_frames ? JobKind::VideoToFrames : JobKind::Video;
  return std::nullopt;
}

// The name of the result of `in` in a folder.
fs::path resultName(fs::path name, JobKind kind) {
  if (kind == JobKind::VideoToFrames) return name.replace_extension();
  if (kind == JobKind::Video && !media::isWritableVideoName(name)) return name.replace_extension(".mkv");  // holds any sound
  return name;
}

void requireName(bool fits, const fs::path& out, const char* extensions) {
  if (!fits) throw UsageError("--out " + out.string() + ": the name must end in " + extensions);
}

void checkResult(const Job& job, const JobOptions& options) {
  if (options.overwrite) return;
  if (isSame(job.in, job.out)) throw UsageError("--out " + job.out.string() + " is the input itself; --overwrite allows that");
  // Frames are looked at one by one.
  if (job.kind != JobKind::VideoToFrames && isThere(job.out)) {
    throw UsageError("--out " + job.out.string() + " is there already; --overwrite replaces it");
  }
}

Job fileJob(const JobOptions& options) {
  // What is not named like a video is taken for a picture: its contents are looked at.
  Job job{kindOf(options.in, options).value_or(JobKind::Picture), options.in, options.out};
  const bool into_folder = !options.out.has_filename() || isFolder(options.out);
  if (job.kind == JobKind::VideoToFrames) {
    if (isThere(options.out) && !isFolder(options.out)) throw UsageError("--out " + options.out.string() + ": must be a folder for the frames");
    return job;
  }
  if (into_folder) job.out /= resultName(options.in.filename(), job.kind);
  if (job.kind == JobKind::Picture) requireName(media::imageFormatOfName(job.out).has_value(), job.out, media::kImageExtensions);
  if (job.kind == JobKind::Video) requireName(media::isWritableVideoName(job.out), job.out, media::kVideoExtensions);
  checkResult(job, options);
  return job;
}

// Every file of a folder; folders that are `options.out` are not gone into.
template <typename Iterator, typename Visit>
void walk(const fs::path& folder, const fs::path& out, const Visit& visit) {
  std::error_code error;
  Iterator it(folder, error);
  if (error) throw Error(folder.string() + ": cannot read the folder: " + error.message());
  while (it != Iterator()) {
    const fs::directory_entry& entry = *it;
    if constexpr (requires { it.disable_recursion_pending(); }) {
      // What an earlier run left inside the input folder is not painted again.
      if (isFolder(entry.path()) && isSame(entry.path(), out)) it.disable_recursion_pending();
    }
    // Broken links are visited: they are reported as missing.
    if (!isFolder(entry.path())) visit(entry.path());
    it.increment(error);
    if (error) throw Error(folder.string() + ": cannot read the folder: " + error.message());
  }
}

JobList folderJobs(const JobOptions& options) {
  JobList list;
  std::map<fs::path, fs::path> inputs;  // by result
  const auto visit = [&](const fs::path& in) {
    const auto kind = kindOf(in, options);
    if (!kind) {
      ++list.ignored;
      return;
    }
    const fs::path out = options.out / resultName(in.lexically_relative(options.in), *kind);
    const auto [other, is_new] = inputs.emplace(out, in);
    if (!is_new) throw UsageError("--in " + in.string() + " and " + other->second.filename().string() + " would both become " + out.string());
    if (!options.overwrite && *kind != JobKind::VideoToFrames && isThere(out)) {
      ++list.kept;
    } else {
      list.jobs.push_back({*kind, in, out});
    }
  };
  if (options.recursive) walk<fs::recursive_directory_iterator>(options.in, options.out, visit);
  else walk<fs::directory_iterator>(options.in, options.out, visit);
  std::sort(list.jobs.begin(), list.jobs.end(), [](const Job& a, const Job& b) { return a.in < b.in; });
  if (list.jobs.empty() && list.kept == 0) {
    throw Error("--in " + options.in.string() + ": no pictures (" + media::kImageExtensions + ") and no videos in it");
  }
  return list;
}

}  // namespace

JobList listJobs(const JobOptions& options) {
  if (!isThere(options.in)) throw Error("--in " + options.in.string() + ": no such file or folder");
  if (!isFolder(options.in)) return {.jobs = {fileJob(options)}};

  if (media::isWritableVideoName(options.out) && !isFolder(options.out)) {
    const Job job{JobKind::FramesToVideo, options.in, options.out};
    checkResult(job, options);
    return {.jobs = {job}};
  }
  if (isThere(options.out) && !isFolder(options.out)) {
    throw UsageError("--out " + options.out.string() + ": must be a folder, as --in is, or a video (" + media::kVideoExtensions + ")");
  }
  if (!options.overwrite && isSame(options.in, options.out)) {
    throw UsageError("--out " + options.out.string() + " is the input folder; --overwrite allows that");
  }
  return folderJobs(options);
}

std::vector<fs::path> listPictures(const fs::path& folder) {
  std::vector<fs::path> pictures;
  walk<fs::directory_iterator>(folder, {}, [&](const fs::path& path) {
    if (media::imageFormatOfName(path) && !path.filename().string().starts_with('.')) pictures.push_back(path);
  });
  if (pictures.empty()) throw Error("--in " + folder.string() + ": no pictures (" + media::kImageExtensions + ") in it");
  std::sort(pictures.begin(), pictures.end());
  return pictures;
}

}  // namespace impasto::app
