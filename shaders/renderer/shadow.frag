#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/frame.glsl"

layout(set = 1, binding = 0) uniform sampler2D base_color_map;

layout(location = 0) in vec2 v_uv;
layout(location = 1) in float v_alpha;
layout(location = 2) flat in uint v_material;

void main() {
  if (v_alpha * texture(base_color_map, v_uv).a < materials[v_material].alpha_cutoff) discard;
}
