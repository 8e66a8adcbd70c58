#version 460
#extension GL_GOOGLE_include_directive : require
#define VERTEX_STAGE
#include "renderer/frame.glsl"
#include "renderer/deform.glsl"
#include "renderer/vertex_inputs.glsl"
#include "renderer/varyings.glsl"

void main() {
  Object object = objects[gl_InstanceIndex];
  Material material = materials[object.material];
  vec3 world = worldPosition(object.model, object.joint_offset, material.deformation, frame.times.x);
  vec3 previous = worldPosition(object.previous_model, object.previous_joint_offset, material.deformation,
                                frame.times.y);
  mat3 normal_matrix = object.joint_offset >= 0 ? mat3(skinMatrix(object.joint_offset)) : mat3(object.normal_matrix);

  vec4 clip = frame.view_projection * vec4(world, 1.0);
  vec4 previous_clip = frame.previous_view_projection * vec4(previous, 1.0);
  gl_Position = clip;
  v_world = world;
  v_normal = normal_matrix * in_normal;
  v_uv = transformUv(material, in_uv);
  v_color = in_color * material.base_color;
  v_clip = clip.xyw;
  v_previous_clip = previous_clip.xyw;
  v_view_depth = -(frame.view * vec4(world, 1.0)).z;
  v_material = object.material;
}
