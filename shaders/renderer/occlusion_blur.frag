#version 460

// Averages the 4 x 4 turns of occlusion.frag, over what lies at the same depth.
layout(set = 0, binding = 0) uniform sampler2D open_map;

layout(location = 0) out vec2 out_open;

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy), last = textureSize(open_map, 0) - 1;
  float depth = texelFetch(open_map, pixel, 0).g;
  float sum = 0.0, weights = 0.0;
  for (int y = -2; y < 2; ++y) {
    for (int x = -2; x < 2; ++x) {
      vec2 tap = texelFetch(open_map, clamp(pixel + ivec2(x, y), ivec2(0), last), 0).rg;
      float weight = max(1.0 - abs(tap.g - depth) / (0.04 * depth), 1e-4);
      sum += tap.r * weight;
      weights += weight;
    }
  }
  out_open = vec2(sum / weights, depth);
}
