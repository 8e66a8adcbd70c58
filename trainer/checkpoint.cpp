#include "checkpoint.h"

#include <charconv>

#include "base/error.h"
#include "io/safetensors.h"

namespace impasto::trainer {
namespace {

constexpr char kFormatKey[] = "impasto_checkpoint";
constexpr char kFormatVersion[] = "1";

template <class Visit>
void forEachTensor(const torch::nn::Module& module, Visit visit) {
  for (const auto& item : module.named_parameters()) visit(item.key(), item.value());
  for (const auto& item : module.named_buffers()) visit(item.key(), item.value());
}

}  // namespace

void writeCheckpoint(const Checkpoint& checkpoint, const std::string& path) {
  TensorFile file;
  file.tensors = checkpoint.tensors;
  file.metadata = {{kFormatKey, kFormatVersion},
                   {"step", std::to_string(checkpoint.step)},
                   {"settings", checkpoint.settings},
                   {"size", checkpoint.size},
                   {"norms_frozen", checkpoint.norms_frozen ? "1" : "0"}};
  writeTensorFile(file, path);
}

Checkpoint readCheckpoint(const std::string& path) {
  TensorFile file = readTensorFile(path);
  const auto text = [&](const std::string& key) {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) {
      throw Error(ErrorCode::InvalidArgument, path + ": not a training checkpoint: \"" + key + "\" is missing");
    }
    return found->second;
  };
  if (text(kFormatKey) != kFormatVersion) {
    throw Error(ErrorCode::InvalidArgument, path + ": checkpoint version " + text(kFormatKey) + " is not known here");
  }
  Checkpoint checkpoint;
  const std::string step = text("step");
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), checkpoint.step);
  if (parsed.ec != std::errc() || checkpoint.step < 0) {
    throw Error(ErrorCode::InvalidArgument, path + ": not a training checkpoint: step \"" + step + "\"");
  }
  checkpoint.settings = text("settings");
  checkpoint.size = text("size");
  checkpoint.norms_frozen = text("norms_frozen") == "1";
  checkpoint.tensors = std::move(file.tensors);
  return checkpoint;
}

bool isCheckpoint(const std::string& path) {
  try {
    return readTensorFile(path).metadata.count(kFormatKey) > 0;
  } catch (const Error&) {
    return false;
  }
}

void save(const torch::nn::Module& module, const std::string& prefix, std::map<std::string, torch::Tensor>& tensors) {
  forEachTensor(module, [&](const std::string& name, const torch::Tensor& tensor) {
    tensors[prefix + name] = tensor.detach().to(torch::kCPU).contiguous().clone();
  });
}

void load(torch::nn::Module& module, const std::string& prefix, const std::map<std::string, torch::Tensor>& tensors) {
  torch::NoGradGuard no_grad;
  forEachTensor(module, [&](const std::string& name, torch::Tensor tensor) {
    const auto found = tensors.find(prefix + name);
    if (found == tensors.end() || found->second.sizes() != tensor.sizes()) {
      throw Error(ErrorCode::InvalidArgument,
                  "the checkpoint's generator differs from this one at " + name + ": was it of another --size?");
    }
    tensor.copy_(found->second);
  });
}

Generator generatorOf(const Checkpoint& checkpoint) {
  Generator generator(makeGeneratorSpec(checkpoint.size));
  load(*generator, checkpoint.norms_frozen ? "average/" : "model/", checkpoint.tensors);
  generator->freezeNorms(true);
  generator->eval();
  return generator;
}

}  // namespace impasto::trainer
