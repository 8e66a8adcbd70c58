// A training run on disk: everything that a resumed run needs to go on as if it had never stopped.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <map>
#include <string>

#include "networks/generator.h"

namespace impasto::trainer {

struct Checkpoint {
  int64_t step = 0;      // steps done
  std::string settings;  // JSON, as the recipe writes it
  std::string size;      // of the generator
  bool norms_frozen = false;
  std::map<std::string, torch::Tensor> tensors;  // "model/...", "average/...", "optimiser/..."
};

// A safetensors file, whole or not at all. Throws impasto::Error(Io).
void writeCheckpoint(const Checkpoint& checkpoint, const std::string& path);

// Throws impasto::Error(Io, or InvalidArgument if the file is no checkpoint), naming the path.
Checkpoint readCheckpoint(const std::string& path);

// Is it a checkpoint (as opposed to a style file)? False for what cannot be read.
bool isCheckpoint(const std::string& path);

// Named parameters and norm statistics, with a prefix; and back. `load` throws impasto::Error(InvalidArgument) naming
// the first tensor that is missing or has another shape.
void save(const torch::nn::Module& module, const std::string& prefix, std::map<std::string, torch::Tensor>& tensors);
void load(torch::nn::Module& module, const std::string& prefix, const std::map<std::string, torch::Tensor>& tensors);

// The generator a checkpoint would be exported as: the averaged weights once norms are frozen, the live ones before.
Generator generatorOf(const Checkpoint& checkpoint);

}  // namespace impasto::trainer
