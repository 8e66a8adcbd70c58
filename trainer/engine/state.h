// What a training run remembers. Everything that a resumed run needs to go on as if it had never stopped is registered
// once, by name; a checkpoint walks the registry and knows nothing of recipes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

// Named tensors (on the CPU, contiguous) and named texts.
struct State {
  std::map<std::string, torch::Tensor> tensors;
  std::map<std::string, std::string> texts;

  void put(const std::string& name, const torch::Tensor& tensor);  // a copy
  void put(const std::string& name, int64_t value) { texts[name] = std::to_string(value); }

  // Throw impasto::Error(InvalidArgument) naming what is missing, has another shape or is no whole number.
  const torch::Tensor& tensor(const std::string& name) const;
  void copyTo(const std::string& name, torch::Tensor& to) const;
  const std::string& text(const std::string& name) const;
  int64_t integer(const std::string& name) const;
};

// An object that a checkpoint holds. Its names begin with `prefix`, which ends with a slash.
class Stateful {
 public:
  virtual ~Stateful() = default;
  virtual void save(State& state, const std::string& prefix) const = 0;
  virtual void load(const State& state, const std::string& prefix) = 0;
};

// Parameters and buffers of a module, by their names.
void save(const torch::nn::Module& module, State& state, const std::string& prefix);
void load(torch::nn::Module& module, const State& state, const std::string& prefix);

// The same weights under another name: `to` becomes what `from` is.
void copyWeights(const torch::nn::Module& from, torch::nn::Module& to);

// Objects are registered for as long as the registry lives and not owned.
class Registry {
 public:
  void add(const std::string& name, Stateful& object);
  void add(const std::string& name, torch::nn::Module& network);

  // What the run learns from: a resumed run is refused if it differs ("painting", its SHA-256).
  void fingerprint(const std::string& what, const std::string& value) { fingerprints_[what] = value; }

  State save() const;
  void load(const State& state) const;

  // Are all weights of all networks numbers that a style file (fp16) could hold? A run that diverges passes through huge
  // ones before its loss stops being a number.
  bool usable() const;

  // Of all weights of all networks: equal weights have equal ones.
  uint64_t digest() const;

  const std::map<std::string, std::string>& fingerprints() const { return fingerprints_; }

 private:
  std::vector<std::pair<std::string, Stateful*>> objects_;
  std::vector<std::pair<std::string, torch::nn::Module*>> networks_;
  std::map<std::string, std::string> fingerprints_;
};

}  // namespace impasto::trainer
