// What the pass would make of a frame if its painting were the small one, enlarged: as compositeStrokes() of
// samples/common/stroke_scale.h.
#version 460

layout(set = 0, binding = 0) uniform sampler2D plain;
layout(set = 0, binding = 1) uniform sampler2D work;
layout(set = 0, binding = 2) uniform sampler2D painted_work;
layout(set = 0, binding = 3) uniform sampler2D mask;
layout(push_constant) uniform Push {
  vec2 extent, work_extent;  // pixels
  float strength, color_preservation, detail;
  uint masked;
};

layout(location = 0) out vec4 result;

float luma(vec3 color) { return dot(color, vec3(0.2126, 0.7152, 0.0722)); }  // BT.709

// Catmull-Rom: enlarged paint keeps its edges. The work frame is the corner of a larger picture.
vec3 enlarged(sampler2D image, vec2 at) {
  vec2 texel = at - 0.5, first = floor(texel), f = texel - first;
  vec2 w0 = f * (-0.5 + f * (1.0 - 0.5 * f)), w1 = 1.0 + f * f * (-2.5 + 1.5 * f),
       w2 = f * (0.5 + f * (2.0 - 1.5 * f)), w3 = f * f * (-0.5 + 0.5 * f);
  vec3 sum = vec3(0.0);
  for (int y = 0; y < 4; ++y) {
    for (int x = 0; x < 4; ++x) {
      vec2 weight = vec2(x == 0 ? w0.x : x == 1 ? w1.x : x == 2 ? w2.x : w3.x,
                         y == 0 ? w0.y : y == 1 ? w1.y : y == 2 ? w2.y : w3.y);
      ivec2 from = clamp(ivec2(first) + ivec2(x, y) - 1, ivec2(0), ivec2(work_extent) - 1);
      sum += weight.x * weight.y * texelFetch(image, from, 0).rgb;
    }
  }
  return clamp(sum, 0.0, 1.0);
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  vec2 at = gl_FragCoord.xy * work_extent / extent;
  vec4 seen = texelFetch(plain, pixel, 0);
  vec3 paint = enlarged(painted_work, at);
  float fine = detail > 0.0 ? detail * (luma(seen.rgb) - luma(enlarged(work, at))) : 0.0;
  vec3 kept = seen.rgb + luma(paint) - luma(seen.rgb);  // the frame's chroma, the painting's lightness
  vec3 toned = clamp(mix(paint, kept, color_preservation) + fine, 0.0, 1.0);
  float amount = masked != 0u ? strength * texelFetch(mask, pixel, 0).r : strength;
  result = vec4(mix(seen.rgb, toned, amount), seen.a);
}
