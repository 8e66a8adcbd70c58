// A recipe: which networks and optimisers a kind of training has, and what one step of it is. Everything else (steps,
// accumulation, clipping, learning-rate scale, divergence, signals, checkpoints, samples, logs) is the Trainer's.
//
// A step has phases, one after the other: one for a plain recipe, two (discriminator, generator) for an adversarial one.
// In each phase the trainer clears the gradients of the phase's parameters, asks for the loss of each micro-batch and
// runs it backwards, averages gradients over processes, clips them and steps the phase's optimisers.
//
//   begin(step); for each micro-batch: load(micro)
//   for each phase: for each micro-batch: loss(phase, micro, scalars).backward(); optimisers step
//   end(step)
//
// All calls come from one thread. Everything a later step depends on must be registered (registerState), be a function
// of the step's number, or both a resumed run and a run that goes back to its last good checkpoint would differ.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/state.h"
#include "logging/scalars.h"
#include "nn/torch.h"
#include "optim/optimizer.h"

namespace impasto::trainer {

using Log = std::function<void(const std::string&)>;  // hears one-line messages

struct Phase {
  struct Member {
    Optimizer* optimizer;
    std::function<double(int64_t step)> learning_rate;  // step counted from 0
  };
  std::string name;  // "generator": for the log
  std::vector<Member> members;
};

struct MicroBatch {
  int64_t step;   // counted from 0
  int index;      // of `count` in this step
  int count;
  int process = 0, processes = 1;  // each has micro-batches of its own
};

// A seed for what is random in a micro-batch, another one for each of a run and for each process.
inline uint64_t seedOf(uint64_t seed, const MicroBatch& micro) {
  return seed * 0x9E3779B97F4A7C15ull +
         static_cast<uint64_t>((micro.step * micro.count + micro.index) * micro.processes + micro.process);
}

// Figures on what was held out, by name.
using HeldOutFigures = std::vector<std::pair<std::string, double>>;

class Recipe {
 public:
  virtual ~Recipe() = default;

  virtual std::string name() const = 0;          // "style"
  virtual std::string settingsJson() const = 0;  // that shape the result
  virtual int64_t itemsPerBatch() const = 0;     // crops of one micro-batch, for the rate shown

  // Both are asked for once, before the first step.
  virtual std::vector<Phase> phases() = 0;
  virtual void registerState(Registry& registry) = 0;

  virtual void begin(int64_t /*step*/) {}
  virtual void load(const MicroBatch& micro) = 0;
  // A scalar tensor with a graph; appends what is worth seeing to `scalars`.
  virtual torch::Tensor loss(size_t phase, const MicroBatch& micro, Scalars& scalars) = 0;
  virtual void end(int64_t /*step*/) {}

  // The trainer has set state to that of step `step`: data must go on from there.
  virtual void resumeAt(int64_t step) = 0;

  // A few words for the line of progress, or none. Asked for when the line is printed.
  virtual std::string status() const { return {}; }
  // Is all used up that its steps need? Then the run ends early, as it would at its end.
  virtual bool exhausted() const { return false; }

  // Pictures to look at, 3 x H x W in [0, 1], or undefined.
  virtual torch::Tensor samples() { return {}; }
  // Figures on what was held out, at a cost; empty if nothing was.
  virtual HeldOutFigures heldOut() { return {}; }
  // Is there a file to write at the end? If not, the last checkpoint is all that a run leaves.
  virtual bool writesResult() const { return true; }
  // Called at the end of a run: writes what was learned to the run's --out. `training` is what the file tells of the run
  // (JSON, see trainingRecord).
  virtual void writeResult(const std::string& training) = 0;
};

}  // namespace impasto::trainer
