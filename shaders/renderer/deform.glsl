// Movement that the vertex shader makes: wind, cloth and waves, as pure functions of place and time, so that the
// previous frame's position, and with it the motion vector, is one more call. All frequencies are whole multiples of
// a 10 s loop.
#ifndef IMPASTO_RENDERER_DEFORM_GLSL
#define IMPASTO_RENDERER_DEFORM_GLSL

const float kLoop = 0.62831853;  // 2 pi / 10 s

struct Wave { vec2 k; float amplitude; float turns; };
const Wave kWaves[5] = Wave[5](Wave(vec2(0.31, 0.22), 0.075, 5.0), Wave(vec2(-0.18, 0.47), 0.06, 7.0),
                               Wave(vec2(0.83, -0.41), 0.032, 11.0), Wave(vec2(0.92, 1.07), 0.022, 13.0),
                               Wave(vec2(-1.9, 1.1), 0.012, 17.0));

float waveHeight(vec2 p, float seconds) {
  float height = 0.0;
  for (int i = 0; i < 5; ++i)
    height += kWaves[i].amplitude * sin(dot(kWaves[i].k, p) + kLoop * kWaves[i].turns * seconds);
  return height;
}

// Gradient of waveHeight plus `fine` ripples too small for vertices.
vec2 waveSlope(vec2 p, float seconds, float fine) {
  vec2 slope = vec2(0.0);
  for (int i = 0; i < 5; ++i)
    slope += kWaves[i].k * kWaves[i].amplitude * cos(dot(kWaves[i].k, p) + kLoop * kWaves[i].turns * seconds);
  vec2 k = vec2(2.3, 1.4);
  float amplitude = 0.016 * fine;
  for (int i = 0; i < 5; ++i) {
    slope += k * amplitude * cos(dot(k, p) + kLoop * (15.0 + 4.0 * float(i)) * seconds + float(i) * 2.1);
    k = mat2(-0.68, 0.96, -1.05, -0.82) * k;
    amplitude *= 0.72;
  }
  return slope;
}

vec3 deform(vec3 world, float sway, uint deformation, float seconds) {
  if (deformation == kDeformWaves) {
    world.y += sway * waveHeight(world.xz, seconds);
  } else if (deformation == kDeformWind) {
    float gust = sin(dot(world.xz, vec2(0.21, 0.13)) - kLoop * 4.0 * seconds);
    float flutter = sin(dot(world, vec3(1.7, 2.3, 1.1)) - kLoop * 13.0 * seconds);
    world.xz += sway * (vec2(0.7, 0.3) * (0.35 + 0.65 * gust) + vec2(0.22, -0.3) * flutter);
    world.y -= sway * 0.15 * gust * gust;
  } else if (deformation == kDeformCloth) {
    float phase = dot(world, vec3(1.35, 0.8, 1.1)) - kLoop * 9.0 * seconds;
    world += sway * vec3(0.25 * cos(phase * 1.3), 0.35 * sin(phase * 0.7), sin(phase) + 0.35 * sin(2.1 * phase));
  }
  return world;
}

#endif
