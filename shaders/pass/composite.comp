// The painting over the frame. plugin/src/pass/composite_reference.h says what is computed; each invocation reads its
// own pixel of `color` before it writes it to `target`, which may be the same image.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/layout.glsl"
#include "pass/composite_bindings.glsl"

vec3 unpainted(vec3 value) {
  if (kInputEncoding == kOutputEncoding) return kSameFormat != 0 ? value : limited(value, frame.color.w);
  return encodeColor(decodeColor(value, kInputEncoding, frame.color.x), kOutputEncoding, frame.color.y, frame.color.w);
}

vec3 toned(vec3 seen, vec3 paint, float fine) {
  float paint_luma = luma(paint);
  vec3 paint_chroma = paint - paint_luma;
  vec3 chroma = paint_chroma + frame.controls.y * ((seen - luma(seen)) - paint_chroma);
  return clampTo(paint_luma + chroma + frame.controls.z * fine, 0.0, 1.0);
}

void main() {
  uvec2 at = gl_GlobalInvocationID.xy;
  ivec2 pixel = ivec2(at.x, at.y + band.first_row);
  if (at.x >= frame.extent.x || at.y >= band.rows) return;
  int layer = int(band.layer);
  vec4 value = fetchTexel(color, pixel + frame.color_output.xy, layer);
  float amount = frame.controls.x;
  if (frame.given.x != 0) {
    amount *= clampTo(fetchTexel(mask, pixel + frame.mask_depth.xy, layer).r, 0.0, 1.0);
  }

  vec3 result = unpainted(value.rgb);
  if (amount > 0.0) {
    float highlight;
    vec3 seen = seenColor(value.rgb, kInputEncoding, frame.color.x, highlight);
    uint index = quadIndex(at.y, at.x, band.quad, 0, band.row_quads, band.pitch);
    vec3 paint = clampTo(loadQuad(painted.data[index]).rgb, 0.0, 1.0);
    float fine = frame.controls.z > 0.0 ? high_pass.data[at.y * band.plain_pitch + at.x] : 0.0;
    result = seen + amount * (toned(seen, paint, fine) - seen);
    if (kOutputEncoding != kEncodingSrgb || highlight > 1.0) {
      result = encodeColor(srgbDecode(result) * highlight, kOutputEncoding, frame.color.y, frame.color.w);
    }
  }
  storeTexel(target, pixel + frame.color_output.zw, layer, vec4(result, value.a));
}
