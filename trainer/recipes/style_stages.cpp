#include "recipes/style_stages.h"

#include "optim/schedule.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kWarmUpSteps = 50;
constexpr double kSecondStageRate = 0.67;  // of the peak learning rate: there is much to change at full resolution
constexpr double kFinalRate = 0.01;        // likewise, where each cosine ends

}  // namespace

bool inSecondStage(int64_t step, int64_t steps, double full_resolution_at) {
  return static_cast<double>(step) >= full_resolution_at * static_cast<double>(steps);
}

double stagedRate(int64_t step, int64_t steps, double full_resolution_at) {
  const double done = static_cast<double>(step) / static_cast<double>(steps);
  const bool second = done >= full_resolution_at;
  const double part = second ? (done - full_resolution_at) / (1.0 - full_resolution_at) : done / full_resolution_at;
  const double top = second ? kSecondStageRate : 1.0;
  return warmUpAt(step, kWarmUpSteps) * top * decayAt(Decay::Cosine, part, kFinalRate / top);
}

CropLoader::Options cropsWithContext(int size, int64_t alignment, int batch, uint64_t seed, const Runtime& runtime) {
  const auto aligned = static_cast<int>(alignment);
  return {.crop = size,
          .context = size / 4 / aligned * aligned,
          .batch = batch,
          .seed = seed,
          .process = runtime.process,
          .processes = runtime.processes};
}

NoiseOffsets withoutContext(NoiseOffsets noise_offsets, int context) {
  const auto texels = static_cast<uint32_t>(context / 8);  // noise lies at 1/8
  for (auto& [x, y] : noise_offsets) {
    x += texels;
    y += texels;
  }
  return noise_offsets;
}

}  // namespace impasto::trainer
