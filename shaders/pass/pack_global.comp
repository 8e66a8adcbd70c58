// What a frame states once, the style vector or the exposure, to the generator's input tensor of one texel.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/layout.glsl"
#include "pass/frame_constants.h"

layout(local_size_x = 16) in;

layout(constant_id = 0) const uint kInputKind = 0;  // impasto::InputKind
const uint kExposure = 5;

// Bindings and push constants as in pack.comp.
layout(binding = 1) writeonly buffer Result { Quad data[]; } result;
layout(binding = 2, std140) uniform Frame { FrameConstants frame; };
layout(push_constant) uniform Push { BandPush band; };

void main() {
  uint quad = gl_LocalInvocationID.x;
  if (quad >= band.rows) return;  // quads of the tensor
  vec4 value = kInputKind == kExposure ? vec4(frame.color.z, 0.0, 0.0, 0.0) : frame.style_vector[quad];
  result.data[quadIndex(0, 0, band.quad + quad, 0, band.row_quads, band.pitch)] = storeQuad(value);
}
