// The vertex layout of renderer/scene/scene.h, and where a vertex is in the world.
layout(location = 0) in vec3 in_position;
layout(location = 1) in vec3 in_normal;
layout(location = 2) in vec2 in_uv;
layout(location = 3) in vec4 in_color;
layout(location = 4) in uvec4 in_joints;
layout(location = 5) in vec4 in_weights;
layout(location = 6) in float in_sway;

mat4 skinMatrix(int offset) {
  return joints[offset + int(in_joints.x)] * in_weights.x + joints[offset + int(in_joints.y)] * in_weights.y +
         joints[offset + int(in_joints.z)] * in_weights.z + joints[offset + int(in_joints.w)] * in_weights.w;
}

vec3 worldPosition(mat4 model, int joint_offset, uint deformation, float seconds) {
  mat4 placed = joint_offset >= 0 ? skinMatrix(joint_offset) : model;
  return deform((placed * vec4(in_position, 1.0)).xyz, in_sway, deformation, seconds);
}

vec2 transformUv(Material material, vec2 uv) {
  return vec2(dot(material.uv_row0.xyz, vec3(uv, 1.0)), dot(material.uv_row1.xyz, vec3(uv, 1.0)));
}
