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
  vec3 position = in_position, normal = in_normal;
  vec3 previous_position = in_position, unused = in_normal;
  if (object.morph_targets > 0u) {
    morph(object, object.weights, position, normal);
    morph(object, object.previous_weights, previous_position, unused);
  }
  mat4 placed = placement(object);
  vec3 world = worldPosition(position, placed, material.deformation, frame.times.x);
  vec3 previous =
      worldPosition(previous_position, previousPlacement(object), material.deformation, frame.times.y);
  mat3 normal_matrix = mat3(object.normal_matrix);
  if (object.joint_offset >= 0) {
    // The matrix of cofactors turns normals as the inverse transpose does, and needs no division.
    vec3 x = placed[0].xyz, y = placed[1].xyz, z = placed[2].xyz;
    normal_matrix = mat3(cross(y, z), cross(z, x), cross(x, y)) * sign(dot(x, cross(y, z)));
  }

  vec4 clip = frame.view_projection * vec4(world, 1.0);
  vec4 previous_clip = frame.previous_view_projection * vec4(previous, 1.0);
  gl_Position = clip;
  gl_PointSize = 1.0;
  if (kDrawing != kDrawGBuffer) gl_Position.xy += frame.jitter * clip.w;
  v_world = vec4(world, -(frame.view * vec4(world, 1.0)).z);
  v_normal = normal_matrix * normal;
  v_tangent = vec4(mat3(placed) * in_tangent.xyz, in_tangent.w);
  v_uv01 = vec4(transformUv(object.material, kBaseColorMap, in_uv), transformUv(object.material, kEmissiveMap, in_uv));
  v_uv23 = vec4(transformUv(object.material, kNormalMap, in_uv), transformUv(object.material, kRoughnessMap, in_uv));
  v_uv4 = transformUv(object.material, kOcclusionMap, in_uv);
  v_color = in_color * material.base_color;
  v_clip = clip.xyw;
  v_previous_clip = previous_clip.xyw;
  v_material = object.material;
  v_object = object.id;
}
