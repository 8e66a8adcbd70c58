#include "viewer/training/presets.h"

#include <algorithm>
#include <array>

namespace impasto::app {
namespace {

const std::array kPresets = {
    TrainingPreset{"preview", 300, {"--size", "small", "--image-size", "192", "--batch", "2"}},
    TrainingPreset{"standard", 2000, {"--size", "medium", "--image-size", "256", "--batch", "4"}},
    TrainingPreset{"best", 4000, {"--size", "large", "--image-size", "256", "--batch", "4"}},
};

}  // namespace

const TrainingPreset& trainingPreset(int index) {
  return kPresets[std::min(static_cast<size_t>(std::max(index, 0)), kPresets.size() - 1)];
}

}  // namespace impasto::app
