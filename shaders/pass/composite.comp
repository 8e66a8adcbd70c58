// The painting over the frame. plugin/src/pass/composite_reference.h says what is computed; each invocation reads its
// own pixel of `color` before it writes it to `target`, which may be the same image.
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_samplerless_texture_functions : require
#include "generator/layout.glsl"
#include "pass/color.glsl"
#include "pass/composite_bindings.glsl"

// The input's value in the output's encoding, unpainted.
vec3 converted(vec3 value) {
  if (kInputEncoding == kOutputEncoding) return value;
  if (kOutputEncoding == kEncodingSrgb) return srgbEncode(clampTo(value * exposure, 0.0, 1.0));
  return srgbDecode(clampTo(value, 0.0, 1.0)) / exposure;
}

vec3 toned(vec3 seen, vec3 paint, float fine) {
  float paint_luma = luma(paint);
  vec3 paint_chroma = paint - paint_luma;
  vec3 chroma = paint_chroma + color_preservation * ((seen - luma(seen)) - paint_chroma);
  return clampTo(paint_luma + chroma + detail * fine, 0.0, 1.0);
}

void main() {
  uvec2 at = gl_GlobalInvocationID.xy;
  if (at.x >= frame_extent.x || at.y >= rows) return;
  ivec2 pixel = ivec2(at.x, at.y + first_row);
  vec4 value = texelFetch(color, pixel, 0);
  float amount = strength;
  if (has_mask != 0) amount *= clampTo(texelFetch(mask, pixel, 0).r, 0.0, 1.0);

  vec3 result = converted(value.rgb);
  if (amount > 0.0) {
    float highlight;
    vec3 seen = seenColor(value.rgb, kInputEncoding, exposure, highlight);
    uint index = quadIndex(at.y, at.x, quad, 0, row_quads, width);
    vec3 paint = clampTo(loadQuad(painted.data[index]).rgb, 0.0, 1.0);
    float fine = detail > 0.0 ? high_pass.data[at.y * high_pass_pitch + at.x] : 0.0;
    vec3 encoded = seen + amount * (toned(seen, paint, fine) - seen);
    if (kOutputEncoding == kEncodingLinear) {
      result = srgbDecode(encoded) * highlight / exposure;
    } else {
      result = highlight > 1.0 ? srgbEncode(min(srgbDecode(encoded) * highlight, 1.0)) : encoded;
    }
  }
  imageStore(target, pixel, vec4(result, value.a));
}
