#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/color.glsl"
#include "renderer/tonemap.glsl"

// Four samples a pixel to one: colour is tonemapped and averaged (a bright sample cannot swallow its neighbours), the
// rest is sample 0, because an average of two depths or two motions is neither.
layout(set = 0, binding = 0) uniform sampler2DMS color_samples;
layout(set = 0, binding = 1) uniform sampler2DMS depth_samples;
layout(set = 0, binding = 2) uniform sampler2DMS normal_samples;
layout(set = 0, binding = 3) uniform sampler2DMS motion_samples;
layout(set = 0, binding = 4) uniform sampler2DMS base_color_samples;
layout(set = 0, binding = 5) uniform usampler2DMS object_samples;
layout(set = 0, binding = 6) uniform sampler2D open_map;  // half resolution: openness, depth
layout(push_constant) uniform Push {
  float exposure;
  uint tonemap;
  uint occluded;  // 0: open_map was not drawn
} push;

layout(location = 0) out vec4 out_display;  // sRGB-encoded
layout(location = 1) out float out_depth;
layout(location = 2) out vec4 out_normal;
layout(location = 3) out vec2 out_motion;
layout(location = 4) out vec4 out_base_color;
layout(location = 5) out uint out_object;
layout(location = 6) out vec4 out_hdr;  // linear, before exposure

// Of the four half-resolution neighbours, those at this pixel's depth count.
float openness(ivec2 pixel, float depth) {
  ivec2 last = textureSize(open_map, 0) - 1;
  vec2 place = (vec2(pixel) + 0.5) * 0.5 - 0.5;
  ivec2 corner = ivec2(floor(place));
  vec2 f = place - vec2(corner);
  float sum = 0.0, weights = 0.0;
  for (int i = 0; i < 4; ++i) {
    ivec2 step_to = ivec2(i & 1, i >> 1);
    vec2 tap = texelFetch(open_map, clamp(corner + step_to, ivec2(0), last), 0).rg;
    vec2 share = mix(1.0 - f, f, vec2(step_to));
    float weight = share.x * share.y * max(1.0 - abs(tap.g - depth) / (0.05 * depth), 1e-3) + 1e-6;
    sum += tap.r * weight;
    weights += weight;
  }
  return sum / weights;
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  out_depth = texelFetch(depth_samples, pixel, 0).r;
  float closed = push.occluded != 0u ? 1.0 - openness(pixel, out_depth) : 0.0;
  vec3 display = vec3(0.0), linear = vec3(0.0);
  for (int i = 0; i < 4; ++i) {
    vec3 color = texelFetch(color_samples, pixel, i).rgb;
    if (closed > 0.0) color *= 1.0 - closed * texelFetch(base_color_samples, pixel, i).a;
    linear += color;
    display += tonemap(color * push.exposure, push.tonemap);
  }
  out_display = vec4(encodeSrgb(display * 0.25), 1.0);
  out_hdr = vec4(linear * 0.25, 1.0);
  out_normal = texelFetch(normal_samples, pixel, 0);
  out_motion = texelFetch(motion_samples, pixel, 0).rg;
  out_base_color = vec4(texelFetch(base_color_samples, pixel, 0).rgb, 1.0);
  out_object = texelFetch(object_samples, pixel, 0).r;
}
