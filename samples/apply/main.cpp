// impasto-apply: paints PNG and JPEG files.
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/command_line.h"
#include "common/error.h"
#include "common/interrupt.h"
#include "common/message.h"
#include "common/painter.h"
#include "common/picture_file.h"
#include "common/progress.h"
#include "jobs.h"
#include "media/resize.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-apply";

struct Options {
  PainterOptions painter;
  JobOptions jobs;
  uint32_t size = 0;  // longer side of the result, pixels; 0: the input's
  int quality = 95;
  bool json = false;
};

struct Outcome {
  size_t painted = 0, failed = 0;
  double pixels = 0, seconds = 0;
  nlohmann::json files = nlohmann::json::array();
};

// Reads, paints, writes. `on_share` hears how much of the picture is done.
Picture paintFile(const Options& options, const Job& job, Painter& painter,
                  const std::function<void(double)>& on_share) {
  std::error_code error;
  if (!options.jobs.overwrite && std::filesystem::equivalent(job.in, job.out, error)) {
    throw Error(job.out.string() + ": is the input itself; --overwrite allows that");
  }
  Picture picture = readPicture(job.in);
  if (options.size) {
    const media::Extent extent = media::fitExtent(picture.width, picture.height, options.size);
    picture = media::resizePicture(picture, extent.width, extent.height);
  }
  try {
    painter.paint(picture, on_share);
  } catch (const Error& failure) {
    throw Error(job.in.string() + ": " + failure.what());
  }
  if (job.out.has_parent_path()) {
    std::filesystem::create_directories(job.out.parent_path(), error);
    if (error) throw Error(job.out.parent_path().string() + ": cannot create the folder: " + error.message());
  }
  writePicture(picture, job.out, options.quality);
  return picture;
}

Outcome paintAll(const Options& options, const JobList& list, Painter& painter) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Outcome outcome;
  Progress progress(static_cast<double>(list.jobs.size()), "pictures");
  for (size_t i = 0; i < list.jobs.size(); ++i) {
    const Job& job = list.jobs[i];
    const auto show = [&](double share) {
      progress.update(static_cast<double>(i) + share, job.in.filename().string());
      if (interrupted()) throw Interrupted();
    };
    nlohmann::json record = {{"in", job.in.string()}, {"out", job.out.string()}};
    const auto job_start = Clock::now();
    try {
      show(0);
      const Picture picture = paintFile(options, job, painter, show);
      record["width"] = picture.width;
      record["height"] = picture.height;
      record["seconds"] = std::chrono::duration<double>(Clock::now() - job_start).count();
      outcome.pixels += static_cast<double>(picture.width) * picture.height;
      ++outcome.painted;
    } catch (const Interrupted&) {
      progress.clear();
      std::fprintf(stderr, "%s: stopped after %zu of %zu pictures\n", kProgram, outcome.painted, list.jobs.size());
      throw;
    } catch (const std::exception& error) {
      const std::string message =
          dynamic_cast<const std::bad_alloc*>(&error) ? job.in.string() + ": not enough memory" : error.what();
      progress.clear();
      complain(kProgram, message);
      record["error"] = message;
      ++outcome.failed;
    }
    outcome.files.push_back(record);
  }
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return outcome;
}

int run(const Options& options) {
  const JobList list = listJobs(options.jobs);
  std::string notice;
  Painter painter(options.painter, notice);
  if (!notice.empty()) complain(kProgram, notice);
  const Outcome outcome = paintAll(options, list, painter);
  if (options.json) {
    const nlohmann::json summary = {{"backend", painter.description()}, {"painted", outcome.painted},
                                    {"failed", outcome.failed},         {"ignored", list.ignored},
                                    {"pixels", outcome.pixels},         {"seconds", outcome.seconds},
                                    {"files", outcome.files}};
    // File names need not be UTF-8.
    std::printf("%s\n", summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::printf("painted %zu of %zu pictures in %.1f s with %s%s\n", outcome.painted, list.jobs.size(), outcome.seconds,
                painter.description().c_str(),
                list.ignored ? (", " + std::to_string(list.ignored) + " other files ignored").c_str() : "");
  }
  return outcome.failed ? kExitFailed : kExitOk;
}

int main(int argc, char** argv) {
  Options options;
  CLI::App parser("Paints PNG and JPEG files with a style.", kProgram);
  const std::map<std::string, PainterBackend> backends = {
      {"auto", PainterBackend::Auto}, {"vulkan", PainterBackend::Vulkan}, {"reference", PainterBackend::Reference}};
  parser.add_option("--style", options.painter.style, "Style file (.safetensors)")->required()->type_name("FILE");
  parser.add_option("--in", options.jobs.in, "Picture, or folder of pictures")->required()->type_name("FILE|DIR");
  parser.add_option("--out", options.jobs.out, "Where to: a file name, or a folder, in which names are kept")
      ->required()
      ->type_name("FILE|DIR");
  std::string backend = "auto";
  parser.add_option("--backend", backend, "vulkan; reference: on the processor, slow; auto: vulkan where there is a device")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "vulkan", "reference"}))
      ->capture_default_str();
  addControls(parser, options.painter.controls, "picture");
  parser.add_option("--size", options.size, "Paint at this longer side in pixels; the result has it too")
      ->check(CLI::Range(1u, kMaxPictureSide));
  parser.add_option("--quality", options.quality, "Of JPEG results")->check(CLI::Range(1, 100))->capture_default_str();
  parser.add_flag("--recursive", options.jobs.recursive, "Also the folders inside --in");
  parser.add_flag("--overwrite", options.jobs.overwrite, "Allow --out to replace the input");
  parser.add_flag("--json", options.json, "Print what was done as JSON");
  parser.add_flag("--validation", options.painter.validation, "With the Vulkan validation layers; what they say fails");
  addVersion(parser, kProgram);
  parser.footer(
      "Examples:\n"
      "  impasto-apply --style styles/udnie.safetensors --in photo.jpg --out painted.jpg\n"
      "  impasto-apply --style styles/udnie.safetensors --in holiday --out painted --size 1920 --strength 0.8\n\n"
      "Exit status: 0 all painted, 1 something failed (the rest is painted), 2 misused, 130 interrupted.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    if (options.jobs.in.empty() || options.jobs.out.empty()) throw UsageError("--in and --out must not be empty");
    options.painter.backend = backends.at(backend);
    return run(options);
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
