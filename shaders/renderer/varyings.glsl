#ifndef IMPASTO_RENDERER_VARYINGS_GLSL
#define IMPASTO_RENDERER_VARYINGS_GLSL
#ifdef VERTEX_STAGE
#define VARYING out
#else
#define VARYING in
#endif
layout(location = 0) VARYING vec4 v_world;          // w linear view depth
layout(location = 1) VARYING vec3 v_normal;
layout(location = 2) VARYING vec4 v_uv01;           // transformed, of the maps in their order: base colour, emissive
layout(location = 3) VARYING vec4 v_color;
layout(location = 4) VARYING vec3 v_clip;           // xyw of this frame
layout(location = 5) VARYING vec3 v_previous_clip;  // xyw of the previous one
layout(location = 6) VARYING vec4 v_tangent;        // w the bitangent's sign; all 0: none
layout(location = 7) flat VARYING uint v_material;
layout(location = 8) flat VARYING uint v_object;
layout(location = 9) VARYING vec4 v_uv23;           // normal, roughness
layout(location = 10) VARYING vec2 v_uv4;           // occlusion
#endif
