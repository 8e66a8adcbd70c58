// What recipes that train on clips can be told about them.
#pragma once

#include <string>
#include <vector>

#include "config/fields.h"

namespace impasto::trainer {

struct ClipSettings {
  double share = 0;                   // of the batches, once norms are frozen; 0: none
  std::vector<std::string> captured;  // folders; clips of these and clips made from the pictures come in turn
  int frames = 10;                    // of the longest clips
  double temporal_weight = 20;        // over one frame
  double long_temporal_weight = 20;   // over eight
  double contrast_weight = 2;
};

void declare(Fields& fields, ClipSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for settings that do not go together. `history`: the generator's.
void checkClips(const ClipSettings& settings, bool history);

}  // namespace impasto::trainer
