// What every shader of the scene reads; mirrored by renderer/gpu_types.h (std140 and std430 agree on these).
#ifndef IMPASTO_RENDERER_FRAME_GLSL
#define IMPASTO_RENDERER_FRAME_GLSL

const uint kShadingStandard = 0u, kShadingFoliage = 1u, kShadingWater = 2u, kShadingUnlit = 3u;
const uint kDeformNone = 0u, kDeformWind = 1u, kDeformCloth = 2u, kDeformWaves = 3u;
const uint kAlphaMask = 1u, kAlphaBlend = 2u;

layout(set = 0, binding = 0) uniform Frame {
  mat4 view;
  mat4 view_projection;
  mat4 previous_view_projection;
  mat4 inverse_view_projection;
  mat4 shadow_matrix;      // world to shadow map: xy in [0, 1], z depth
  vec4 camera;             // xyz position
  vec4 to_sun;             // xyz direction, w shadow texel size in world units
  vec4 sun_color;
  vec4 zenith_color;       // w cloud cover
  vec4 horizon_color;      // w 1 / haze distance
  vec4 ground_color;       // w depth that the sky is given
  vec4 times;              // x seconds, y seconds of the previous frame
  vec2 extent;             // pixels
} frame;

struct Object {
  mat4 model;
  mat4 previous_model;
  mat4 normal_matrix;      // inverse transpose of the model's 3x3
  uint material;
  int joint_offset;        // first joint matrix, -1: not skinned
  int previous_joint_offset;
  uint pad;
};
layout(std430, set = 0, binding = 1) readonly buffer Objects { Object objects[]; };

struct Material {
  vec4 base_color;
  vec4 emissive;           // w normal scale
  vec4 uv_row0, uv_row1;   // uv' = (dot(row0.xyz, uv1), dot(row1.xyz, uv1))
  float roughness, metallic, alpha_cutoff;
  uint alpha_mode;
  uint shading, deformation, has_normal_map, pad;
};
layout(std430, set = 0, binding = 2) readonly buffer Materials { Material materials[]; };
layout(std430, set = 0, binding = 3) readonly buffer Joints { mat4 joints[]; };

#endif
