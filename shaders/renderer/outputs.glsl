layout(location = 0) out vec4 out_color;       // linear HDR
layout(location = 1) out float out_depth;      // linear view depth, metres
layout(location = 2) out vec4 out_normal;      // world space; w linear depth in the previous frame
layout(location = 3) out vec2 out_motion;      // previous minus current position, pixels
layout(location = 4) out vec4 out_base_color;  // sRGB-encoded; a: the share of out_color that comes from all around
layout(location = 5) out uint out_object;      // 1 + node, 0 in the sky

vec2 motionPixels(vec3 clip, vec3 previous_clip) {
  vec2 here = clip.xy / max(clip.z, 1e-5);
  vec2 before = previous_clip.xy / max(previous_clip.z, 1e-5);
  return (before - here) * 0.5 * frame.extent;
}
