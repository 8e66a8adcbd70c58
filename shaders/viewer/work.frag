// A frame made smaller; samples/viewer/painting/work_frame.h.
#version 460

layout(set = 0, binding = 0) uniform sampler2D color;
layout(set = 0, binding = 1) uniform sampler2D depth;
layout(set = 0, binding = 2) uniform sampler2D normal;
layout(set = 0, binding = 3) uniform sampler2D motion;
layout(push_constant) uniform Push {
  vec2 source, extent;
};

layout(location = 0) out vec4 out_color;
layout(location = 1) out float out_depth;
layout(location = 2) out vec4 out_normal;
layout(location = 3) out vec2 out_motion;

void main() {
  vec2 scale = source / extent;
  vec2 low = (gl_FragCoord.xy - 0.5) * scale;
  // The average of what lies under the pixel; each tap is a bilinear one of up to two pixels a side.
  ivec2 taps = clamp(ivec2(ceil(scale * 0.5)), ivec2(1), ivec2(16));
  vec3 sum = vec3(0.0);
  for (int y = 0; y < taps.y; ++y) {
    for (int x = 0; x < taps.x; ++x) {
      sum += textureLod(color, (low + (vec2(x, y) + 0.5) / vec2(taps) * scale) / source, 0.0).rgb;
    }
  }
  out_color = vec4(sum / float(taps.x * taps.y), 1.0);
  ivec2 middle = min(ivec2(low + 0.5 * scale), ivec2(source) - 1);
  out_depth = texelFetch(depth, middle, 0).r;
  out_normal = texelFetch(normal, middle, 0);
  out_motion = texelFetch(motion, middle, 0).rg / scale;
}
