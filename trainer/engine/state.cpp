#include "engine/state.h"

#include <charconv>

#include "base/error.h"

namespace impasto::trainer {
namespace {

template <class Visit>
void forEachTensor(const torch::nn::Module& module, Visit visit) {
  for (const auto& item : module.named_parameters()) visit(item.key(), item.value());
  for (const auto& item : module.named_buffers()) visit(item.key(), item.value());
}

[[noreturn]] void missing(const std::string& name) {
  throw Error(ErrorCode::InvalidArgument, "the checkpoint has no " + name + ": was it made with other settings?");
}

}  // namespace

void State::put(const std::string& name, const torch::Tensor& tensor) {
  tensors[name] = tensor.detach().to(torch::kCPU).contiguous().clone();
}

const torch::Tensor& State::tensor(const std::string& name) const {
  const auto found = tensors.find(name);
  if (found == tensors.end()) missing(name);
  return found->second;
}

void State::copyTo(const std::string& name, torch::Tensor& to) const {
  const torch::Tensor& from = tensor(name);
  if (from.sizes() != to.sizes()) {
    throw Error(ErrorCode::InvalidArgument,
                "the checkpoint's " + name + " has another shape: was it made with other settings?");
  }
  torch::NoGradGuard no_grad;
  to.copy_(from);
}

const std::string& State::text(const std::string& name) const {
  const auto found = texts.find(name);
  if (found == texts.end()) missing(name);
  return found->second;
}

int64_t State::integer(const std::string& name) const {
  const std::string& digits = text(name);
  int64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size()) {
    throw Error(ErrorCode::InvalidArgument, "the checkpoint's " + name + " is no whole number: \"" + digits + "\"");
  }
  return value;
}

void save(const torch::nn::Module& module, State& state, const std::string& prefix) {
  forEachTensor(module, [&](const std::string& name, const torch::Tensor& tensor) { state.put(prefix + name, tensor); });
}

void load(torch::nn::Module& module, const State& state, const std::string& prefix) {
  forEachTensor(module, [&](const std::string& name, torch::Tensor tensor) { state.copyTo(prefix + name, tensor); });
}

void copyWeights(const torch::nn::Module& from, torch::nn::Module& to) {
  State state;
  save(from, state, "");
  load(to, state, "");
}

void Registry::add(const std::string& name, Stateful& object) { objects_.emplace_back(name + "/", &object); }

void Registry::add(const std::string& name, torch::nn::Module& network) { networks_.emplace_back(name + "/", &network); }

State Registry::save() const {
  State state;
  for (const auto& [prefix, network] : networks_) trainer::save(*network, state, prefix);
  for (const auto& [prefix, object] : objects_) object->save(state, prefix);
  return state;
}

void Registry::load(const State& state) const {
  for (const auto& [prefix, network] : networks_) trainer::load(*network, state, prefix);
  for (const auto& [prefix, object] : objects_) object->load(state, prefix);
}

bool Registry::usable() const {
  constexpr double kLargestHalf = 65504.0;
  for (const auto& [prefix, network] : networks_) {
    for (const torch::Tensor& parameter : network->parameters()) {
      if (parameter.numel() > 0 && !(parameter.detach().abs().max().item<double>() <= kLargestHalf)) return false;
    }
  }
  return true;
}

uint64_t Registry::digest() const {
  uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a, of 32 bits at a time
  for (const auto& [prefix, network] : networks_) {
    for (const torch::Tensor& parameter : network->parameters()) {
      const torch::Tensor values = parameter.detach().to(torch::kCPU, torch::kFloat).contiguous();
      const auto* bits = static_cast<const uint32_t*>(values.data_ptr());
      for (int64_t i = 0; i < values.numel(); ++i) hash = (hash ^ bits[i]) * 0x100000001B3ull;
    }
  }
  return hash;
}

}  // namespace impasto::trainer
