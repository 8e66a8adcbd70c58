#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/frame.glsl"
#include "renderer/deform.glsl"
#include "renderer/sky.glsl"
#include "renderer/varyings.glsl"
#include "renderer/outputs.glsl"

layout(set = 0, binding = 4) uniform sampler2DShadow shadow_map;
layout(set = 1, binding = 0) uniform sampler2D base_color_map;
layout(set = 1, binding = 1) uniform sampler2D emissive_map;
layout(set = 1, binding = 2) uniform sampler2D normal_map;
layout(set = 1, binding = 3) uniform sampler2D roughness_map;

// Share of the sun that arrives, 3x3 bilinear comparisons. The point is moved along its normal by a texel or two
// instead of biased in depth, so that shadows stay attached.
float sunlight(vec3 world, vec3 normal) {
  float slope = 1.0 - clamp(dot(normal, frame.to_sun.xyz), 0.0, 1.0);
  vec3 moved = world + normal * frame.to_sun.w * (0.8 + 2.2 * slope);
  vec3 mapped = (frame.shadow_matrix * vec4(moved, 1.0)).xyz;
  if (any(lessThan(mapped, vec3(0.0))) || any(greaterThan(mapped, vec3(1.0)))) return 1.0;
  vec2 texel = 1.0 / vec2(textureSize(shadow_map, 0));
  float lit = 0.0;
  for (int y = -1; y <= 1; ++y)
    for (int x = -1; x <= 1; ++x) lit += texture(shadow_map, vec3(mapped.xy + vec2(x, y) * texel * 1.2, mapped.z));
  vec2 edge = abs(mapped.xy * 2.0 - 1.0);
  float fade = smoothstep(0.9, 1.0, max(edge.x, edge.y));
  return mix(lit / 9.0, 1.0, fade);
}

// The angle's part in Schlick's Fresnel term. Rounding may make the cosine larger than 1, and pow() then NaN.
float grazing(vec3 normal, vec3 view) { return pow(1.0 - clamp(dot(normal, view), 0.0, 1.0), 5.0); }

// Tangent space from screen derivatives (Schueler 2013), so that meshes need no tangents.
vec3 perturbNormal(vec3 normal, float strength) {
  vec3 dp1 = dFdx(v_world), dp2 = dFdy(v_world);
  vec2 duv1 = dFdx(v_uv), duv2 = dFdy(v_uv);
  vec3 dp2_perp = cross(dp2, normal), dp1_perp = cross(normal, dp1);
  vec3 tangent = dp2_perp * duv1.x + dp1_perp * duv2.x;
  vec3 bitangent = dp2_perp * duv1.y + dp1_perp * duv2.y;
  float largest = max(dot(tangent, tangent), dot(bitangent, bitangent));
  if (largest <= 0.0) return normal;
  float scale = inversesqrt(largest);
  vec3 mapped = texture(normal_map, v_uv).xyz * 2.0 - 1.0;
  mapped.xy *= strength;
  // glTF's V points down the picture and its green channel up.
  return normalize(tangent * scale * mapped.x - bitangent * scale * mapped.y + normal * mapped.z);
}

vec3 waterColor(vec3 view, out vec3 normal) {
  float away = length(frame.camera.xyz - v_world);
  vec2 slope = waveSlope(v_world.xz, frame.times.x, 1.0) * (1.0 / (1.0 + away * 0.012));
  normal = normalize(vec3(-slope.x, 1.0, -slope.y));
  vec3 mirrored = reflect(-view, normal);
  mirrored.y = abs(mirrored.y) + 0.01;
  mirrored = normalize(mirrored);
  float fresnel = 0.02 + 0.98 * grazing(normal, view);
  float shade = sunlight(v_world, vec3(0.0, 1.0, 0.0));
  vec3 body = v_color.rgb * (ambientLight(normal) + 0.22 * frame.sun_color.rgb * shade);
  vec3 mirror = skyGradient(mirrored);
  if (frame.zenith_color.w > 0.0) {
    vec2 p = mirrored.xz / (mirrored.y + 0.09) * 1.15;
    mirror = mix(mirror, vec3(1.0, 0.94, 0.86), 0.45 * cloudDensity(p, 3) * smoothstep(0.02, 0.2, mirrored.y));
  }
  vec3 half_way = normalize(view + frame.to_sun.xyz);
  float glint = pow(max(dot(normal, half_way), 0.0), 420.0) * 3.0 + pow(max(dot(normal, half_way), 0.0), 60.0) * 0.12;
  vec3 color = mix(body, mirror, clamp(fresnel, 0.0, 0.9)) + frame.sun_color.rgb * glint * shade;
  // Foam where the water is shallow, in bands that come and go.
  float shallow = v_color.a;
  float foam = smoothstep(0.72, 1.0, shallow + 0.25 * (valueNoise(v_world.xz * 1.7 + slope * 6.0) - 0.5)) *
               (0.55 + 0.45 * sin(kLoop * 3.0 * frame.times.x + shallow * 9.0 + v_world.x * 0.2));
  return mix(color, vec3(0.85) * (ambientLight(normal) + 0.3 * frame.sun_color.rgb * shade), clamp(foam, 0.0, 0.75));
}

void main() {
  Material material = materials[v_material];
  vec4 base = v_color * texture(base_color_map, v_uv);
  if (material.alpha_mode == kAlphaMask) {
    // Alpha to coverage with a one-pixel ramp keeps cut-out edges smooth (Golus 2017).
    base.a = clamp((base.a - material.alpha_cutoff) / max(fwidth(base.a), 1e-3) + 0.5, 0.0, 1.0);
    if (base.a <= 0.0) discard;
  } else if (material.alpha_mode != kAlphaBlend) {
    base.a = 1.0;
  }

  vec3 view = normalize(frame.camera.xyz - v_world);
  float normal_length = length(v_normal);
  vec3 normal = normal_length > 0.0 ? v_normal / normal_length : view;
  if (!gl_FrontFacing && material.shading != kShadingFoliage) normal = -normal;
  if (material.has_normal_map != 0u) normal = perturbNormal(normal, material.emissive.w);
  vec3 color;

  if (material.shading == kShadingUnlit) {
    color = base.rgb;
  } else if (material.shading == kShadingWater) {
    color = waterColor(view, normal);
    base.a = 1.0;
  } else {
    float lit = sunlight(v_world, normal);
    float cosine = dot(normal, frame.to_sun.xyz);
    vec3 diffuse = ambientLight(normal);
    if (material.shading == kShadingFoliage) {
      // Leaves let light through and scatter it: wrapped lighting, a glow seen against the sun, and a
      // little sun even in the crown's own shade.
      float wrapped = clamp((cosine + 0.45) / 1.45, 0.0, 1.0);
      float through = pow(max(dot(-view, frame.to_sun.xyz), 0.0), 3.0);
      diffuse = diffuse * 1.25 + frame.sun_color.rgb * (lit * (0.85 * wrapped + 0.5 * through) + 0.07) * 0.3183 * 2.4;
      color = base.rgb * diffuse;
    } else {
      vec4 rough = texture(roughness_map, v_uv);
      float roughness = clamp(material.roughness * rough.g, 0.08, 1.0);
      float metallic = clamp(material.metallic * rough.b, 0.0, 1.0);
      diffuse += frame.sun_color.rgb * lit * max(cosine, 0.0) * 0.3183 * 2.4;
      vec3 f0 = mix(vec3(0.04), base.rgb, metallic);
      vec3 half_way = normalize(view + frame.to_sun.xyz);
      float shininess = 2.0 / (roughness * roughness * roughness * roughness) - 2.0;
      float highlight = (shininess + 8.0) * 0.04 * pow(max(dot(normal, half_way), 1e-4), shininess);
      vec3 fresnel = f0 + (1.0 - f0) * grazing(normal, view) * (1.0 - roughness) * (1.0 - roughness);
      vec3 mirrored = reflect(-view, normal);
      vec3 mirror = mix(skyGradient(mirrored), ambientLight(mirrored) * 1.4, roughness);
      color = base.rgb * (1.0 - metallic * 0.9) * diffuse + fresnel * mirror * mix(0.35, 1.0, max(metallic, 1.0 - roughness)) +
              f0 * frame.sun_color.rgb * lit * max(cosine, 0.0) * min(highlight, 8.0) * 0.25;
    }
  }
  color += material.emissive.rgb * texture(emissive_map, v_uv).rgb;

  out_color = vec4(applyHaze(color, v_world), base.a);
  out_depth = v_view_depth;
  out_normal = vec4(normal, 0.0);
  out_motion = motionPixels(v_clip, v_previous_clip);
}
