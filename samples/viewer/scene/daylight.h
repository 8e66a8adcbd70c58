// The light of a place at an hour of a summer's day, or with the sun somewhere else.
#pragma once

#include "renderer/scene/scene.h"

namespace impasto::app {

// `base` with its sun in another direction: degrees around the vertical (from +Z towards +X) and above the horizon.
// Colours follow the height: white and strong at noon, orange at the horizon, none below; the sky follows.
render::Environment withSun(const render::Environment& base, float azimuth_degrees, float height_degrees);

// Sunrise at 6, noon at 12, sunset at 20.
render::Environment atHour(const render::Environment& base, float hour);

// The direction of a sun, for the controls to begin with.
void anglesOf(const glm::vec3& to_sun, float& azimuth_degrees, float& height_degrees);

}  // namespace impasto::app
