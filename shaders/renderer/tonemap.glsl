// Scene light to display light, both linear with sRGB's primaries; numbers shared with Tonemap of renderer/look.h.
#ifndef IMPASTO_RENDERER_TONEMAP_GLSL
#define IMPASTO_RENDERER_TONEMAP_GLSL

const uint kTonemapAgx = 0u, kTonemapAces = 1u, kTonemapNeutral = 2u, kTonemapNone = 3u;

// AgX (Troy Sobotka's; matrices and the polynomial fit of its contrast curve as published by Benjamin Wrensch), with a
// little of the saturation given back that its path to white takes.
vec3 agx(vec3 color) {
  color *= 1.35;  // so that a grey card comes out as with the others
  const mat3 kInset = mat3(0.842479062253094, 0.0423282422610123, 0.0423756549057051, 0.0784335999999992,
                           0.878468636469772, 0.0784336, 0.0792237451477643, 0.0791661274605434, 0.879142973793104);
  const mat3 kOutset = mat3(1.19687900512017, -0.0528968517574562, -0.0529716355144438, -0.0980208811401368,
                            1.15190312990417, -0.0980434501171241, -0.0990297440797205, -0.0989611768448433,
                            1.15107367264116);
  const float kLow = -12.47393, kHigh = 4.026069;  // stops
  vec3 x = clamp((log2(max(kInset * color, 1e-10)) - kLow) / (kHigh - kLow), 0.0, 1.0);
  vec3 x2 = x * x, x4 = x2 * x2;
  x = 15.5 * x4 * x2 - 40.14 * x4 * x + 31.96 * x4 - 6.868 * x2 * x + 0.4298 * x2 + 0.1191 * x - 0.00232;
  float grey = luminance(x);
  x = kOutset * max(mix(vec3(grey), pow(max(x, 0.0), vec3(1.35)), 1.4), 0.0);
  return pow(clamp(x, 0.0, 1.0), vec3(2.2));
}

// A filmic curve (fit of the ACES reference transform, Narkowicz 2015), on luminance and channels half and half, which
// keeps the hue of bright colours without neon.
float filmicCurve(float x) { return clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0); }

vec3 aces(vec3 color) {
  color = max(color * 0.62, 0.0);
  float grey = luminance(color);
  vec3 by_luminance = color * (filmicCurve(grey) / max(grey, 1e-4));
  vec3 by_channel = vec3(filmicCurve(color.r), filmicCurve(color.g), filmicCurve(color.b));
  return clamp(mix(by_channel, by_luminance, 0.5), 0.0, 1.0);
}

// Khronos PBR Neutral (2024): colours below 0.8 as they are.
vec3 neutral(vec3 color) {
  const float kStart = 0.8 - 0.04, kDesaturation = 0.15;
  float least = min(color.r, min(color.g, color.b));
  color -= least < 0.08 ? least - 6.25 * least * least : 0.04;
  float peak = max(color.r, max(color.g, color.b));
  if (peak < kStart) return color;
  float d = 1.0 - kStart, new_peak = 1.0 - d * d / (peak + d - kStart);
  color *= new_peak / peak;
  float g = 1.0 - 1.0 / (kDesaturation * (peak - new_peak) + 1.0);
  return mix(color, vec3(new_peak), g);
}

vec3 tonemap(vec3 color, uint kind) {
  color = max(color, 0.0);
  if (kind == kTonemapAgx) return agx(color);
  if (kind == kTonemapAces) return aces(color);
  if (kind == kTonemapNeutral) return clamp(neutral(color), 0.0, 1.0);
  return clamp(color, 0.0, 1.0);
}

#endif
