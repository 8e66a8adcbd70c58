#include "pass/controls.h"

#include <string>

#include "base/error.h"

namespace impasto {
namespace {

float inRange(float value, float low, float high, const char* name) {
  if (value >= low && value <= high) return value;  // false for NaN
  throw Error(ErrorCode::InvalidArgument, std::string("controls->") + name + " is " + std::to_string(value) +
                                              ", expected " + std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace

Controls readControls(const ImpastoControls* controls) {
  if (!controls) controls = &kDefaultControls;
  inRange(controls->stroke_scale, 1.0f, 1.0f, "stroke_scale (reserved)");
  return {inRange(controls->strength, 0.0f, 1.0f, "strength"),
          inRange(controls->color_preservation, 0.0f, 1.0f, "color_preservation"),
          inRange(controls->detail, 0.0f, 1.0f, "detail"),
          inRange(controls->temporal_weight, 0.0f, 1.0f, "temporal_weight")};
}

}  // namespace impasto
