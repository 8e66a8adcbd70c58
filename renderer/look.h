// How scene light becomes a picture; none of it changes the G-buffer, but that with temporal smoothing it is of the
// pixels' middles, where it is else of their first samples.
#pragma once

#include <cstdint>

namespace impasto::render {

// Numbers shared with shaders/renderer/tonemap.glsl.
enum class Tonemap : uint32_t {
  Agx = 0,      // keeps detail in the brightest light, pales towards white
  Aces = 1,     // more contrast; bright walls merge sooner
  Neutral = 2,  // Khronos PBR Neutral: colours as the materials say
  None = 3      // clamps: for what is unlit
};

struct Look {
  Tonemap tonemap = Tonemap::Agx;
  float exposure_stops = 0.0f;  // on top of Environment::exposure
  bool ambient_occlusion = true;
  bool temporal_smoothing = false;  // TAA: gathers colour over frames (temporal_smoothing.h)
  bool lamp_shadows = false;  // of the brightest lamps (lamp_shadows.h); each draws the scene up to six times
};

}  // namespace impasto::render
