#include "recipes/cycle.h"

#include <algorithm>

#include "logging/sample_grid.h"
#include "optim/schedule.h"
#include "recipes/content.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kWarmUpSteps = 50;
constexpr double kFinalRate = 0.05;  // of the peak learning rate
constexpr double kConstantPart = 0.5;
constexpr int kSmallestSampleSide = 256;

}  // namespace

torch::Tensor innerPart(const torch::Tensor& whole) {
  return whole.slice(2, kCycleContext, whole.size(2) - kCycleContext).slice(3, kCycleContext, whole.size(3) - kCycleContext);
}

torch::Tensor cycleDistance(const torch::Tensor& a, const torch::Tensor& b) {
  return (innerPart(a) - innerPart(b)).abs().mean();
}

double cycleRate(int64_t step, int64_t steps) {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  return warmUpAt(step, kWarmUpSteps) *
         decayAt(Decay::Linear, std::max(0.0, (done - kConstantPart) / (1 - kConstantPart)), kFinalRate);
}

torch::Tensor sampledSquares(const Split& pictures, int side, torch::Device device) {
  std::vector<torch::Tensor> squares;
  for (const Image* image : sampledPictures(pictures)) squares.push_back(toTensor(middleSquare(*image, side)));
  return torch::stack(squares).to(device);
}

torch::Tensor cycleSamples(TrainedGenerator& paint, TrainedGenerator& unpaint, const Split& pictures, int crop,
                           torch::Device device) {
  const Frozen frozen_paint(*paint.exported()), frozen_unpaint(*unpaint.exported());
  const std::vector<const Image*> shown = sampledPictures(pictures);
  const int side = std::max(kSmallestSampleSide, crop);
  const auto painted = [&](const torch::Tensor& frame) { return paint.exported()->forward(frame); };
  const auto back = [&](const torch::Tensor& frame) { return unpaint.exported()->forward(painted(frame)); };
  const torch::Tensor there_again = sampleGrid(back, shown, side, device);
  return torch::cat({sampleGrid(painted, shown, side, device), there_again.narrow(1, side, side)}, 1);
}

}  // namespace impasto::trainer
