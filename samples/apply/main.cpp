// impasto-apply: paints pictures and videos.
#include <chrono>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "common/command_line.h"
#include "common/execution.h"
#include "common/error.h"
#include "common/interrupt.h"
#include "common/message.h"
#include "common/progress.h"
#include "common/style_mix.h"
#include "paint_job.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-apply";

struct Outcome {
  size_t painted = 0, failed = 0;
  double pixels = 0, seconds = 0, paint_seconds = 0;
  nlohmann::json files = nlohmann::json::array();
};

// What could not be kept is said once for each kind, however many files it befalls.
class NoteTeller {
 public:
  void tell(const Job& job, const std::vector<std::string>& notes) {
    for (const std::string& note : notes) {
      if (counts_[note]++ == 0) complain(kProgram, job.in.string() + ": " + note);
    }
  }
  void tellTheRest() const {
    for (const auto& [note, count] : counts_) {
      if (count > 1) complain(kProgram, std::to_string(count - 1) + " more: " + note);
    }
  }

 private:
  std::map<std::string, size_t> counts_;
};

void record(nlohmann::json& file, const JobReport& report) {
  file["width"] = report.width;
  file["height"] = report.height;
  file["frames"] = report.frames;
  if (report.resumed) file["resumed_frames"] = report.resumed;
  file["read_seconds"] = report.read_seconds;
  file["paint_seconds"] = report.paint_seconds;
  file["write_seconds"] = report.write_seconds;
  if (!report.notes.empty()) file["notes"] = report.notes;
}

void sayWhatIsLeft(const Job& job, const Outcome& outcome, size_t total) {
  const bool can_resume = job.kind == JobKind::Video || job.kind == JobKind::FramesToVideo;
  std::fprintf(stderr, "%s: stopped after %zu of %zu %s; the same command goes on from there\n", kProgram, outcome.painted,
               total, total == 1 && can_resume ? "videos, what is painted is kept" : "files");
}

Outcome paintAll(const ApplyOptions& options, const JobList& list, Painter& painter) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  Outcome outcome;
  NoteTeller notes;
  Progress progress(static_cast<double>(list.jobs.size()), "files");
  for (size_t i = 0; i < list.jobs.size(); ++i) {
    const Job& job = list.jobs[i];
    const auto show = [&](double share, const std::string& what) {
      progress.update(static_cast<double>(i) + share, job.in.filename().string() + (what.empty() ? "" : ", " + what));
      if (interrupted()) throw Interrupted();
    };
    nlohmann::json file = {{"in", job.in.string()}, {"out", job.out.string()}};
    const auto job_start = Clock::now();
    try {
      show(0, "");
      const JobReport report = paintJob(options, job, painter, show);
      progress.clear();
      notes.tell(job, report.notes);
      record(file, report);
      file["seconds"] = std::chrono::duration<double>(Clock::now() - job_start).count();
      outcome.pixels += static_cast<double>(report.width) * report.height * static_cast<double>(report.frames);
      outcome.paint_seconds += report.paint_seconds;
      ++outcome.painted;
    } catch (const Interrupted&) {
      progress.clear();
      sayWhatIsLeft(job, outcome, list.jobs.size());
      throw;
    } catch (const std::exception& error) {
      const std::string message =
          dynamic_cast<const std::bad_alloc*>(&error) ? job.in.string() + ": not enough memory" : error.what();
      progress.clear();
      complain(kProgram, message);
      file["error"] = message;
      ++outcome.failed;
    }
    outcome.files.push_back(file);
  }
  progress.clear();
  notes.tellTheRest();
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return outcome;
}

int run(const ApplyOptions& options) {
  const JobList list = listJobs(options.jobs);
  std::string notice;
  Painter painter(options.painter, notice);
  if (!notice.empty()) complain(kProgram, notice);
  const Outcome outcome = paintAll(options, list, painter);
  if (options.json) {
    const nlohmann::json summary = {{"backend", painter.description()}, {"painted", outcome.painted},
                                    {"failed", outcome.failed},         {"kept", list.kept},
                                    {"ignored", list.ignored},          {"pixels", outcome.pixels},
                                    {"seconds", outcome.seconds},       {"paint_seconds", outcome.paint_seconds},
                                    {"files", outcome.files}};
    // File names need not be UTF-8.
    std::printf("%s\n", summary.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
  } else {
    std::string rest;
    if (list.kept) rest += ", " + std::to_string(list.kept) + " were there already and are kept (--overwrite paints them anew)";
    if (list.ignored) rest += ", " + std::to_string(list.ignored) + " other files ignored";
    std::printf("painted %zu of %zu files in %.1f s (%.1f s of it painting) with %s%s\n", outcome.painted, list.jobs.size(),
                outcome.seconds, outcome.paint_seconds, painter.description().c_str(), rest.c_str());
  }
  return outcome.failed ? kExitFailed : kExitOk;
}

// What is read as text and looked up.
struct Choices {
  std::string backend = "auto", codec = "h264";
};

void addOptions(CLI::App& parser, ApplyOptions& options, Choices& choices) {
  parser.add_option("--style", options.painter.style, "Style file (.safetensors)")->required()->type_name("FILE");
  parser.add_option("--mix", options.painter.mix, kMixHelp)->type_name("NAME[=WEIGHT],...");
  parser.add_option("--in", options.jobs.in, "Picture, video, or folder of them")->required()->type_name("FILE|DIR");
  parser
      .add_option("--out", options.jobs.out,
                  "Where to: a file name, or a folder, in which names are kept. A video's name for a folder of pictures\n"
                  "makes a video of them")
      ->required()
      ->type_name("FILE|DIR");
  parser.add_option("--backend", choices.backend, kBackendHelp)
      ->check(CLI::IsMember(backendNames()))
      ->capture_default_str();
  addControls(parser, options.painter.controls, "picture");
  parser
      .add_option("--stroke-scale", options.painter.stroke_scale,
                  "How much larger strokes are, for large pictures: painted so many times smaller, put together in full")
      ->check(numberFrom(1, 64))
      ->capture_default_str();
  parser.add_option("--size", options.size, "Paint at this longer side in pixels; the result has it too")
      ->check(CLI::Range(1u, media::kMaxPictureSide));
  parser.add_option("--quality", options.quality, "Of JPEG and WebP results; WebP of 100 is lossless")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  parser.add_option("--codec", choices.codec, "Of videos: h264; prores: 10 bits, alpha, in .mov; png: a folder of frames")
      ->check(CLI::IsMember(std::vector<std::string>{"h264", "prores", "png"}))
      ->capture_default_str();
  parser.add_option("--crf", options.crf, "Of h264: 0, large, to 51, small; 16 loses nothing that is seen")
      ->check(CLI::Range(0, 51))
      ->capture_default_str();
  parser.add_option("--fps", options.fps, "Of a video made of pictures, frames a second")
      ->check(numberFrom(0.01, 1000))
      ->capture_default_str();
  parser.add_flag("!--no-sound", options.sound, "Leave out the sound and the subtitles of videos");
  parser.add_flag("--recursive", options.jobs.recursive, "Also the folders inside --in");
  parser.add_flag("--overwrite", options.jobs.overwrite, "Replace results that are there, even the input itself");
  parser.add_flag("--restart", options.restart, "Throw away the unfinished work of a video that was stopped");
  parser.add_flag("--json", options.json, "Print what was done as JSON");
  parser.add_flag("--validation", options.painter.validation, "With the Vulkan validation layers; what they say fails");
}

int main(int argc, char** argv) {
  ApplyOptions options;
  Choices choices;
  CLI::App parser("Paints pictures and videos with a style.", kProgram);
  addOptions(parser, options, choices);
  addVersion(parser, kProgram);
  parser.footer(
      "Pictures: PNG, JPEG, WebP, TIFF, OpenEXR; 16 bits, floats, alpha, colour profile, EXIF and resolution are kept\n"
      "where the format has a place for them. Videos: any that FFmpeg reads; sound and times are kept.\n\n"
      "Examples:\n"
      "  impasto-apply --style styles/udnie.safetensors --in photo.jpg --out painted.jpg --stroke-scale 3\n"
      "  impasto-apply --style styles/udnie.safetensors --in holiday --out painted --size 1920 --strength 0.8\n"
      "  impasto-apply --style styles/udnie.safetensors --in film.mp4 --out painted.mp4\n"
      "  impasto-apply --style styles/udnie.safetensors --in frames --out film.mp4 --fps 30\n"
      "  impasto-apply --style several.safetensors --mix \"Udnie=0.7,The Scream=0.3\" --in photo.jpg --out painted.jpg\n\n"
      "Work that was stopped goes on with the same command: of a folder, what is there is kept; of a video, NAME.parts\n"
      "holds what is painted until the video is whole.\n\n"
      "Exit status: 0 all painted, 1 something failed (the rest is painted), 2 misused, 130 interrupted.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    if (options.jobs.in.empty() || options.jobs.out.empty()) throw UsageError("--in and --out must not be empty");
    options.painter.backend = backendNames().at(choices.backend);
    options.codec = choices.codec == "prores" ? media::VideoCodec::ProRes : media::VideoCodec::H264;
    options.jobs.video_frames = choices.codec == "png";
    return run(options);
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
