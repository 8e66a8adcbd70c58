// A frame's controls, checked and completed.
#pragma once

#include "impasto/impasto.h"

namespace impasto {

inline constexpr ImpastoControls kDefaultControls = {sizeof(ImpastoControls), nullptr, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f};

struct Controls {
  float strength = 1, color_preservation = 0, detail = 0, temporal_weight = 1;  // [0, 1] each
};

// NULL: the defaults. Throws Error(InvalidArgument) when a value is out of range or not a number.
Controls readControls(const ImpastoControls* controls);

}  // namespace impasto
