// The training loop, written once for all recipes: steps, accumulation, clipping, divergence, signals, checkpoints,
// samples, logs. engine/recipe.h says what it asks of a recipe. Not thread-safe; one thread drives it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/run_settings.h"
#include "engine/checkpoint.h"
#include "engine/communicator.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "logging/event_writer.h"

namespace impasto::trainer {

class Trainer {
 public:
  // All must outlive the trainer. With run.resume, state is read from that checkpoint: throws
  // impasto::Error(InvalidArgument) if it is of another recipe, has done its steps, or learned from other things and
  // run.resume_anyway is not set.
  Trainer(Recipe& recipe, const RunSettings& run, const Runtime& runtime, Communicator& communicator, Log log);

  int64_t stepsDone() const { return step_; }
  double rateScale() const { return rate_scale_; }

  // One step. When the loss is not finite the run goes back to its last good checkpoint (kept in memory) and goes on with
  // half the learning rate; after kMostReturns of those it throws impasto::Error(Internal).
  Scalars step();
  static constexpr int kMostReturns = 4;

  // Throws impasto::Error(Io); returns without writing where weights are no numbers or huge: the run goes back instead.
  void writeCheckpoint();

  // To the end, or until Ctrl-C (false; a checkpoint is there).
  bool run();

  // What was measured last on what was held out.
  const HeldOutFigures& lastFigures() const { return figures_; }

  // What the run is now, as a checkpoint holds it.
  Checkpoint capture() const;

 private:
  MicroBatch microBatch(int index) const;
  bool runPhase(size_t phase, Scalars& scalars);
  void restore(const Checkpoint& checkpoint);
  void goBack(const std::string& why);
  bool sound();
  void resume();
  // The last one of a run: where it cannot be written, in the folder for temporary files, and says so. Returns where.
  std::string keepCheckpoint(const Log& note);
  void saveSamples(const Log& note);
  void reportHeldOut(const Log& note);

  Recipe& recipe_;
  const RunSettings& run_;
  const Runtime& runtime_;
  Communicator& communicator_;
  Log log_;
  std::vector<Phase> phases_;
  std::vector<std::unique_ptr<Stateful>> random_states_;
  Registry registry_;
  std::unique_ptr<EventWriter> events_;  // null if none were asked for
  Checkpoint last_good_;
  HeldOutFigures figures_;
  torch::Tensor finite_;  // whether all losses since the last look were; on the device, so that no step waits for it
  int64_t step_ = 0;
  double rate_scale_ = 1;
  int returns_ = 0;
};

// What a style file and `export` tell of a run, as JSON: recipe, settings, steps, precision, what it learned from.
std::string trainingRecord(const Checkpoint& checkpoint);

// The sum of squares of all gradients, rooted; scales them so that it is at most `largest` (0: any). Returns what it was;
// a tensor on the device.
torch::Tensor clipGradients(const std::vector<torch::Tensor>& gradients, double largest);

// The value of that name, or NaN.
double valueOf(const Scalars& scalars, const std::string& name);

// Throws impasto::Error(InvalidArgument) if the result or the checkpoint of an earlier run is there and the settings do
// not say what to do with it.
void refuseToOverwrite(const RunSettings& run);

}  // namespace impasto::trainer
