// Surfaces of metallic-roughness materials under the sun, lamps and what is all around (glTF 2.0, appendix B).
#ifndef IMPASTO_RENDERER_LIGHTING_GLSL
#define IMPASTO_RENDERER_LIGHTING_GLSL

layout(set = 0, binding = 4) uniform sampler2DShadow shadow_map;

struct Lamp {
  vec4 position;   // w 1 / range, 0: shines without end
  vec4 color;      // candela, lux if directional; w kind, LightKind of scene.h
  vec4 direction;  // where it shines; w cosine of a spot's outer angle
  vec4 cone;       // x 1 / (cosine of the inner angle - cosine of the outer); y 1 + its row of the shadows' atlas, 0:
                   // it throws none; z tangent of half the angle that a tile sees
};
layout(std430, set = 0, binding = 7) readonly buffer Lights { Lamp lights[]; };

#include "renderer/lamp_shadows.glsl"

struct Surface {
  vec3 base, normal, view;
  float metallic, roughness;
};

const int kShadowCascades = 3;  // renderer/shadow_fit.h; one below the other in the map

// Share of the sun that arrives by one cascade, 3x3 bilinear comparisons, and how far it is to be believed: at its rim it
// fades. The point is moved along its normal by a texel or two instead of biased in depth, so that shadows stay attached.
float litBy(int cascade, vec3 world, vec3 moves, out float inside) {
  vec3 mapped = (frame.shadow_matrices[cascade] * vec4(world + moves * frame.shadow_texels[cascade], 1.0)).xyz;
  vec2 edge = abs(mapped.xy * 2.0 - 1.0);
  inside = mapped.z < 0.0 || mapped.z > 1.0 ? 0.0 : 1.0 - smoothstep(0.9, 1.0, max(edge.x, edge.y));
  float texel = 1.0 / float(textureSize(shadow_map, 0).x);
  float lit = 0.0;
  for (int y = -1; y <= 1; ++y) {
    for (int x = -1; x <= 1; ++x) {
      vec2 at = clamp(mapped.xy + vec2(x, y) * texel * 1.2, texel, 1.0 - texel);
      lit += texture(shadow_map, vec3(at.x, (at.y + float(cascade)) / float(kShadowCascades), mapped.z));
    }
  }
  return lit / 9.0;
}

// By the nearest cascade that holds the point, which fades into the next one. It is chosen first: drivers that run both
// sides of every branch (Mesa's on a CPU) still leave loops when nobody is in them.
float sunlight(vec3 world, vec3 normal) {
  if (frame.sun_color.r + frame.sun_color.g + frame.sun_color.b <= 0.0) return 0.0;
  float slope = 1.0 - clamp(dot(normal, frame.to_sun.xyz), 0.0, 1.0);
  vec3 moves = normal * (0.8 + 2.2 * slope);
  int nearest = 0;
  for (int i = 1; i < kShadowCascades; ++i) {
    vec2 edge = abs((frame.shadow_matrices[i] * vec4(world, 1.0)).xy * 2.0 - 1.0);
    if (max(edge.x, edge.y) < 1.0) nearest = i;
  }
  float lit = 0.0, left = 1.0;
  for (int cascade = nearest; cascade >= 0 && left > 0.0; --cascade) {
    float inside, share = litBy(cascade, world, moves, inside);
    lit += left * inside * share;
    left *= 1.0 - inside;
  }
  return lit + left;
}

// The angle's part in Schlick's Fresnel term. Rounding may make the cosine larger than 1, and pow() then NaN.
float grazing(float cosine) { return pow(1.0 - clamp(cosine, 0.0, 1.0), 5.0); }

// Illuminance of a plane that faces the lamp (KHR_lights_punctual).
vec3 lampLight(Lamp lamp, vec3 world, out vec3 to_light) {
  if (lamp.color.w < 0.5) {
    to_light = -lamp.direction.xyz;
    return lamp.color.rgb;
  }
  vec3 ray = lamp.position.xyz - world;
  float squared = max(dot(ray, ray), 1e-8);
  to_light = ray * inversesqrt(squared);
  float reach = squared * lamp.position.w * lamp.position.w;
  float fade = clamp(1.0 - reach * reach, 0.0, 1.0) / squared;
  if (lamp.color.w > 1.5) {
    float inside = clamp((dot(lamp.direction.xyz, -to_light) - lamp.direction.w) * lamp.cone.x, 0.0, 1.0);
    fade *= inside * inside;
  }
  return lamp.color.rgb * fade;
}

// Radiance towards the eye for an illuminance `arriving` from `to_light`: Lambert, and GGX with Smith's masking
// (Heitz 2014) and Schlick's Fresnel term.
vec3 reflected(Surface s, vec3 to_light, vec3 arriving) {
  float n_l = dot(s.normal, to_light);
  if (n_l <= 0.0) return vec3(0.0);
  vec3 half_way = normalize(s.view + to_light);
  float n_v = max(dot(s.normal, s.view), 1e-3), n_h = max(dot(s.normal, half_way), 0.0);
  float alpha = s.roughness * s.roughness, alpha2 = alpha * alpha;
  float spread = n_h * n_h * (alpha2 - 1.0) + 1.0;
  float distribution = alpha2 / (kPi * spread * spread);
  float visibility = 0.5 / (n_l * sqrt(n_v * n_v * (1.0 - alpha2) + alpha2) +
                            n_v * sqrt(n_l * n_l * (1.0 - alpha2) + alpha2));
  vec3 f0 = mix(vec3(0.04), s.base, s.metallic);
  vec3 fresnel = f0 + (1.0 - f0) * grazing(dot(s.view, half_way));
  vec3 diffuse = (1.0 - fresnel) * (1.0 - s.metallic) * s.base / kPi;
  // Bounded: four samples a pixel cannot hold the glint of a mirror still.
  return (diffuse + min(fresnel * distribution * visibility, 4.0)) * arriving * n_l;
}

vec3 sunAndLamps(Surface s, vec3 world) {
  vec3 sum = vec3(0.0);
  if (dot(s.normal, frame.to_sun.xyz) > 0.0) {
    float lit = sunlight(world, s.normal);
    if (lit > 0.0) sum += reflected(s, frame.to_sun.xyz, frame.sun_color.rgb * (kLuxPerSunColor * lit));
  }
  for (uint i = 0u; i < frame.light_count; ++i) {
    vec3 to_light;
    vec3 arriving = lampLight(lights[i], world, to_light);
    if (arriving.r + arriving.g + arriving.b <= 1e-5) continue;
    sum += reflected(s, to_light, arriving * lampShadow(lights[i], world, s.normal));
  }
  return sum;
}

// What comes from all around: `surroundings` (irradiance / pi, occluded) scattered, and the mirrored environment scaled
// by a fit of the split sum's second term (Lazarov 2013, as given by Karis 2014).
vec3 surroundedBy(Surface s, vec3 surroundings, float occlusion) {
  float n_v = clamp(dot(s.normal, s.view), 0.0, 1.0);
  vec4 r = s.roughness * vec4(-1.0, -0.0275, -0.572, 0.022) + vec4(1.0, 0.0425, 1.04, -0.04);
  float a = min(r.x * r.x, exp2(-9.28 * n_v)) * r.x + r.y;
  vec2 fit = vec2(-1.04, 1.04) * a + r.zw;
  vec3 f0 = mix(vec3(0.04), s.base, s.metallic);
  vec3 mirror = mirroredLight(reflect(-s.view, s.normal), s.roughness) * (f0 * fit.x + fit.y) * occlusion;
  return s.base * (1.0 - s.metallic) * surroundings + mirror;
}

#endif
