// A frame's controls, checked and completed.
#pragma once

#include "impasto/impasto.h"
#include "pass/composite_reference.h"

namespace impasto {

inline constexpr ImpastoControls kDefaultControls = {sizeof(ImpastoControls), nullptr, 1.0f, 0.0f, 0.0f, 1.0f, 1.0f};

// Fills in strength, colour preservation, detail and exposure; `controls` may be null (defaults), exposure 0 means 1.
// Throws Error(InvalidArgument) when a value is out of range or not a number.
void applyControls(const ImpastoControls* controls, float exposure, CompositeSettings& settings);

}  // namespace impasto
