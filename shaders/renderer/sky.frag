#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/frame.glsl"
#include "renderer/sky.glsl"
#include "renderer/outputs.glsl"

void main() {
  vec2 ndc = gl_FragCoord.xy / frame.extent * 2.0 - 1.0;
  if (kDrawing == kDrawAll) ndc -= frame.jitter;
  // Reversed infinite depth: 0 is infinitely far; any depth above gives a point on the ray.
  vec4 point = frame.inverse_view_projection * vec4(ndc, 0.5, 1.0);
  vec3 direction = normalize(point.xyz / point.w - frame.camera.xyz);
  vec3 color = vec3(0.0);
  if (kDrawing == kDrawAll) color = frame.map_intensity > 0.0 ? environmentMap(direction, 0.0) : sky(direction, frame.times.x);
  out_color = vec4(color, 1.0);
  out_depth = frame.ground_color.w;
  out_normal = vec4(-direction, frame.ground_color.w);
  vec4 clip = frame.view_projection * vec4(direction, 0.0);
  vec4 previous_clip = frame.previous_view_projection * vec4(direction, 0.0);
  out_motion = motionPixels(clip.xyw, previous_clip.xyw);
  out_base_color = vec4(vec3(0.0), kDrawing == kDrawGBuffer ? 1.0 : 0.0);
  out_object = 0u;
}
