// Named tensors in a safetensors file: perceptual networks are read from them, checkpoints are written as them.
#pragma once

#include <map>
#include <string>

#include "nn/torch.h"

namespace impasto::trainer {

struct TensorFile {
  std::map<std::string, torch::Tensor> tensors;  // on the CPU, contiguous
  std::map<std::string, std::string> metadata;
};

// Reads F16, BF16, F32, F64, I64 and U8 tensors in their own type. Every size and offset is checked against the file
// before anything is allocated. Throws impasto::Error(Io or InvalidArgument), naming the path.
TensorFile readTensorFile(const std::string& path);

// Whole or not at all: writes beside `path`, then renames. Throws impasto::Error(Io), naming the path.
void writeTensorFile(const TensorFile& file, const std::string& path);

}  // namespace impasto::trainer
