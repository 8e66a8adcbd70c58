// Colour arithmetic of the pass; plugin/src/pass/composite_reference.cpp is the same in C++ and says what it means.
#ifndef IMPASTO_PASS_COLOR_GLSL
#define IMPASTO_PASS_COLOR_GLSL

const uint kEncodingSrgb = 0;  // ImpastoColorEncoding
const uint kEncodingLinear = 1;
const float kLargestColor = 65504.0;

// NaN becomes `low`: the comparison is false.
float clampTo(float value, float low, float high) { return value > low ? min(value, high) : low; }
vec3 clampTo(vec3 v, float low, float high) {
  return vec3(clampTo(v.r, low, high), clampTo(v.g, low, high), clampTo(v.b, low, high));
}

// IEC 61966-2-1.
vec3 srgbEncode(vec3 linear) {
  return mix(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, lessThanEqual(linear, vec3(0.0031308)));
}
vec3 srgbDecode(vec3 encoded) {
  return mix(pow((encoded + 0.055) / 1.055, vec3(2.4)), encoded / 12.92, lessThanEqual(encoded, vec3(0.04045)));
}

// ITU-R BT.709, of encoded values.
float luma(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

// What the generator sees of a pixel: sRGB-encoded, [0, 1]. Linear pixels brighter than display white are divided by
// their largest component, `highlight`; it is 1 otherwise.
vec3 seenColor(vec3 value, uint encoding, float exposure, out float highlight) {
  highlight = 1.0;
  if (encoding == kEncodingSrgb) return clampTo(value, 0.0, 1.0);
  vec3 linear = clampTo(value * exposure, 0.0, kLargestColor);
  highlight = max(max(1.0, linear.r), max(linear.g, linear.b));
  return srgbEncode(linear / highlight);
}

#endif
