#include "pass/controls.h"

#include <cmath>
#include <string>

#include "base/error.h"

namespace impasto {
namespace {

void checkRange(float value, float low, float high, const char* name) {
  if (value >= low && value <= high) return;  // false for NaN
  throw Error(ErrorCode::InvalidArgument, std::string(name) + " is " + std::to_string(value) + ", expected " +
                                              std::to_string(low) + " to " + std::to_string(high));
}

}  // namespace

void applyControls(const ImpastoControls* controls, float exposure, CompositeSettings& settings) {
  // Wide enough for any camera (+-20 stops), narrow enough that exposed values neither vanish nor overflow.
  if (exposure == 0.0f) exposure = 1.0f;
  checkRange(exposure, 1e-6f, 1e6f, "exposure");
  settings.exposure = exposure;
  if (!controls) controls = &kDefaultControls;
  checkRange(controls->strength, 0.0f, 1.0f, "controls->strength");
  checkRange(controls->color_preservation, 0.0f, 1.0f, "controls->color_preservation");
  checkRange(controls->detail, 0.0f, 1.0f, "controls->detail");
  checkRange(controls->stroke_scale, 1.0f, 1.0f, "controls->stroke_scale (reserved)");
  checkRange(controls->temporal_weight, 0.0f, 1.0f, "controls->temporal_weight");
  settings.strength = controls->strength;
  settings.color_preservation = controls->color_preservation;
  settings.detail = controls->detail;
}

}  // namespace impasto
