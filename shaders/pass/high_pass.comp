// The frame's fine luma detail: luma of what the generator sees minus its 5x5 tent average, (1 2 3 2 1)/9 each way,
// borders clamped. A pass of its own before composite.comp, which may overwrite the neighbours that are read here.
#version 460
#extension GL_GOOGLE_include_directive : require
#define IMPASTO_HALF 0  // the painted tensor is bound, not read
#define IMPASTO_TARGET 1  // nor is the target written
#include "generator/layout.glsl"
#include "pass/composite_bindings.glsl"

// Luma of the workgroup's pixels and two around them.
const ivec2 kTile = ivec2(16 + 4, 8 + 4);
shared float tile[kTile.y][kTile.x];

void main() {
  ivec2 origin = ivec2(gl_WorkGroupID.xy * gl_WorkGroupSize.xy) + ivec2(-2, int(band.first_row) - 2);
  for (int i = int(gl_LocalInvocationIndex); i < kTile.x * kTile.y; i += int(gl_WorkGroupSize.x * gl_WorkGroupSize.y)) {
    ivec2 at = ivec2(i % kTile.x, i / kTile.x);
    ivec2 pixel = clamp(origin + at, ivec2(0), ivec2(frame.extent.xy) - 1);
    float highlight;
    vec3 value = fetchTexel(color, pixel + frame.color_output.xy, int(band.layer)).rgb;
    tile[at.y][at.x] = luma(seenColor(value, kInputEncoding, frame.color.x, highlight));
  }
  barrier();

  uvec2 pixel = gl_GlobalInvocationID.xy;
  if (pixel.x >= frame.extent.x || pixel.y >= band.rows) return;
  ivec2 at = ivec2(gl_LocalInvocationID.xy) + 2;
  float sum = 0.0;
  for (int dy = -2; dy <= 2; ++dy) {
    for (int dx = -2; dx <= 2; ++dx) {
      sum += float((3 - abs(dy)) * (3 - abs(dx))) * tile[at.y + dy][at.x + dx];
    }
  }
  high_pass.data[pixel.y * band.plain_pitch + pixel.x] = tile[at.y][at.x] - sum * (1.0 / 81.0);
}
