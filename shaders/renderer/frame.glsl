// What every shader of the scene reads; mirrored by renderer/gpu_types.h (std140 and std430 agree on these).
#ifndef IMPASTO_RENDERER_FRAME_GLSL
#define IMPASTO_RENDERER_FRAME_GLSL

const uint kShadingStandard = 0u, kShadingFoliage = 1u, kShadingWater = 2u, kShadingUnlit = 3u;
const uint kDeformNone = 0u, kDeformWind = 1u, kDeformCloth = 2u, kDeformWaves = 3u;
const uint kAlphaMask = 1u, kAlphaBlend = 2u;
const float kPi = 3.14159265;

// What is drawn: everything; of blended surfaces a second time, nothing of the colour and all of the rest where they cover
// half or more; or, apart from the colour and at the pixels' middles, the rest alone.
const uint kDrawAll = 0u, kDrawOwners = 1u, kDrawGBuffer = 2u;
layout(constant_id = 0) const uint kDrawing = 0;
const float kLuxPerSunColor = 2.4;  // Environment::sun_color to the sun's illuminance

layout(set = 0, binding = 0) uniform Frame {
  mat4 view;
  mat4 view_projection;
  mat4 previous_view_projection;
  mat4 inverse_view_projection;
  mat4 shadow_matrices[3]; // world to each cascade of the shadow map, farthest first: xy in [0, 1], z depth
  vec4 camera;             // xyz position
  vec4 to_sun;             // xyz direction
  vec4 sun_color;
  vec4 zenith_color;       // w cloud cover
  vec4 horizon_color;      // w 1 / haze distance
  vec4 ground_color;       // w depth that the sky is given
  vec4 times;              // x seconds, y seconds of the previous frame
  vec4 shadow_texels;      // xyz: of each cascade, in world units
  vec4 irradiance[9];      // of the environment map, divided by pi: spherical harmonics in Ramamoorthi's order
  vec2 extent;             // pixels
  vec2 tan_half_fov;       // across, up
  float occlusion_radius;  // ambient occlusion reaches so far, world units; 0: none
  float map_intensity;     // environment map instead of the analytic sky if above 0
  uint light_count;
  float map_levels;        // of the prefiltered map
  vec2 jitter;             // of this frame's drawing, clip space; 0 without temporal smoothing
  vec2 pad;
  mat4 lamp_views[24];     // world to clip space of each tile of the lamps' shadows, lamp after lamp
} frame;

struct Object {
  mat4 model;
  mat4 previous_model;
  mat4 normal_matrix;      // inverse transpose of the model's 3x3
  uint material;
  int joint_offset;        // first joint matrix, -1: not skinned
  int previous_joint_offset;
  uint id;
  uint first_morph, morph_targets, first_vertex, vertex_count;  // of morphs[]
  uint weights, previous_weights;  // where the targets' weights begin, in floats of pose_values[]
  uint pad0, pad1;
};
layout(std430, set = 0, binding = 1) readonly buffer Objects { Object objects[]; };

struct Material {
  vec4 base_color;
  vec4 emissive;           // w normal scale
  vec4 uv_rows[10];        // two a texture, in the order of the maps: uv' = (dot(row0.xyz, uv1), dot(row1.xyz, uv1));
                           // w of the first: the UV set
  float roughness, metallic, alpha_cutoff, occlusion_strength;
  uint alpha_mode, shading, deformation, has_normal_map;
};
layout(std430, set = 0, binding = 2) readonly buffer Materials { Material materials[]; };

const int kBaseColorMap = 0, kEmissiveMap = 1, kNormalMap = 2, kRoughnessMap = 3, kOcclusionMap = 4;

// `sets` holds UV set 0 in xy and 1 in zw.
vec2 transformUv(uint material, int map, vec4 sets) {
  vec4 row0 = materials[material].uv_rows[2 * map], row1 = materials[material].uv_rows[2 * map + 1];
  vec3 uv = vec3(row0.w > 0.5 ? sets.zw : sets.xy, 1.0);
  return vec2(dot(row0.xyz, uv), dot(row1.xyz, uv));
}

#endif
