// Panels: vertices as Dear ImGui lays them out, read from a buffer.
#version 460

struct PanelVertex {
  float x, y, u, v;
  uint color;
};
layout(set = 1, binding = 0) readonly buffer Vertices { PanelVertex vertices[]; };
layout(push_constant) uniform Push {
  vec2 scale, offset;  // pixels to clip space
};
layout(location = 0) out vec2 uv;
layout(location = 1) out vec4 color;

void main() {
  PanelVertex vertex = vertices[gl_VertexIndex];
  uv = vec2(vertex.u, vertex.v);
  color = unpackUnorm4x8(vertex.color);
  gl_Position = vec4(vec2(vertex.x, vertex.y) * scale + offset, 0.0, 1.0);
}
