// What the window shows of a frame: plain and painted, beside or over each other, or one of the renderer's pictures.
// Numbers as in samples/viewer/model/state.h.
#version 460

layout(set = 0, binding = 0) uniform sampler2D plain;
layout(set = 0, binding = 1) uniform sampler2D painted;
layout(set = 0, binding = 2) uniform sampler2D incoming;  // the style that is fading in
layout(set = 0, binding = 3) uniform sampler2D depth;
layout(set = 0, binding = 4) uniform sampler2D normal;  // alpha: depth of the same point in the frame before
layout(set = 0, binding = 5) uniform sampler2D base_color;
layout(set = 0, binding = 6) uniform usampler2D object;
layout(set = 0, binding = 7) uniform sampler2D motion;
layout(set = 0, binding = 8) uniform sampler2D previous_painted;
layout(set = 0, binding = 9) uniform sampler2D previous_plain;
layout(set = 0, binding = 10) uniform sampler2D previous_depth;
layout(push_constant) uniform Push {
  ivec2 extent;  // of one picture, pixels; side by side there are two
  uint layout_kind, shown, selected, has_previous;
  float split;  // pixels
  float fade, gain, depth_unit, line_width;
};

layout(location = 0) out vec4 result;

const uint kPainted = 0u, kPlain = 1u, kSplit = 2u, kSideBySide = 3u, kDifference = 4u;
const uint kPicture = 0u, kDepth = 1u, kNormals = 2u, kBaseColor = 3u, kObjects = 4u, kMotion = 5u, kHistory = 6u,
           kValidity = 7u;
const float kSky = 64000.0;  // metres; deeper is sky
const vec3 kAccent = vec3(0.93, 0.68, 0.26);

vec3 hue(float turn) { return clamp(abs(fract(turn + vec3(0.0, 2.0, 1.0) / 3.0) * 6.0 - 3.0) - 1.0, 0.0, 1.0); }

vec3 paintedAt(ivec2 pixel) {
  vec3 now = texelFetch(painted, pixel, 0).rgb;
  return fade > 0.0 ? mix(now, texelFetch(incoming, pixel, 0).rgb, fade) : now;
}

// The frame before, where this pixel's surface was then, and how far it can be trusted: inside the frame, at the depth
// that it should have, not of another colour.
vec3 historyAt(ivec2 pixel, out float validity) {
  vec2 then = vec2(pixel) + 0.5 + texelFetch(motion, pixel, 0).rg;
  validity = 0.0;
  if (has_previous == 0u || any(lessThan(then, vec2(0.0))) || any(greaterThan(then, vec2(extent)))) return vec3(0.0);
  vec2 at = then / vec2(extent);
  float expected = texelFetch(normal, pixel, 0).a, found = textureLod(previous_depth, at, 0.0).r;
  float by_depth = 1.0 - smoothstep(0.05, 0.1, abs(found - expected) / max(expected, 1e-4));
  if (expected > kSky || expected <= 0.0) by_depth = found > kSky ? 1.0 : 0.0;
  vec3 difference = abs(textureLod(previous_plain, at, 0.0).rgb - texelFetch(plain, pixel, 0).rgb);
  float by_color = 1.0 - smoothstep(8.0 / 255.0, 32.0 / 255.0, max(difference.r, max(difference.g, difference.b)));
  validity = by_depth * by_color;
  return textureLod(previous_painted, at, 0.0).rgb;
}

vec3 shownAt(ivec2 pixel) {
  if (shown == kDepth) {
    float d = texelFetch(depth, pixel, 0).r;
    float near = 1.0 / (1.0 + d / depth_unit);
    return d > kSky ? vec3(0.02, 0.04, 0.09) : mix(vec3(0.05, 0.08, 0.16), vec3(1.0, 0.95, 0.85), near);
  }
  if (shown == kNormals) return texelFetch(normal, pixel, 0).rgb * 0.5 + 0.5;
  if (shown == kBaseColor) return texelFetch(base_color, pixel, 0).rgb;
  if (shown == kObjects) {
    uint id = texelFetch(object, pixel, 0).r;
    if (id == 0u) return vec3(0.04);
    return mix(vec3(0.5), hue(fract(float(id) * 0.618034)), 0.55) * (0.65 + 0.35 * fract(float(id) * 0.381966));
  }
  if (shown == kMotion) {
    vec2 moved = -texelFetch(motion, pixel, 0).rg;  // the way it went
    float pixels = length(moved);
    vec3 direction = hue(atan(moved.y, moved.x) / 6.2831853 + 0.5);
    return mix(vec3(0.07), direction, clamp(pixels * gain / 16.0, 0.0, 1.0));
  }
  if (shown == kHistory || shown == kValidity) {
    float validity;
    vec3 before = historyAt(pixel, validity);
    if (shown == kValidity) {
      float grey = dot(texelFetch(plain, pixel, 0).rgb, vec3(0.2126, 0.7152, 0.0722));
      return mix(vec3(0.78, 0.12, 0.10), vec3(0.25 + 0.7 * grey), validity);
    }
    float check = float((pixel.x / 8 + pixel.y / 8) & 1);
    return mix(vec3(0.10 + 0.05 * check), before, validity);
  }
  return texelFetch(plain, pixel, 0).rgb;
}

float outline(ivec2 pixel) {
  if (selected == 0u) return 0.0;
  bool here = texelFetch(object, pixel, 0).r == selected;
  int reach = int(line_width);
  for (int i = 0; i < 4; ++i) {
    ivec2 other = pixel + ivec2(i == 0 ? reach : i == 1 ? -reach : 0, i == 2 ? reach : i == 3 ? -reach : 0);
    if ((texelFetch(object, clamp(other, ivec2(0), extent - 1), 0).r == selected) != here) return 1.0;
  }
  return 0.0;
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  bool second = layout_kind == kSideBySide && pixel.x >= extent.x;
  if (second) pixel.x -= extent.x;
  pixel = min(pixel, extent - 1);
  bool right = layout_kind == kSplit && gl_FragCoord.x >= split;
  vec3 color;
  if (second || right || (layout_kind == kPainted && shown == kPicture)) {
    color = paintedAt(pixel);
  } else if (layout_kind == kDifference && shown == kPicture) {
    color = abs(paintedAt(pixel) - texelFetch(plain, pixel, 0).rgb) * gain;
  } else {
    color = shownAt(pixel);
  }
  color = mix(color, kAccent, 0.9 * outline(pixel));
  if (layout_kind == kSplit && split > 0.0 && split < float(extent.x)) {
    float away = abs(gl_FragCoord.x - split);
    color = mix(color, vec3(0.0), 0.35 * clamp(line_width + 1.5 - away, 0.0, 1.0));
    color = mix(color, vec3(1.0), clamp(line_width * 0.5 + 0.5 - away, 0.0, 1.0));
  }
  if (layout_kind == kSideBySide && abs(gl_FragCoord.x - float(extent.x)) < 1.0) color = vec3(0.0);
  result = vec4(color, 1.0);
}
