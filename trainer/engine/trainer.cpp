#include "engine/trainer.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/error.h"
#include "data/image.h"
#include "engine/operation_count.h"
#include "logging/progress.h"
#include "optim/privacy.h"

namespace impasto::trainer {
namespace {

namespace fs = std::filesystem;

constexpr double kLowerRate = 0.5;      // after a divergence
constexpr int64_t kProfiledStep = 6;    // of this process: what is done once is over by then
constexpr int64_t kLogEvery = 10;       // steps between two sets of scalars in the event file

// LibTorch's generator of random numbers: dropout, noise of recipes.
class RandomState final : public Stateful {
 public:
  explicit RandomState(at::Generator generator) : generator_(std::move(generator)) {}
  void save(State& state, const std::string& prefix) const override { state.put(prefix + "state", generator_.get_state()); }
  void load(const State& state, const std::string& prefix) override { generator_.set_state(state.tensor(prefix + "state")); }

 private:
  at::Generator generator_;
};

std::string optimizerName(const Phase& phase, size_t member) {
  return "optimizer/" + phase.name + "/" + std::to_string(member);
}

// The mean over micro-batches of each scalar.
void accumulate(Scalars& sum, const Scalars& values, int count) {
  for (const auto& [name, value] : values) {
    const torch::Tensor share = value.detach() / static_cast<double>(count);
    bool found = false;
    for (auto& [known, total] : sum) {
      if (known == name) total = total + share, found = true;
    }
    if (!found) sum.emplace_back(name, share);
  }
}

}  // namespace

Trainer::Trainer(Recipe& recipe, const RunSettings& run, const Runtime& runtime, Communicator& communicator, Log log)
    : recipe_(recipe), run_(run), runtime_(runtime), communicator_(communicator), log_(std::move(log)),
      phases_(recipe.phases()) {
  recipe_.registerState(registry_);
  for (const Phase& phase : phases_) {
    for (size_t i = 0; i < phase.members.size(); ++i) registry_.add(optimizerName(phase, i), *phase.members[i].optimizer);
  }
  if (run_.folds > 0) registry_.fingerprint("--fold", std::to_string(run_.fold) + " of " + std::to_string(run_.folds));
  random_states_.push_back(std::make_unique<RandomState>(at::detail::getDefaultCPUGenerator()));
  registry_.add("random/cpu", *random_states_.back());
  if (runtime_.device.is_cuda()) {
    random_states_.push_back(std::make_unique<RandomState>(at::globalContext().defaultGenerator(runtime_.device)));
    registry_.add("random/cuda", *random_states_.back());
  }
  finite_ = torch::ones({}, torch::TensorOptions(runtime_.device).dtype(torch::kBool));
  if (!run_.resume.empty()) resume();
  recipe_.resumeAt(step_);
  if (communicator_.size() > 1 && !communicator_.agree(registry_.digest())) {
    throw Error(ErrorCode::InvalidArgument, "the processes begin with different weights: give all the same command and files");
  }
  last_good_ = capture();
}

Checkpoint Trainer::capture() const {
  Checkpoint checkpoint;
  checkpoint.step = step_;
  checkpoint.rate_scale = rate_scale_;
  checkpoint.recipe = recipe_.name();
  checkpoint.settings = recipe_.settingsJson();
  checkpoint.precision = runtime_.compute == torch::kBFloat16 ? "bfloat16" : "float32";
  checkpoint.fingerprints = registry_.fingerprints();
  checkpoint.state = registry_.save();
  return checkpoint;
}

void Trainer::restore(const Checkpoint& checkpoint) {
  registry_.load(checkpoint.state);
  step_ = checkpoint.step;
  rate_scale_ = checkpoint.rate_scale;
}

void Trainer::resume() {
  const std::string path = run_.resume == "auto" ? checkpointPath(run_) : run_.resume;
  const Checkpoint checkpoint = readCheckpoint(path);
  const auto refuse = [&](const std::string& what) { throw Error(ErrorCode::InvalidArgument, path + ": " + what); };
  if (checkpoint.recipe != recipe_.name()) refuse("is of the recipe " + checkpoint.recipe + ", not " + recipe_.name());
  if (!run_.resume_anyway) {
    for (const auto& [what, value] : registry_.fingerprints()) {
      const auto found = checkpoint.fingerprints.find(what);
      if (found != checkpoint.fingerprints.end() && found->second != value) {
        refuse("was trained with another " + what + ": give the same, or --resume-anyway");
      }
    }
  }
  // One that stopped between its last step and its result (no room, no power) has only that left to do.
  const bool lacks_result = checkpoint.step == run_.steps && recipe_.writesResult() && !fs::exists(run_.out);
  if (checkpoint.step >= run_.steps && !lacks_result) {
    refuse("has done " + std::to_string(checkpoint.step) + " steps already; ask for more than that by --steps");
  }
  try {
    restore(checkpoint);
  } catch (const Error& error) {
    refuse(error.what());
  }
  if (checkpoint.settings != recipe_.settingsJson()) {
    log_("settings differ from those in " + path + ": the run goes on with the new ones");
  }
  log_("going on from step " + std::to_string(step_) + " of " + path);
}

MicroBatch Trainer::microBatch(int index) const {
  return {step_, index, run_.accumulate, communicator_.rank(), communicator_.size()};
}

bool Trainer::runPhase(size_t index, Scalars& scalars) {
  const bool always_looks = runtime_.look_every == 1;
  const Phase& phase = phases_[index];
  std::vector<torch::Tensor> parameters;
  for (const Phase::Member& member : phase.members) {
    const std::vector<torch::Tensor>& of_member = member.optimizer->parameters();
    parameters.insert(parameters.end(), of_member.begin(), of_member.end());
  }
  for (const torch::Tensor& parameter : parameters) parameter.mutable_grad() = torch::Tensor();
  for (int i = 0; i < run_.accumulate; ++i) {
    Scalars of_batch;
    const torch::Tensor loss = recipe_.loss(index, microBatch(i), of_batch);
    of_batch.emplace_back(phases_.size() == 1 ? "loss" : phase.name, loss);
    accumulate(scalars, of_batch, run_.accumulate);
    finite_.logical_and_(torch::isfinite(loss.detach()));
    // Several processes go through the same steps to the end, whatever one of them finds.
    if (always_looks && communicator_.size() == 1 && !finite_.item<bool>()) return false;
    (run_.accumulate == 1 ? loss : loss / static_cast<double>(run_.accumulate)).backward();
  }
  if (communicator_.size() > 1 && always_looks && communicator_.any(!finite_.item<bool>())) return false;
  std::vector<torch::Tensor> gradients;
  for (const torch::Tensor& parameter : parameters) {
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  }
  communicator_.average(gradients);
  if (run_.clip_gradients > 0) {
    scalars.emplace_back(phase.name + "_gradient", clipGradients(gradients, run_.clip_gradients));
  }
  for (const Phase::Member& member : phase.members) member.optimizer->step(rate_scale_ * member.learning_rate(step_));
  return true;
}

bool Trainer::sound() { return !communicator_.any(!finite_.item<bool>() || !registry_.usable()); }

Scalars Trainer::step() {
  Scalars scalars;
  if (communicator_.size() > 1) {
    // What is random (dropout, latent vectors) is another in each process, and after a resume what it would have been.
    at::Generator random = at::detail::getDefaultCPUGenerator();
    random.set_current_seed(seedOf(run_.seed, microBatch(0)));
  }
  recipe_.begin(step_);
  for (int i = 0; i < run_.accumulate; ++i) recipe_.load(microBatch(i));
  bool finite = true;
  for (size_t i = 0; i < phases_.size() && finite; ++i) {
    finite = runPhase(i, scalars);
  }
  if (finite && runtime_.look_every > 1 && step_ % runtime_.look_every == 0) finite = !communicator_.any(!finite_.item<bool>());
  if (!finite) {
    goBack("the loss stopped being a number at step " + std::to_string(step_ + 1));
    return scalars;
  }
  recipe_.end(step_);
  ++step_;
  return scalars;
}

void Trainer::goBack(const std::string& why) {
  if (++returns_ > kMostReturns) {
    throw Error(ErrorCode::Internal, why + ", with 1/" + std::to_string(std::llround(1.0 / rate_scale_)) +
                                         " of the learning rate too: give a lower --lr");
  }
  const double scale = rate_scale_ * kLowerRate;
  restore(last_good_);
  rate_scale_ = scale;
  finite_.fill_(true);
  recipe_.resumeAt(step_);
  log_(why + ": back to step " + std::to_string(step_) + ", on with 1/" + std::to_string(std::llround(1.0 / scale)) +
       " of the learning rate");
}

void Trainer::writeCheckpoint() {
  if (!sound()) {
    goBack("weights had grown beyond use before step " + std::to_string(step_ + 1));
    return;
  }
  if (communicator_.size() > 1 && !communicator_.agree(registry_.digest())) {
    throw Error(ErrorCode::Internal, "the processes' weights have drifted apart by step " + std::to_string(step_));
  }
  last_good_ = capture();
  if (communicator_.rank() != 0) return;
  const std::string path = checkpointPath(run_);
  trainer::writeCheckpoint(last_good_, path);
  if (!run_.keep_checkpoints) return;
  char number[32];
  std::snprintf(number, sizeof(number), ".%07lld", static_cast<long long>(step_));
  const fs::path whole(path);
  try {
    trainer::writeCheckpoint(last_good_, (whole.parent_path() / (whole.stem().string() + number + ".safetensors")).string());
  } catch (const Error& error) {  // the checkpoint itself is safe
    if (error.code() != ErrorCode::Io) throw;
    log_(std::string("no numbered copy: ") + error.what());
  }
}

std::string Trainer::keepCheckpoint(const Log& note) {
  try {
    writeCheckpoint();
    return checkpointPath(run_);
  } catch (const ProcessLost&) {
    throw;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Io) throw;
    std::error_code none;
    const fs::path folder = fs::temp_directory_path(none), name = fs::path(checkpointPath(run_)).filename();
    if (none) throw;
    fs::path refuge = folder / name;
    for (int other = 2; fs::exists(refuge); ++other) {  // another run's, perhaps
      refuge = folder / (name.stem().string() + "." + std::to_string(other) + name.extension().string());
    }
    trainer::writeCheckpoint(last_good_, refuge.string());
    note(std::string(error.what()) + ": the checkpoint is kept in " + refuge.string());
    return refuge.string();
  }
}

void Trainer::saveSamples(const Log& note) {
  const torch::Tensor picture = recipe_.samples();
  if (!picture.defined()) return;
  const Image image = fromTensor(picture);
  if (events_) events_->picture(step_, "samples", encodePng(image), image.width, image.height);
  if (run_.samples.empty()) return;
  char name[32];
  std::snprintf(name, sizeof(name), "step_%07lld.png", static_cast<long long>(step_));
  try {
    writePng(image, (fs::path(run_.samples) / name).string());
  } catch (const Error& error) {
    note(std::string("no sample grid: ") + error.what());
  }
}

void Trainer::reportHeldOut(const Log& note) {
  std::string line;
  char text[64];
  figures_ = recipe_.heldOut();
  for (const auto& [name, value] : figures_) {
    std::snprintf(text, sizeof(text), "  %s %.3f", name.c_str(), value);
    line += text;
    if (events_) events_->scalar(step_, "held out/" + name, value);
  }
  if (!line.empty()) note("held out at step " + std::to_string(step_) + ":" + line);
}

bool Trainer::run() {
  const bool speaks = communicator_.rank() == 0;
  if (speaks && !run_.samples.empty()) {
    std::error_code error;
    fs::create_directories(run_.samples, error);
    if (error) throw Error(ErrorCode::Io, run_.samples + ": cannot be made: " + error.message());
  }
  if (speaks && !run_.logs.empty()) {
    events_ = std::make_unique<EventWriter>(run_.logs);
    events_->text(step_, "settings", "```json\n" + nlohmann::ordered_json::parse(recipe_.settingsJson()).dump(2) + "\n```");
  }
  Progress progress(step_ + 1, run_.steps, recipe_.itemsPerBatch() * run_.accumulate * communicator_.size(), "crops");
  const Log note = [&](const std::string& message) {
    if (speaks) progress.note(message);
  };
  log_ = note;
  int64_t steps_here = 0;
  while (step_ < run_.steps && !recipe_.exhausted()) {
    if (communicator_.any(stopRequested())) {
      const std::string path = keepCheckpoint(note);
      note("stopped after step " + std::to_string(step_) + "; go on with --resume " + path);
      return false;
    }
    const int64_t before = step_;
    std::optional<OperationCount> operations;
    if (run_.profile && ++steps_here == kProfiledStep) operations.emplace();
    const Scalars scalars = step();
    if (operations) note("step " + std::to_string(step_) + ": " + operations->summary());
    operations.reset();
    if (step_ <= before) continue;  // it went back
    if (speaks) progress.update(step_, scalars, [this] { return recipe_.status(); });
    const bool last = step_ == run_.steps || recipe_.exhausted();
    if (events_ && (step_ % kLogEvery == 0 || last)) {
      for (const auto& [name, value] : scalars) events_->scalar(step_, "train/" + name, value.item<double>());
    }
    if (speaks && (!run_.samples.empty() || events_) && (step_ % run_.samples_every == 0 || last)) {
      saveSamples(note);
      if (!last) reportHeldOut(note);
    }
    if (last) {
      keepCheckpoint(note);
    } else if (run_.checkpoint_every > 0 && step_ % run_.checkpoint_every == 0) {
      try {
        writeCheckpoint();
      } catch (const ProcessLost&) {  // is no matter of files
        throw;
      } catch (const Error& error) {
        if (error.code() != ErrorCode::Io) throw;
        note(std::string("no checkpoint at step ") + std::to_string(step_) + ": " + error.what());
      }
    }
  }
  if (!speaks) return true;
  progress.finish();
  if (step_ < run_.steps) {
    note("ended after step " + std::to_string(step_) + " of " + std::to_string(run_.steps) + ": " + recipe_.status());
  }
  reportHeldOut(note);
  if (events_ && !events_->good()) note(events_->path() + ": not all could be written");
  return true;
}

std::string trainingRecord(const Checkpoint& checkpoint) {
  using nlohmann::ordered_json;
  ordered_json record = {{"recipe", checkpoint.recipe}};
  const ordered_json settings = ordered_json::parse(checkpoint.settings, nullptr, /*allow_exceptions=*/false);
  if (settings.is_object()) record.update(settings);
  record["steps_done"] = checkpoint.step;
  record["precision"] = checkpoint.precision;
  if (checkpoint.rate_scale < 1) record["rate_scale"] = checkpoint.rate_scale;
  record["learned_from"] = checkpoint.fingerprints;
  const auto account = checkpoint.state.texts.find(std::string(kPrivacyName) + "/account");
  if (account != checkpoint.state.texts.end()) record["privacy_spent"] = ordered_json::parse(account->second);
  return record.dump();
}

torch::Tensor clipGradients(const std::vector<torch::Tensor>& gradients, double largest) {
  torch::NoGradGuard no_grad;
  if (gradients.empty()) return torch::zeros({});
  torch::Tensor sum = torch::zeros({}, gradients[0].options());
  for (const torch::Tensor& gradient : gradients) sum += gradient.square().sum();
  const torch::Tensor length = sum.sqrt();
  if (largest > 0) {
    const torch::Tensor scale = (largest / (length + 1e-12)).clamp_max(1.0);
    for (torch::Tensor gradient : gradients) gradient.mul_(scale);
  }
  return length;
}

double valueOf(const Scalars& scalars, const std::string& name) {
  for (const auto& [known, value] : scalars) {
    if (known == name) return value.item<double>();
  }
  return std::numeric_limits<double>::quiet_NaN();
}

void refuseToOverwrite(const RunSettings& run) {
  if (run.overwrite || !run.resume.empty()) return;
  const std::string checkpoint = checkpointPath(run);
  for (const std::string& path : {checkpoint, run.out}) {
    if (!fs::exists(path)) continue;
    const std::string go_on = fs::exists(checkpoint) ? "go on with --resume, or " : "";
    throw Error(ErrorCode::InvalidArgument, path + ": is there already: " + go_on + "replace it with --overwrite");
  }
}

}  // namespace impasto::trainer
