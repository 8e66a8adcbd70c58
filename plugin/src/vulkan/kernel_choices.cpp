#include "vulkan/kernel_choices.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "vulkan/kernels/kernel.h"

namespace impasto::vulkan {
namespace {

struct Entry {
  uint64_t step = 0;
  char kernel[24] = {};  // name, padded with zeros
};

// What the time of a step depends on, and the size to the next power of two.
uint64_t keyOf(const StepOf& in) {
  const Op& op = in.graph.ops[in.step.op];
  const PlannedTensor& source = in.plan.tensors[in.step.source];
  const PlannedTensor& result = in.plan.tensors[in.step.result];
  // Read through a space_to_depth or from what it wrote: what is best for one is for the other.
  const uint32_t quads = in.step.fold == 1 ? source.quads : (in.graph.ops[op.inputs[0]].channels + 3) / 4;
  const std::array<uint64_t, 13> values = {op.kernel,
                                           op.stride,
                                           op.channels,
                                           quads,
                                           in.step.block,
                                           in.step.upsample ? 1u : 0u,
                                           in.step.addend != kNone ? 1u : 0u,
                                           in.device.element_bytes,
                                           in.device.matrix.m,
                                           in.device.matrix.n,
                                           in.device.matrix.k,
                                           in.device.subgroup_size,
                                           static_cast<uint64_t>(std::bit_width(uint64_t{result.width} * result.height))};
  uint64_t hash = 14695981039346656037u;  // FNV-1a, by values
  for (const uint64_t value : values) hash = (hash ^ value) * 1099511628211u;
  return hash;
}

const Kernel* kernelCalled(const char* name) {
  for (const Kernel* kernel : allKernels()) {
    if (std::strcmp(kernel->name(), name) == 0) return kernel;
  }
  return nullptr;
}

}  // namespace

const Kernel* KernelChoices::find(const StepOf& in) const {
  if (in.step.kind != Step::Kind::Conv) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto found = by_step_.find(keyOf(in));
  return found == by_step_.end() ? nullptr : found->second;
}

void KernelChoices::choose(const StepOf& in, const Kernel& kernel) {
  const std::lock_guard lock(mutex_);
  by_step_[keyOf(in)] = &kernel;
}

std::vector<std::byte> KernelChoices::save() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::byte> bytes(by_step_.size() * sizeof(Entry));
  std::byte* place = bytes.data();
  for (const auto& [step, kernel] : by_step_) {
    Entry entry;
    entry.step = step;
    std::strncpy(entry.kernel, kernel->name(), sizeof entry.kernel - 1);
    std::memcpy(place, &entry, sizeof entry);
    place += sizeof entry;
  }
  return bytes;
}

void KernelChoices::load(std::span<const std::byte> bytes) {
  const std::lock_guard lock(mutex_);
  for (; bytes.size() >= sizeof(Entry); bytes = bytes.subspan(sizeof(Entry))) {
    Entry entry;
    std::memcpy(&entry, bytes.data(), sizeof entry);
    entry.kernel[sizeof entry.kernel - 1] = 0;
    if (const Kernel* kernel = kernelCalled(entry.kernel)) by_step_.emplace(entry.step, kernel);
  }
}

}  // namespace impasto::vulkan
