// The settings of every run, whatever its recipe.
#pragma once

#include <cstdint>
#include <string>

#include "config/fields.h"
#include "data/hold_out.h"
#include "style/style.h"

namespace impasto::trainer {

struct RunSettings {
  std::string out;                  // the file that the run writes at its end
  int64_t steps = 2000;
  int batch = 0;                    // crops of one micro-batch; 0: chosen by where the run is made, see chooseBatch()
  int cpu_batch = 4;                // what a CPU is given then
  int accumulate = 1;               // micro-batches of one step
  uint64_t seed = 1;
  double clip_gradients = 0;        // largest norm of a phase's gradient; 0: any
  int holdout = 8;                  // pictures never trained on: samples and held-out figures
  int folds = 0, fold = 0;          // cross-validation: so many runs, each with another part held out; only one of them
  bool json = false;                // prints its report

  std::string device = "auto", precision = "auto";
  int threads = 0;
  bool profile = false;             // count a step's operations
  int process_timeout = 600;        // seconds for which processes wait for one another

  std::string init, resume;         // weights to start from; a checkpoint to go on with
  bool overwrite = false;           // replace results of an earlier run
  bool resume_anyway = false;       // although it was another painting, recipe or perceptual network
  std::string checkpoint;           // path; empty: <out without .safetensors>.checkpoint.safetensors
  int64_t checkpoint_every = 500;   // steps; 0: only at the end and when stopped
  bool keep_checkpoints = false;    // numbered copies
  std::string samples;              // folder for sample grids; empty: none
  int64_t samples_every = 250;
  std::string logs;                 // folder for TensorBoard; empty: none

  Provenance provenance;            // title, painter, year, licence; the rest is filled in

  HoldOut holdOut() const { return {.pictures = holdout, .folds = folds, .fold = fold}; }
};

void declare(Fields& fields, RunSettings& settings);

// The checks of the table. Throws impasto::Error(InvalidArgument), naming the flag.
template <class Settings>
void checkFields(Settings settings) {
  Fields fields;
  declare(fields, settings);
  fields.check();
}

// Those that shape the result, as JSON.
template <class Settings>
std::string settingsText(Settings settings) {
  Fields fields;
  declare(fields, settings);
  return fields.jsonText();
}

// What no range can say: contradictions, folders that are not there. Throws impasto::Error(InvalidArgument).
void checkRun(const RunSettings& settings);

// Where no batch was asked for: `cpu_batch` on a CPU; on a GPU, which smaller ones leave idle, eight times as many.
void chooseBatch(RunSettings& settings, bool gpu);

// Where the run keeps its checkpoint.
std::string checkpointPath(const RunSettings& settings);

}  // namespace impasto::trainer
