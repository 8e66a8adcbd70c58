// Depth and normals as hosts have them, and as the generator sees them. plugin/src/pass/surface.h is the same in C++.
#ifndef IMPASTO_PASS_SURFACE_GLSL
#define IMPASTO_PASS_SURFACE_GLSL
#include "pass/color.glsl"

const uint kDepthLinear = 0;  // ImpastoDepthEncoding
const uint kNormalUnorm = 1;  // ImpastoNormalEncoding
const uint kNormalOctahedral = 2;
const uint kNormalOctahedralUnorm = 3;

// `transform`: DepthTransform.
float packDepth(float value, uint encoding, vec4 transform) {
  float v = clampTo(value, 0.0, encoding == kDepthLinear ? 1e30 : 1.0);
  float above = transform.x + transform.y * v;
  float below = transform.z + transform.w * v;
  return below / (below + above);
}

vec3 packNormal(vec3 value, uint encoding, vec4 to_view[3]) {
  bool unorm = encoding == kNormalUnorm || encoding == kNormalOctahedralUnorm;
  vec3 n = limited(unorm ? value * 2.0 - 1.0 : value, 1.0);
  if (encoding == kNormalOctahedral || encoding == kNormalOctahedralUnorm) {
    n.z = 1.0 - abs(n.x) - abs(n.y);
    if (n.z < 0.0) n.xy = (1.0 - abs(n.yx)) * vec2(n.x >= 0.0 ? 1.0 : -1.0, n.y >= 0.0 ? 1.0 : -1.0);
    n /= length(n);
  }
  return clampTo(vec3(dot(to_view[0].xyz, n), dot(to_view[1].xyz, n), dot(to_view[2].xyz, n)), -1.0, 1.0);
}

#endif
