#version 460
#extension GL_GOOGLE_include_directive : require
#include "renderer/frame.glsl"
#include "renderer/color.glsl"
#include "renderer/deform.glsl"
#include "renderer/sky.glsl"
#include "renderer/varyings.glsl"
#include "renderer/outputs.glsl"
#include "renderer/lighting.glsl"

const bool kColored = kDrawing == kDrawAll;

layout(set = 1, binding = 0) uniform sampler2D base_color_map;
layout(set = 1, binding = 1) uniform sampler2D emissive_map;
layout(set = 1, binding = 2) uniform sampler2D normal_map;
layout(set = 1, binding = 3) uniform sampler2D roughness_map;
layout(set = 1, binding = 4) uniform sampler2D occlusion_map;

// Into the tangent space of the mesh, or one from screen derivatives (Schueler 2013) where it has none.
vec3 perturbNormal(vec3 normal, float strength) {
  vec2 uv = v_uv23.xy;
  vec3 mapped = texture(normal_map, uv).xyz * 2.0 - 1.0;
  mapped.xy *= strength;
  vec3 tangent, bitangent;
  if (dot(v_tangent.xyz, v_tangent.xyz) > 1e-12) {
    tangent = normalize(v_tangent.xyz - normal * dot(normal, v_tangent.xyz));
    bitangent = cross(normal, tangent) * v_tangent.w;
  } else {
    vec3 dp1 = dFdx(v_world.xyz), dp2 = dFdy(v_world.xyz);
    vec2 duv1 = dFdx(uv), duv2 = dFdy(uv);
    vec3 dp2_perp = cross(dp2, normal), dp1_perp = cross(normal, dp1);
    tangent = dp2_perp * duv1.x + dp1_perp * duv2.x;
    bitangent = -(dp2_perp * duv1.y + dp1_perp * duv2.y);  // glTF's V points down the picture, its green channel up
    float largest = max(dot(tangent, tangent), dot(bitangent, bitangent));
    if (largest <= 0.0) return normal;
    tangent *= inversesqrt(largest);
    bitangent *= inversesqrt(largest);
  }
  return normalize(tangent * mapped.x + bitangent * mapped.y + normal * mapped.z);
}

vec3 waterColor(vec3 view, out vec3 normal) {
  vec3 world = v_world.xyz;
  float away = length(frame.camera.xyz - world);
  vec2 slope = waveSlope(world.xz, frame.times.x, 1.0) * (1.0 / (1.0 + away * 0.012));
  normal = normalize(vec3(-slope.x, 1.0, -slope.y));
  vec3 mirrored = reflect(-view, normal);
  mirrored.y = abs(mirrored.y) + 0.01;
  mirrored = normalize(mirrored);
  float fresnel = 0.02 + 0.98 * grazing(dot(normal, view));
  float shade = sunlight(world, vec3(0.0, 1.0, 0.0));
  vec3 body = v_color.rgb * (ambientLight(normal) + 0.22 * frame.sun_color.rgb * shade);
  vec3 mirror = skyGradient(mirrored);
  if (frame.map_intensity <= 0.0 && frame.zenith_color.w > 0.0) {
    vec2 p = mirrored.xz / (mirrored.y + 0.09) * 1.15;
    mirror = mix(mirror, vec3(1.0, 0.94, 0.86), 0.45 * cloudDensity(p, 3) * smoothstep(0.02, 0.2, mirrored.y));
  }
  vec3 half_way = normalize(view + frame.to_sun.xyz);
  float glint = pow(max(dot(normal, half_way), 0.0), 420.0) * 3.0 + pow(max(dot(normal, half_way), 0.0), 60.0) * 0.12;
  vec3 color = mix(body, mirror, clamp(fresnel, 0.0, 0.9)) + frame.sun_color.rgb * glint * shade;
  // Foam where the water is shallow, in bands that come and go.
  float shallow = v_color.a;
  float foam = smoothstep(0.72, 1.0, shallow + 0.25 * (valueNoise(world.xz * 1.7 + slope * 6.0) - 0.5)) *
               (0.55 + 0.45 * sin(kLoop * 3.0 * frame.times.x + shallow * 9.0 + world.x * 0.2));
  return mix(color, vec3(0.85) * (ambientLight(normal) + 0.3 * frame.sun_color.rgb * shade), clamp(foam, 0.0, 0.75));
}

// Leaves let light through and scatter it: wrapped lighting, a glow seen against the sun, and a little sun even in the
// crown's own shade.
vec3 foliageColor(vec3 base, vec3 view, vec3 normal, vec3 ambient) {
  float lit = sunlight(v_world.xyz, normal);
  float wrapped = clamp((dot(normal, frame.to_sun.xyz) + 0.45) / 1.45, 0.0, 1.0);
  float through = pow(max(dot(-view, frame.to_sun.xyz), 0.0), 3.0);
  vec3 sun = frame.sun_color.rgb * (kLuxPerSunColor / kPi);
  vec3 diffuse = sun * (lit * (0.85 * wrapped + 0.5 * through) + 0.07);
  for (uint i = 0u; i < frame.light_count; ++i) {
    vec3 to_light;
    vec3 arriving = lampLight(lights[i], v_world.xyz, to_light);
    arriving *= lampShadow(lights[i], v_world.xyz, normal);
    diffuse += arriving * clamp((dot(normal, to_light) + 0.45) / 1.45, 0.0, 1.0) / kPi;
  }
  return base * (ambient + diffuse);
}

void main() {
  Material material = materials[v_material];
  vec4 base = v_color * texture(base_color_map, v_uv01.xy);
  if (material.alpha_mode == kAlphaMask) {
    // Alpha to coverage with a one-pixel ramp keeps cut-out edges smooth (Golus 2017).
    base.a = clamp((base.a - material.alpha_cutoff) / max(fwidth(base.a), 1e-3) + 0.5, 0.0, 1.0);
    if (base.a <= 0.0) discard;
  } else if (material.alpha_mode != kAlphaBlend) {
    base.a = 1.0;
  }
  if (!kColored && base.a < 0.5) discard;

  vec3 view = normalize(frame.camera.xyz - v_world.xyz);
  float normal_length = length(v_normal);
  vec3 normal = normal_length > 0.0 ? v_normal / normal_length : view;
  if (!gl_FrontFacing && material.shading != kShadingFoliage) normal = -normal;
  if (material.has_normal_map != 0u) normal = perturbNormal(normal, material.emissive.w);

  // `ambient` is the part of `color` that comes from all around, which ambient occlusion takes away.
  vec3 color = vec3(0.0), ambient = vec3(0.0);
  if (!kColored) {
    if (material.shading == kShadingWater) normal = vec3(0.0, 1.0, 0.0);
  } else if (material.shading == kShadingUnlit) {
    color = base.rgb;
  } else if (material.shading == kShadingWater) {
    color = waterColor(view, normal);
    base.a = 1.0;
  } else {
    float occlusion = mix(1.0, texture(occlusion_map, v_uv4).r, material.occlusion_strength);
    vec3 surroundings = ambientLight(normal) * occlusion;
    if (material.shading == kShadingFoliage) {
      ambient = base.rgb * surroundings * 1.25;
      color = foliageColor(base.rgb, view, normal, surroundings * 1.25);
    } else {
      vec4 rough = texture(roughness_map, v_uv23.zw);
      Surface surface;
      surface.metallic = clamp(material.metallic * rough.b, 0.0, 1.0);
      surface.roughness = clamp(material.roughness * rough.g, 0.06, 1.0);
      surface.base = base.rgb;
      surface.normal = normal;
      surface.view = view;
      ambient = surroundedBy(surface, surroundings, occlusion);
      color = ambient + sunAndLamps(surface, v_world.xyz);
    }
  }
  if (kColored) color += material.emissive.rgb * texture(emissive_map, v_uv01.zw).rgb;

  float share = clamp(luminance(ambient) / max(luminance(color), 1e-6), 0.0, 1.0);
  float haze;
  out_color = vec4(applyHaze(color, v_world.xyz, haze), base.a);
  out_depth = v_world.w;
  out_normal = vec4(normal, min(v_previous_clip.z, 65000.0));
  out_motion = motionPixels(v_clip, v_previous_clip);
  out_base_color = vec4(encodeSrgb(clamp(base.rgb, 0.0, 1.0)), kDrawing == kDrawGBuffer ? 1.0 : share * (1.0 - haze));
  out_object = v_object;
}
