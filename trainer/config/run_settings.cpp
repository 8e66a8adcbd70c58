#include "config/run_settings.h"

#include <filesystem>

#include "base/error.h"

namespace impasto::trainer {
namespace {

constexpr int kGpuShare = 8;  // times the batch of a CPU

}  // namespace

void declare(Fields& fields, RunSettings& s) {
  fields.group("The run");
  fields.add("out", s.out, "The file to write at the end").required().local();
  fields.add("steps", s.steps, "Training steps").range(1, 100'000'000);
  fields.add("batch", s.batch,
             "Crops of one forward pass; 0: " + std::to_string(s.cpu_batch) + " on a CPU, " +
                 std::to_string(kGpuShare * s.cpu_batch) + " on a GPU")
      .range(0, 256);
  fields.add("accumulate", s.accumulate, "Forward passes of one step: as a batch so many times larger, in less memory")
      .range(1, 4096);
  fields.add("seed", s.seed, "Equal seeds give equal runs on one machine");
  fields.add("clip-gradients", s.clip_gradients, "Gradients longer than this are shortened to it; 0: never").atLeast(0);
  fields.add("holdout", s.holdout, "Pictures kept out of training, for samples and figures").atLeast(0);
  fields.add("folds", s.folds, "Cross-validation: so many runs, each with another part of the pictures held out; 0: one run")
      .range(0, 1000);
  fields.add("fold", s.fold, "Only this one of them, from 1 on; 0: all").atLeast(0);
  fields.add("json", s.json, "With --folds: print the figures of all folds, as STEM.folds.json holds them").local();

  fields.group("Machine");
  fields.add("device", s.device, "Where networks run").choices({"auto", "cpu", "cuda"}).local();
  fields.add("precision", s.precision, "Of convolutions").choices({"auto", "float32", "bfloat16"}).local();
  fields.add("threads", s.threads, "CPU threads; 0: all cores").atLeast(0).local();
  fields.add("profile", s.profile, "Say once how many operations a step calls, and which of them wait for the device").local();
  fields.add("process-timeout", s.process_timeout, "Seconds for which processes that train together wait for one another")
      .range(1, 86400)
      .local();

  fields.group("Files");
  fields.add("init", s.init, "Style file or checkpoint to start from").path();
  fields.add("resume", s.resume, "Go on with this checkpoint; alone: with the run's own").local().optionalValue();
  fields.add("resume-anyway", s.resume_anyway, "With --resume: although painting, pictures or perceptual network differ")
      .local();
  fields.add("overwrite", s.overwrite, "Replace the checkpoint and the result of an earlier run").local();
  fields.add("checkpoint", s.checkpoint, "Checkpoint file; by default beside --out").local();
  fields.add("checkpoint-every", s.checkpoint_every, "Steps; 0: only at the end").atLeast(0).local();
  fields.add("keep-checkpoints", s.keep_checkpoints, "Keep a numbered copy of each checkpoint").local();
  fields.add("samples", s.samples, "Folder for sample grids").local();
  fields.add("samples-every", s.samples_every, "Steps").atLeast(1).local();
  fields.add("logs", s.logs, "Folder for TensorBoard's event files").local();

  fields.group("About the painting, for the style file");
  fields.add("title", s.provenance.title, "Its title").local();
  fields.add("painter", s.provenance.painter, "Its painter").local();
  fields.add("year", s.provenance.year, "Its year").local();
  fields.add("licence", s.provenance.licence, "Its licence").local();
}

void chooseBatch(RunSettings& settings, bool gpu) {
  if (settings.batch == 0) settings.batch = gpu ? kGpuShare * settings.cpu_batch : settings.cpu_batch;
}

std::string checkpointPath(const RunSettings& settings) {
  if (!settings.checkpoint.empty()) return settings.checkpoint;
  const std::filesystem::path out(settings.out);
  return (out.parent_path() / (out.stem().string() + ".checkpoint.safetensors")).string();
}

void checkRun(const RunSettings& settings) {
  for (const std::string& path : {settings.out, checkpointPath(settings)}) {
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    if (!folder.empty() && !std::filesystem::is_directory(folder)) {
      throw Error(ErrorCode::InvalidArgument, path + ": the folder does not exist");
    }
  }
  if (settings.folds == 1) throw Error(ErrorCode::InvalidArgument, "--folds 1: expected 0, or at least 2");
  if (settings.folds == 0 && settings.fold > 0) throw Error(ErrorCode::InvalidArgument, "--fold: goes with --folds");
  if (settings.folds == 0 && settings.json) throw Error(ErrorCode::InvalidArgument, "--json: goes with --folds");
  if (settings.fold > settings.folds) {
    throw Error(ErrorCode::InvalidArgument, "--fold " + std::to_string(settings.fold) + ": expected 1 to " +
                                                std::to_string(settings.folds) + ", or 0 for all");
  }
  if (settings.folds > 0 && settings.fold == 0 && !settings.resume.empty() && settings.resume != "auto") {
    throw Error(ErrorCode::InvalidArgument, "--resume " + settings.resume + ": with --folds it stands alone, for all folds");
  }
  if (settings.resume_anyway && settings.resume.empty()) {
    throw Error(ErrorCode::InvalidArgument, "--resume-anyway: goes with --resume");
  }
  if (settings.overwrite && !settings.resume.empty()) {
    throw Error(ErrorCode::InvalidArgument, "--overwrite and --resume: give one of them");
  }
}

}  // namespace impasto::trainer
