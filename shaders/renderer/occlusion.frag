#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/frame.glsl"

// Ambient occlusion at half resolution from depth and normals (McGuire et al. 2012, scalable ambient obscurance): how
// much of the half sphere above a point is covered nearby. Out: occlusion's complement, and depth for what blurs it.
layout(set = 1, binding = 1) uniform sampler2DMS depth_samples;
layout(set = 1, binding = 2) uniform sampler2DMS normal_samples;

layout(location = 0) out vec2 out_open;

const int kTaps = 10;

ivec2 clampPixel(ivec2 pixel) { return clamp(pixel, ivec2(0), ivec2(frame.extent) - 1); }

vec3 viewPosition(ivec2 pixel, float depth) {
  vec2 ndc = (vec2(pixel) + 0.5) / frame.extent * 2.0 - 1.0;
  return vec3(ndc.x * frame.tan_half_fov.x, -ndc.y * frame.tan_half_fov.y, -1.0) * depth;
}

void main() {
  ivec2 pixel = clampPixel(ivec2(gl_FragCoord.xy) * 2);
  float depth = texelFetch(depth_samples, pixel, 0).r;
  out_open = vec2(1.0, depth);
  if (depth >= frame.ground_color.w) return;
  vec3 here = viewPosition(pixel, depth);
  vec3 normal = mat3(frame.view) * texelFetch(normal_samples, pixel, 0).xyz;
  // Never farther than a twelfth of the way to the eye, so that near things do not darken half the picture.
  float radius = min(frame.occlusion_radius, depth * 0.12);
  float radius_pixels = radius / (depth * frame.tan_half_fov.y) * 0.5 * frame.extent.y;
  if (radius_pixels < 1.5) return;
  // A pattern of 4 x 4 turns, fixed to the screen and averaged away by the blur.
  ivec2 cell = ivec2(gl_FragCoord.xy) & 3;
  float turn = float((cell.x * 5 + cell.y * 7 + cell.x * cell.y) & 15) * (2.0 * kPi / 16.0);
  float sum = 0.0;
  for (int i = 0; i < kTaps; ++i) {
    float along = (float(i) + 0.5) / float(kTaps);
    float angle = along * (2.0 * kPi * 3.0) + turn;
    ivec2 tap = clampPixel(pixel + ivec2(vec2(cos(angle), sin(angle)) * along * radius_pixels));
    vec3 ray = viewPosition(tap, texelFetch(depth_samples, tap, 0).r) - here;
    float squared = dot(ray, ray);
    float rise = max(dot(ray, normal) - 0.02 * radius - 0.002 * depth, 0.0);
    float near_by = max(1.0 - squared / (radius * radius), 0.0);
    sum += near_by * near_by * rise * inversesqrt(squared + 1e-12);
  }
  out_open.x = clamp(1.0 - sum * (4.0 / float(kTaps)), 0.0, 1.0);
}
