// What keep.comp and reproject.comp share: one descriptor set layout, the plain frame as it is kept, and how the frame's
// own colour and depth are read.
#include "pass/frame_constants.h"
#include "pass/images.glsl"
#include "pass/surface.glsl"

layout(local_size_x = 16, local_size_y = 8) in;

layout(constant_id = 0) const uint kColorEncoding = 0;
layout(constant_id = 1) const uint kDepthEncoding = 0;

layout(binding = 0) uniform Texture color;
layout(binding = 1) uniform Texture depth;
layout(binding = 2) uniform Texture motion;
layout(binding = 3) writeonly buffer History { Quad data[]; } history;
layout(binding = 4) readonly buffer Painted { Quad data[]; } painted;  // the previous frame's
// x: seen colour, 10 bits each from the lowest; y: packed depth, fp32.
layout(binding = 5) readonly buffer PreviousPlain { uvec2 data[]; } previous_plain;
layout(binding = 6) writeonly buffer Plain { uvec2 data[]; } plain;
layout(binding = 7, std140) uniform Frame { FrameConstants frame; };
layout(push_constant) uniform Push { BandPush band; };

vec3 seenAt(ivec2 pixel) {
  float highlight;
  return seenColor(fetchTexel(color, pixel + frame.color_output.xy, int(band.layer)).rgb, kColorEncoding,
                   frame.color.x, highlight);
}

float packedDepthAt(ivec2 pixel) {
  return packDepth(fetchTexel(depth, pixel + frame.mask_depth.zw, int(band.layer)).r, kDepthEncoding, frame.depth);
}
