#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/frame.glsl"
#include "renderer/deform.glsl"
#include "renderer/vertex_inputs.glsl"

layout(push_constant) uniform Push { uint cascade; } push;

layout(location = 0) out vec2 v_uv;
layout(location = 1) out float v_alpha;
layout(location = 2) flat out uint v_material;

void main() {
  Object object = objects[gl_InstanceIndex];
  Material material = materials[object.material];
  vec3 position = in_position, normal = in_normal;
  if (object.morph_targets > 0u) morph(object, object.weights, position, normal);
  vec3 world = worldPosition(position, placement(object), material.deformation, frame.times.x);
  vec3 mapped = (frame.shadow_matrices[push.cascade] * vec4(world, 1.0)).xyz;
  // What has left the scene's box towards the sun still throws its shadow into it.
  gl_Position = vec4(mapped.xy * 2.0 - 1.0, clamp(mapped.z, 0.0, 1.0), 1.0);
  v_uv = transformUv(object.material, kBaseColorMap, in_uv);
  v_alpha = in_color.a * material.base_color.a;
  v_material = object.material;
}
