// The plain frame, kept for the next one to be compared with (plugin/src/pass/reproject_reference.h).
#version 460
#extension GL_GOOGLE_include_directive : require
#define IMPASTO_HALF 0  // the generator's tensors are bound, not used
#include "generator/layout.glsl"
#include "pass/history_bindings.glsl"

void main() {
  uvec2 pixel = gl_GlobalInvocationID.xy;
  if (pixel.x >= frame.extent.x || pixel.y >= frame.extent.y) return;
  uvec3 c = uvec3(floor(seenAt(ivec2(pixel)) * 1023.0 + 0.5));
  plain.data[pixel.y * band.plain_pitch + pixel.x] =
      uvec2(c.r | c.g << 10 | c.b << 20, floatBitsToUint(packedDepthAt(ivec2(pixel))));
}
