#include "engine/operation_count.h"

#include <ATen/record_function.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {
namespace {

constexpr size_t kShown = 8;

std::atomic<OperationCount*> counting{nullptr};

bool alwaysWaits(const std::string& name) {
  static const std::set<std::string> names = {"aten::_local_scalar_dense", "aten::nonzero", "aten::equal",
                                              "aten::_unique2", "aten::masked_select"};
  return names.count(name) > 0;
}

// copy_(to, from, non_blocking) between devices.
bool copyWaits(const at::RecordFunction& function) {
  const auto inputs = function.inputs();
  if (inputs.size() < 3 || !inputs[0].isTensor() || !inputs[1].isTensor() || !inputs[2].isBool()) return false;
  const at::Tensor &to = inputs[0].toTensor(), &from = inputs[1].toTensor();
  if (to.device() == from.device()) return false;
  return !inputs[2].toBool() || !from.is_cpu() || !from.is_pinned();
}

std::unique_ptr<at::ObserverContext> onCall(const at::RecordFunction& function) {
  if (OperationCount* count = counting.load()) {
    const std::string name = function.name();
    count->add(name, alwaysWaits(name) || (name == "aten::copy_" && copyWaits(function)));
  }
  return nullptr;
}

}  // namespace

OperationCount::OperationCount() {
  counting = this;
  hook_ = at::addThreadLocalCallback(
      at::RecordFunctionCallback(&onCall).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
}

OperationCount::~OperationCount() {
  at::removeCallback(hook_);
  counting = nullptr;
}

void OperationCount::add(const std::string& name, bool waits) {
  const std::lock_guard lock(mutex_);
  ++calls_[name];
  if (waits) ++waits_[name];
}

std::map<std::string, int64_t> OperationCount::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::map<std::string, int64_t> OperationCount::waits() const {
  const std::lock_guard lock(mutex_);
  return waits_;
}

std::string OperationCount::summary() const {
  const auto listed = [](const std::map<std::string, int64_t>& counts, size_t most) {
    std::vector<std::pair<std::string, int64_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text;
    for (size_t i = 0; i < std::min(most, sorted.size()); ++i) {
      text += (i == 0 ? "" : ", ") + std::to_string(sorted[i].second) + " " + sorted[i].first;
    }
    return text;
  };
  const auto all = calls(), waiting = waits();
  int64_t total = 0;
  for (const auto& [name, count] : all) total += count;
  return std::to_string(total) + " operations (" + listed(all, kShown) + ", ...); " +
         (waiting.empty() ? "none waits for the device" : "these wait for the device: " + listed(waiting, waiting.size()));
}

}  // namespace impasto::trainer
