#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/color.glsl"

// The frame at hand, drawn a little beside the pixels' middles, with what frames before it have gathered (Karis 2014):
// fetched along the exact motion of the nearest surface around (so that edges go with what they are the edge of), left
// out where that surface was hidden or outside, and held to the colours of the 3x3 pixels around (Salvi 2016), so that
// what motion vectors do not tell of, such as shadows, leaves no trail.
layout(set = 0, binding = 0) uniform sampler2D color;         // of the frame at hand, sRGB-encoded
layout(set = 0, binding = 1) uniform sampler2D hdr;
layout(set = 0, binding = 2) uniform sampler2D depth;
layout(set = 0, binding = 3) uniform sampler2D normal;        // alpha: depth of the same point in the frame before
layout(set = 0, binding = 4) uniform sampler2D motion;
layout(set = 0, binding = 5) uniform sampler2D before_color;  // linear display light; alpha: depth of the nearest around
layout(set = 0, binding = 6) uniform sampler2D before_hdr;    // alpha: of how many frames it is made
layout(push_constant) uniform Push { float has_before; } push;  // 1, or 0 after a cut

layout(location = 0) out vec4 out_display;  // sRGB-encoded
layout(location = 1) out vec4 out_hdr;
layout(location = 2) out vec4 out_kept_color;
layout(location = 3) out vec4 out_kept_hdr;

const float kMostFrames = 16.0;
const float kDepthTolerance = 0.03;  // of the depth
const float kSpread = 2.0;          // standard deviations that the past may be off

// Catmull-Rom in five bilinear look-ups (Jimenez 2016): the past stays sharp however often it is fetched.
vec3 sharp(sampler2D source, vec2 place, vec2 extent) {
  vec2 middle = floor(place - 0.5) + 0.5, f = place - middle;
  vec2 w0 = f * (-0.5 + f * (1.0 - 0.5 * f)), w1 = 1.0 + f * f * (-2.5 + 1.5 * f);
  vec2 w2 = f * (0.5 + f * (2.0 - 1.5 * f)), w3 = f * f * (-0.5 + 0.5 * f);
  vec2 w12 = w1 + w2;
  vec2 low = (middle - 1.0) / extent, high = (middle + 2.0) / extent, mid = (middle + w2 / w12) / extent;
  vec4 sum = vec4(textureLod(source, vec2(mid.x, low.y), 0.0).rgb, 1.0) * (w12.x * w0.y) +
             vec4(textureLod(source, vec2(low.x, mid.y), 0.0).rgb, 1.0) * (w0.x * w12.y) +
             vec4(textureLod(source, mid, 0.0).rgb, 1.0) * (w12.x * w12.y) +
             vec4(textureLod(source, vec2(high.x, mid.y), 0.0).rgb, 1.0) * (w3.x * w12.y) +
             vec4(textureLod(source, vec2(mid.x, high.y), 0.0).rgb, 1.0) * (w12.x * w3.y);
  return max(sum.rgb / sum.a, 0.0);
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy), last = textureSize(color, 0) - 1;
  vec2 extent = vec2(last + 1);
  vec3 now = vec3(0.0), now_hdr = vec3(0.0), sum = vec3(0.0), squares = vec3(0.0), most_hdr = vec3(0.0), least_hdr = vec3(1e9);
  ivec2 nearest = pixel;
  float near_depth = 1e30;
  for (int y = -1; y <= 1; ++y) {
    for (int x = -1; x <= 1; ++x) {
      ivec2 at = clamp(pixel + ivec2(x, y), ivec2(0), last);
      vec3 display = decodeSrgb(texelFetch(color, at, 0).rgb), light = texelFetch(hdr, at, 0).rgb;
      bool center = x == 0 && y == 0;
      now = center ? display : now;
      now_hdr = center ? light : now_hdr;
      sum += display;
      squares += display * display;
      most_hdr = max(most_hdr, light);
      least_hdr = min(least_hdr, light);
      float d = texelFetch(depth, at, 0).r;
      nearest = d < near_depth ? at : nearest;
      near_depth = min(near_depth, d);
    }
  }
  vec3 mean = sum / 9.0, spread = kSpread * sqrt(max(squares / 9.0 - mean * mean, 0.0));

  vec2 then = vec2(pixel) + 0.5 + texelFetch(motion, nearest, 0).rg;
  float expected = texelFetch(normal, nearest, 0).a;
  float inside = all(greaterThanEqual(then, vec2(0.0))) && all(lessThanEqual(then, extent)) ? push.has_before : 0.0;
  // The same surface is among the four pixels that it was found between.
  ivec2 corner = ivec2(floor(then - 0.5));
  float off = 1e30, frames = kMostFrames;
  for (int i = 0; i < 4; ++i) {
    ivec2 at = clamp(corner + ivec2(i & 1, i >> 1), ivec2(0), last);
    off = min(off, abs(texelFetch(before_color, at, 0).a - expected));
    frames = min(frames, texelFetch(before_hdr, at, 0).a);
  }
  frames = off <= kDepthTolerance * expected ? frames * inside : 0.0;
  frames = frames > 0.0 ? frames : 0.0;  // nothing is known of what lay in memory before the first frame
  vec3 past = now, past_hdr = now_hdr;
  if (frames > 0.0) {
    past = clamp(sharp(before_color, then, extent), mean - spread, mean + spread);
    past_hdr = clamp(sharp(before_hdr, then, extent), least_hdr, most_hdr);
  }
  float share = 1.0 / (frames + 1.0);
  vec3 display = mix(past, now, share), light = mix(past_hdr, now_hdr, share);
  out_display = vec4(encodeSrgb(display), 1.0);
  out_hdr = vec4(light, 1.0);
  out_kept_color = vec4(display, near_depth);
  out_kept_hdr = vec4(light, min(frames + 1.0, kMostFrames));
}
