// How much of a lamp's light arrives (renderer/lamp_shadows.h). After lighting.glsl's Lamp.
layout(set = 0, binding = 8) uniform sampler2DShadow lamp_shadow_map;

const int kLampTiles = 6;
const int kShadowLamps = 4;
const float kLampTileSize = 512.0;

// 2x2 bilinear comparisons. The point is moved along its normal by a texel or two of what the map has there.
float lampShadow(Lamp lamp, vec3 world, vec3 normal) {
  if (lamp.cone.y <= 0.0) return 1.0;
  int row = int(lamp.cone.y) - 1, tile = row * kLampTiles;
  vec3 ray = world - lamp.position.xyz;
  bool spot = lamp.color.w > 1.5;
  if (!spot) {
    vec3 a = abs(ray);
    if (a.x >= a.y && a.x >= a.z) tile += ray.x > 0.0 ? 0 : 1;
    else if (a.y >= a.z) tile += ray.y > 0.0 ? 2 : 3;
    else tile += ray.z > 0.0 ? 4 : 5;
  }
  mat4 to_clip = frame.lamp_views[tile];
  float away = (to_clip * vec4(world, 1.0)).w;
  float texel = 2.0 * max(away, 0.0) * lamp.cone.z / kLampTileSize;  // in the world, there
  float slope = 1.0 - clamp(dot(normal, normalize(-ray)), 0.0, 1.0);
  vec4 clip = to_clip * vec4(world + normal * texel * (1.0 + 2.0 * slope), 1.0);
  if (clip.w <= 0.0) return 1.0;
  vec3 mapped = vec3(clip.xy / clip.w * 0.5 + 0.5, clip.z / clip.w);
  if (mapped.z >= 1.0 || mapped.z <= 0.0) return 1.0;
  vec2 low = vec2(1.5 / kLampTileSize), high = 1.0 - low;
  vec2 tiles = vec2(kLampTiles, kShadowLamps), corner = vec2(tile - row * kLampTiles, row);
  float lit = 0.0;
  for (int i = 0; i < 4; ++i) {
    vec2 offset = (vec2(i & 1, i >> 1) - 0.5) * (1.2 / kLampTileSize);
    lit += texture(lamp_shadow_map, vec3((corner + clamp(mapped.xy + offset, low, high)) / tiles, mapped.z));
  }
  return lit * 0.25;
}
