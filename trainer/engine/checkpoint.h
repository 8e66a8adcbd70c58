// A training run on disk: a safetensors file.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/state.h"

namespace impasto::trainer {

struct Checkpoint {
  int64_t step = 0;         // steps done
  double rate_scale = 1;    // of all learning rates; below 1 after a divergence
  std::string recipe;       // "style"
  std::string precision;    // "float32", "bfloat16"
  std::string settings;     // JSON, as config/fields.h writes it
  std::map<std::string, std::string> fingerprints;  // what it learns from, see Registry
  State state;
};

// Whole or not at all. Throws impasto::Error(Io).
void writeCheckpoint(const Checkpoint& checkpoint, const std::string& path);

// Throws impasto::Error(Io, or InvalidArgument if the file is no checkpoint), naming the path.
Checkpoint readCheckpoint(const std::string& path);

// Is it a checkpoint (as opposed to a style file)? False for what cannot be read.
bool isCheckpoint(const std::string& path);

}  // namespace impasto::trainer
