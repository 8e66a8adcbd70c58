// The history input. plugin/src/pass/reproject_reference.h has the definition and its reasons; texels as in pack.comp.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/layout.glsl"
#include "pass/history_bindings.glsl"

vec4 catmullRom(float f) {
  return vec4(f * (-0.5 + f * (1.0 - 0.5 * f)), 1.0 + f * f * (-2.5 + 1.5 * f), f * (0.5 + f * (2.0 - 1.5 * f)),
              f * f * (-0.5 + 0.5 * f));
}

ivec2 inside(ivec2 texel) { return clamp(texel, ivec2(0), ivec2(frame.previous.xy) - 1); }

vec3 paintedAt(ivec2 texel) {
  uvec2 at = uvec2(inside(texel));
  uint index = quadIndex(at.y, at.x, band.previous_quad, 0, band.previous_row_quads, band.previous_pitch);
  return clampTo(loadQuad(painted.data[index]).rgb, 0.0, 1.0);
}

vec3 sharp(ivec2 first, vec2 f) {
  vec4 wx = catmullRom(f.x), wy = catmullRom(f.y);
  vec3 sum = vec3(0.0), low = vec3(1.0), high = vec3(0.0);
  for (int j = 0; j < 4; ++j) {
    for (int i = 0; i < 4; ++i) {
      vec3 value = paintedAt(first + ivec2(i, j) - 1);
      sum += wy[j] * wx[i] * value;
      if (i == 1 || i == 2) {
        if (j == 1 || j == 2) {
          low = min(low, value);
          high = max(high, value);
        }
      }
    }
  }
  return clamp(sum, low, high);
}

// 1 / (1 + metres) that this pixel's surface had in the previous frame.
float expectedDepth(ivec2 pixel) {
  float now = packedDepthAt(pixel);
  vec3 s = vec3(vec2(pixel) + 0.5, 1.0);
  float below = now + (1.0 - now) * dot(frame.expected_scale.xyz, s) + now * dot(frame.expected_offset.xyz, s);
  return below > now ? now / below : 1.0;
}

float validity(ivec2 pixel, ivec2 first, vec2 f) {
  float then = expectedDepth(pixel);
  vec3 low = vec3(1.0), high = vec3(0.0);
  float agreement = 0.0;
  for (int tap = 0; tap < 4; ++tap) {
    ivec2 offset = ivec2(tap & 1, tap >> 1);
    uvec2 at = uvec2(inside(first + offset));
    uvec2 kept = previous_plain.data[at.y * band.plain_pitch + at.x];
    vec3 value = vec3(kept.x & 1023u, kept.x >> 10 & 1023u, kept.x >> 20) / 1023.0;
    low = min(low, value);
    high = max(high, value);
    vec2 weight = mix(1.0 - f, f, vec2(offset));
    float difference = abs(uintBitsToFloat(kept.y) - then) / (then + 0.001);
    agreement += weight.x * weight.y * (1.0 - smoothstep(0.05, 0.1, difference));
  }
  agreement = max(agreement, 1.0 - frame.previous_known.x);
  vec3 seen = seenAt(pixel);
  vec3 difference = max(max(low - seen, seen - high), 0.0);
  float largest = max(difference.r, max(difference.g, difference.b));
  return agreement * (1.0 - smoothstep(8.0 / 255.0, 32.0 / 255.0, largest)) * frame.controls.w;
}

vec4 historyAt(ivec2 pixel) {
  vec2 moved = fetchTexel(motion, pixel + frame.normals_motion.zw, int(band.layer)).rg;
  moved = moved * frame.motion.xy + frame.motion.zw;
  vec2 q = (vec2(pixel) + 0.5 + moved) * frame.previous.zw;
  bool visible = q.x >= 0.0 && q.x <= frame.previous.x && q.y >= 0.0 && q.y <= frame.previous.y;
  if (!visible) return vec4(0.0);
  vec2 t = floor((q - 0.5) * 256.0 + 0.5) / 256.0;
  ivec2 first = ivec2(floor(t));
  vec2 f = t - floor(t);
  return vec4(sharp(first, f), validity(pixel, first, f));
}

void main() {
  uvec2 texel = gl_GlobalInvocationID.xy;
  if (texel.x >= frame.extent.z || texel.y >= band.rows) return;
  ivec2 pixel = ivec2(min(uvec2(texel.x, texel.y + band.first_row), frame.extent.xy - 1));
  history.data[quadIndex(texel.y, texel.x, band.quad, 0, band.row_quads, band.pitch)] = storeQuad(historyAt(pixel));
}
