#include "optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace impasto::trainer {

const std::vector<std::string>& decayNames() {
  static const std::vector<std::string> names = {"constant", "linear", "cosine", "step"};
  return names;
}

Decay parseDecay(const std::string& name) {
  const std::vector<std::string>& names = decayNames();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw Error(ErrorCode::InvalidArgument, name + " is no decay: expected constant, linear, cosine or step");
  return static_cast<Decay>(found - names.begin());
}

double decayAt(Decay decay, double done, double last) {
  constexpr double kSteps = 4;
  switch (decay) {
    case Decay::Constant: return 1;
    case Decay::Linear: return 1 + (last - 1) * done;
    case Decay::Cosine: return last + (1 - last) * 0.5 * (1 + std::cos(std::numbers::pi * done));
    case Decay::Step: return std::pow(last, std::min(std::floor(done * kSteps), kSteps - 1) / (kSteps - 1));
  }
  return 1;
}

double warmUpAt(int64_t step, int64_t steps) {
  return std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(steps));
}

}  // namespace impasto::trainer
