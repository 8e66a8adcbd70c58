// New paint over the frame painted before: w = sigmoid(paint.a) * validity, history kept within the range of the paint's
// neighbourhood (docs/style-format.md). `source` holds paint and the weight's logit, `history` the colour and validity.
#version 460
#extension GL_GOOGLE_include_directive : require
#include "generator/push_constants.h"
#include "generator/layout.glsl"

layout(local_size_x = 32, local_size_y = 2) in;
layout(constant_id = 0) const int RANGE = 1;

layout(binding = 0) readonly restrict buffer Source { Quad data[]; } source;
layout(binding = 1) readonly restrict buffer History { Quad data[]; } history;
layout(binding = 2) writeonly restrict buffer Result { Quad data[]; } result;

layout(push_constant) uniform Push { BlendPush push; };

void main() {
  const uint x = gl_GlobalInvocationID.x;
  const uint y = push.begin_y + gl_GlobalInvocationID.y;
  if (x >= push.width || y >= push.end_y) return;
  const vec4 paint = loadQuad(source.data[quadIndex(push.source, y, x, 0)]);
  const vec4 before = loadQuad(history.data[quadIndex(push.history, y, x, 0)]);
  vec3 kept = before.rgb;
  if (RANGE > 0) {
    vec3 low = paint.rgb, high = paint.rgb;
    for (int dy = -RANGE; dy <= RANGE; ++dy) {
      for (int dx = -RANGE; dx <= RANGE; ++dx) {
        const uint at_y = uint(clamp(int(y) + dy, 0, int(push.height) - 1));
        const uint at_x = uint(clamp(int(x) + dx, 0, int(push.width) - 1));
        const vec3 near = loadQuad(source.data[quadIndex(push.source, at_y, at_x, 0)]).rgb;
        low = min(low, near);
        high = max(high, near);
      }
    }
    kept = clamp(kept, low, high);
  }
  const float weight = before.a / (1.0 + exp(-paint.a));
  result.data[quadIndex(push.result, y, x, 0)] = storeQuad(vec4(paint.rgb + weight * (kept - paint.rgb), 0.0));
}
