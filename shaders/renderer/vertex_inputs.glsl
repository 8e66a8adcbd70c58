// The vertex layout of renderer/scene/scene.h, and where a vertex is in the world: morphed, placed or skinned, then moved
// by wind and waves.
layout(location = 0) in vec3 in_position;
layout(location = 1) in vec3 in_normal;
layout(location = 2) in vec4 in_uv;  // two sets
layout(location = 3) in vec4 in_color;
layout(location = 4) in uvec4 in_joints;
layout(location = 5) in vec4 in_weights;
layout(location = 6) in float in_sway;
layout(location = 7) in vec4 in_tangent;

// Joint matrices by their columns, then the weights of morph targets, four to a vec4; this frame's and the previous.
layout(std430, set = 0, binding = 3) readonly buffer Pose { vec4 pose_values[]; };

struct MorphDelta { vec4 position, normal; };
layout(std430, set = 0, binding = 5) readonly buffer Morphs { MorphDelta morphs[]; };

mat4 jointMatrix(int index) {
  return mat4(pose_values[index * 4], pose_values[index * 4 + 1], pose_values[index * 4 + 2],
              pose_values[index * 4 + 3]);
}

mat4 skinMatrix(int offset) {
  return jointMatrix(offset + int(in_joints.x)) * in_weights.x + jointMatrix(offset + int(in_joints.y)) * in_weights.y +
         jointMatrix(offset + int(in_joints.z)) * in_weights.z + jointMatrix(offset + int(in_joints.w)) * in_weights.w;
}

void morph(Object object, uint first_weight, inout vec3 position, inout vec3 normal) {
  for (uint target = 0u; target < object.morph_targets; ++target) {
    uint place = first_weight + target;
    float weight = pose_values[place / 4u][place % 4u];
    if (weight == 0.0) continue;
    MorphDelta delta =
        morphs[object.first_morph + target * object.vertex_count + uint(gl_VertexIndex) - object.first_vertex];
    position += weight * delta.position.xyz;
    normal += weight * delta.normal.xyz;
  }
}

vec3 worldPosition(vec3 position, mat4 placed, uint deformation, float seconds) {
  return deform((placed * vec4(position, 1.0)).xyz, in_sway, deformation, seconds);
}

mat4 placement(Object object) { return object.joint_offset >= 0 ? skinMatrix(object.joint_offset) : object.model; }

mat4 previousPlacement(Object object) {
  return object.previous_joint_offset >= 0 ? skinMatrix(object.previous_joint_offset) : object.previous_model;
}
