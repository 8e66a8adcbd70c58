#include "viewer/scene/daylight.h"

#include <algorithm>
#include <cmath>

namespace impasto::app {
namespace {

constexpr float kDegrees = 0.01745329252f;
constexpr float kSunrise = 6.0f, kSunset = 20.0f, kHighest = 62.0f;

float smooth(float low, float high, float x) {
  const float t = std::clamp((x - low) / (high - low), 0.0f, 1.0f);
  return t * t * (3.0f - 2.0f * t);
}

float brightness(const glm::vec3& color) { return std::max({color.r, color.g, color.b, 1e-3f}); }

}  // namespace

render::Environment withSun(const render::Environment& base, float azimuth_degrees, float height_degrees) {
  render::Environment now = base;
  const float azimuth = azimuth_degrees * kDegrees, height = height_degrees * kDegrees;
  // Light from below the horizon would shine through the ground.
  const float shown = std::max(height, 1.0f * kDegrees);
  now.to_sun = {std::sin(azimuth) * std::cos(shown), std::sin(shown), std::cos(azimuth) * std::cos(shown)};
  const float day = smooth(-6.0f, 12.0f, height_degrees);   // how light the sky is
  const float low = 1.0f - smooth(2.0f, 30.0f, height_degrees);  // how red the sun
  const float strength = std::max(brightness(base.sun_color), 3.0f) * smooth(-1.0f, 14.0f, height_degrees);
  now.sun_color = strength * glm::mix(glm::vec3(1.0f, 0.93f, 0.82f), glm::vec3(1.0f, 0.52f, 0.22f), low);
  if (height_degrees <= -1.0f) now.sun_color = glm::vec3(0.0f);
  const glm::vec3 dusk(0.95f, 0.50f, 0.30f);
  const float glow = low * smooth(-8.0f, 1.0f, height_degrees);
  const float light = std::max(day, 0.045f);  // nights are dark blue, not black
  const glm::vec3 night(0.55f, 0.70f, 1.25f);
  const glm::vec3 tint = glm::mix(night, glm::vec3(1.0f), day);
  now.zenith_color = base.zenith_color * light * tint;
  now.horizon_color = glm::mix(base.horizon_color, dusk * brightness(base.horizon_color), 0.7f * glow) * light * tint;
  now.ground_color = base.ground_color * light * tint;
  return now;
}

render::Environment atHour(const render::Environment& base, float hour) {
  // Height as a sine between sunrise and sunset, and as deep below at midnight; a turn of 15 degrees an hour.
  const float middle = (kSunrise + kSunset) * 0.5f, half = (kSunset - kSunrise) * 0.5f;
  const float away = std::remainder(hour - middle, 24.0f);
  const float height = std::abs(away) <= half
                           ? kHighest * std::cos(away / half * 1.5707963f)
                           : -30.0f * std::sin((std::abs(away) - half) / (12.0f - half) * 1.5707963f);
  float azimuth = 0.0f, unused = 0.0f;
  anglesOf(base.to_sun, azimuth, unused);
  return withSun(base, azimuth + (hour - 15.0f) * 15.0f, height);
}

void anglesOf(const glm::vec3& to_sun, float& azimuth_degrees, float& height_degrees) {
  const glm::vec3 unit = glm::normalize(to_sun);
  azimuth_degrees = std::fmod(std::atan2(unit.x, unit.z) / kDegrees + 360.0f, 360.0f);
  height_degrees = std::asin(std::clamp(unit.y, -1.0f, 1.0f)) / kDegrees;
}

}  // namespace impasto::app
