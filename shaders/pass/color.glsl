// Colour arithmetic of the pass: what the numbers in an image mean, as linear light and back. plugin/src/pass/color.h
// is the same in C++ and says what it means.
#ifndef IMPASTO_PASS_COLOR_GLSL
#define IMPASTO_PASS_COLOR_GLSL

const uint kEncodingSrgb = 0;  // ImpastoColorEncoding
const uint kEncodingLinear = 1;
const uint kEncodingScrgb = 2;
const uint kEncodingHdr10 = 3;
const float kLargestColor = 65504.0;

// NaN becomes `low`: the comparison is false.
float clampTo(float value, float low, float high) { return value > low ? min(value, high) : low; }
vec3 clampTo(vec3 v, float low, float high) {
  return vec3(clampTo(v.r, low, high), clampTo(v.g, low, high), clampTo(v.b, low, high));
}

// Of either sign; NaN becomes 0.
float limited(float value, float largest) {
  return value > 0.0 ? min(value, largest) : (value < 0.0 ? max(value, -largest) : 0.0);
}
vec3 limited(vec3 v, float largest) { return vec3(limited(v.r, largest), limited(v.g, largest), limited(v.b, largest)); }

// IEC 61966-2-1.
vec3 srgbEncode(vec3 linear) {
  return mix(1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, 12.92 * linear, lessThanEqual(linear, vec3(0.0031308)));
}
vec3 srgbDecode(vec3 encoded) {
  return mix(pow((encoded + 0.055) / 1.055, vec3(2.4)), encoded / 12.92, lessThanEqual(encoded, vec3(0.04045)));
}

// SMPTE ST 2084, of 10000 cd/m2.
const float kPqM1 = 0.1593017578125, kPqM2 = 78.84375, kPqC1 = 0.8359375, kPqC2 = 18.8515625, kPqC3 = 18.6875;
vec3 pqEncode(vec3 linear) {
  vec3 y = pow(linear, vec3(kPqM1));
  return pow((kPqC1 + kPqC2 * y) / (1.0 + kPqC3 * y), vec3(kPqM2));
}
vec3 pqDecode(vec3 encoded) {
  vec3 n = pow(encoded, vec3(1.0 / kPqM2));
  return pow(max(n - kPqC1, 0.0) / (kPqC2 - kPqC3 * n), vec3(1.0 / kPqM1));
}

// Linear light between the primaries of ITU-R BT.709 and BT.2020, both with D65 white.
vec3 bt2020FromBt709(vec3 c) {
  return vec3(dot(c, vec3(0.6274038959, 0.3292830384, 0.0433130657)),
              dot(c, vec3(0.0690972894, 0.9195403951, 0.0113623156)),
              dot(c, vec3(0.0163914389, 0.0880133079, 0.8955952532)));
}
vec3 bt709FromBt2020(vec3 c) {
  return vec3(dot(c, vec3(1.6604910021, -0.5876411388, -0.0728498633)),
              dot(c, vec3(-0.1245504745, 1.1328998971, -0.0083494226)),
              dot(c, vec3(-0.0181507634, -0.100578898, 1.1187296614)));
}

// Linear light, BT.709 primaries, 1 = display white; negative outside the primaries. `scale`: displayWhiteScale().
vec3 decodeColor(vec3 value, uint encoding, float scale) {
  if (encoding == kEncodingSrgb) return srgbDecode(clampTo(value, 0.0, 1.0));
  if (encoding == kEncodingHdr10) return bt709FromBt2020(pqDecode(clampTo(value, 0.0, 1.0)) * (10000.0 * scale));
  return limited(value * scale, kLargestColor);
}

// `scale`: 1 / displayWhiteScale(); `largest`: what the output can hold.
vec3 encodeColor(vec3 linear, uint encoding, float scale, float largest) {
  if (encoding == kEncodingSrgb) return srgbEncode(clampTo(linear, 0.0, 1.0));
  if (encoding == kEncodingHdr10) {
    return pqEncode(clampTo(bt2020FromBt709(linear) * (scale / 10000.0), 0.0, 1.0));
  }
  return limited(linear * scale, largest);
}

// ITU-R BT.709, of encoded values.
float luma(vec3 c) { return dot(c, vec3(0.2126, 0.7152, 0.0722)); }

// What the generator sees of a pixel: sRGB-encoded, [0, 1]. Pixels brighter than display white are divided by their
// largest component, `highlight`; it is 1 otherwise.
vec3 seenColor(vec3 value, uint encoding, float scale, out float highlight) {
  highlight = 1.0;
  if (encoding == kEncodingSrgb) return clampTo(value, 0.0, 1.0);
  vec3 linear = clampTo(decodeColor(value, encoding, scale), 0.0, kLargestColor);
  highlight = max(max(1.0, linear.r), max(linear.g, linear.b));
  return srgbEncode(linear / highlight);
}

#endif
