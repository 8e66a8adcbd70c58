// How much a training from the viewer shall be worth: flags of impasto-train style.
#pragma once

#include <string>
#include <vector>

namespace impasto::app {

struct TrainingPreset {
  const char* name;  // as Command::TrainPreset has it
  int steps;
  std::vector<std::string> flags;
};

// `index` as in State::Training; the last where it is too large.
const TrainingPreset& trainingPreset(int index);

}  // namespace impasto::app
