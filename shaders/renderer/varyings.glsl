#ifndef IMPASTO_RENDERER_VARYINGS_GLSL
#define IMPASTO_RENDERER_VARYINGS_GLSL
#ifdef VERTEX_STAGE
#define VARYING out
#else
#define VARYING in
#endif
layout(location = 0) VARYING vec3 v_world;
layout(location = 1) VARYING vec3 v_normal;
layout(location = 2) VARYING vec2 v_uv;
layout(location = 3) VARYING vec4 v_color;
layout(location = 4) VARYING vec3 v_clip;           // xyw of this frame
layout(location = 5) VARYING vec3 v_previous_clip;  // xyw of the previous one
layout(location = 6) VARYING float v_view_depth;
layout(location = 7) flat VARYING uint v_material;
#endif
