// An analytic sky: a gradient from horizon to zenith, a warm glow around the sun, and clouds on a plane far above.
#ifndef IMPASTO_RENDERER_SKY_GLSL
#define IMPASTO_RENDERER_SKY_GLSL

float hash(vec2 p) {
  uvec2 q = uvec2(ivec2(floor(p))) * uvec2(1597334673u, 3812015801u);
  uint n = (q.x ^ q.y) * 1597334673u;
  n = (n ^ (n >> 15)) * 2246822519u;
  return float(n >> 8) * (1.0 / 16777216.0);
}

float valueNoise(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash(i), hash(i + vec2(1, 0)), f.x), mix(hash(i + vec2(0, 1)), hash(i + vec2(1, 1)), f.x), f.y);
}

float fbm(vec2 p, int octaves) {
  float sum = 0.0, amplitude = 0.5;
  for (int i = 0; i < octaves; ++i) {
    sum += amplitude * valueNoise(p);
    p = mat2(1.62, 1.18, -1.18, 1.62) * p + 3.7;
    amplitude *= 0.5;
  }
  return sum;
}

// The light that comes from an environment map: level 0 is what is seen, the others are blurred as rougher and rougher
// surfaces mirror them. Longitude along x, 0 at -Z, east to the right; the zenith in the first row.
layout(set = 0, binding = 6) uniform sampler2D environment_map;

vec3 environmentMap(vec3 direction, float level) {
  vec2 uv = vec2(atan(direction.x, -direction.z) / (2.0 * kPi) + 0.5, acos(clamp(direction.y, -1.0, 1.0)) / kPi);
  return textureLod(environment_map, uv, level).rgb * frame.map_intensity;
}

// Irradiance / pi (Ramamoorthi and Hanrahan 2001, eq. 13, the constants folded into the coefficients).
vec3 mapIrradiance(vec3 n) {
  return frame.map_intensity *
         max(frame.irradiance[0].rgb + frame.irradiance[1].rgb * n.y + frame.irradiance[2].rgb * n.z +
                 frame.irradiance[3].rgb * n.x + frame.irradiance[4].rgb * (n.x * n.y) +
                 frame.irradiance[5].rgb * (n.y * n.z) + frame.irradiance[6].rgb * (3.0 * n.z * n.z - 1.0) +
                 frame.irradiance[7].rgb * (n.x * n.z) + frame.irradiance[8].rgb * (n.x * n.x - n.y * n.y),
             0.0);
}

// Sky without clouds or disc: what haze fades to and water mirrors.
vec3 skyGradient(vec3 direction) {
  if (frame.map_intensity > 0.0) return environmentMap(direction, 2.0);
  float up = max(direction.y, 0.0);
  vec3 color = mix(frame.horizon_color.rgb, frame.zenith_color.rgb, 1.0 - exp(-4.0 * up));
  float toward = max(dot(direction, frame.to_sun.xyz), 0.0);
  vec3 warm = frame.sun_color.rgb / max(frame.sun_color.r, 1e-3);
  color += warm * (0.10 * pow(toward, 3.0) + 0.28 * pow(toward, 24.0)) * (1.0 - 0.5 * up);
  // Below the horizon there is land, hazy where it is far.
  return mix(color, frame.ground_color.rgb * 0.9, 0.85 * (1.0 - exp(min(direction.y, 0.0) * 3.2)));
}

float cloudDensity(vec2 p, int octaves) {
  float shape = fbm(p, octaves) + 0.35 * fbm(p * 0.31 + 11.0, 2) - 0.18;
  float cover = mix(0.62, 0.28, frame.zenith_color.w);
  return smoothstep(cover, cover + 0.26, shape);
}

vec3 sky(vec3 direction, float seconds) {
  vec3 color = skyGradient(direction);
  float toward = max(dot(direction, frame.to_sun.xyz), 0.0);
  if (frame.zenith_color.w > 0.0 && direction.y > 0.015) {
    vec2 p = direction.xz / (direction.y + 0.09) * 1.15 + vec2(0.006, 0.002) * seconds;
    float density = cloudDensity(p, 6);
    if (density > 0.0) {
      // Light that reached this point: little cloud between here and the sun makes it bright.
      vec2 step_to_sun = normalize(frame.to_sun.xz + 1e-4) * 0.16;
      float shade = 0.6 * cloudDensity(p + step_to_sun, 4) + 0.4 * cloudDensity(p + 2.2 * step_to_sun, 3);
      vec3 lit = mix(vec3(1.0), frame.sun_color.rgb / max(frame.sun_color.r, 1e-3), 0.7) * 1.12;
      vec3 dark = mix(frame.zenith_color.rgb, frame.horizon_color.rgb, 0.65) * 0.86;
      vec3 cloud = mix(lit, dark, clamp(shade * (0.55 + 0.45 * density), 0.0, 1.0));
      cloud += lit * 0.35 * pow(toward, 8.0) * (1.0 - density);
      float fade = smoothstep(0.015, 0.16, direction.y);
      color = mix(color, cloud, density * fade * 0.92);
    }
  }
  float disc = smoothstep(0.99955, 0.99985, toward);
  return color + frame.sun_color.rgb * disc * 1.5;
}

// Irradiance / pi from sky and ground on a surface.
vec3 ambientLight(vec3 normal) {
  if (frame.map_intensity > 0.0) return mapIrradiance(normal);
  vec3 sky_light = mix(frame.horizon_color.rgb, frame.zenith_color.rgb, 0.55);
  return mix(frame.ground_color.rgb * 0.55, sky_light, normal.y * 0.5 + 0.5) * 0.55;
}

// What a surface of this roughness mirrors.
vec3 mirroredLight(vec3 direction, float roughness) {
  if (frame.map_intensity > 0.0) return environmentMap(direction, roughness * (frame.map_levels - 1.0));
  return mix(skyGradient(direction), ambientLight(direction) * 1.4, roughness);
}

// Aerial perspective: distance fades to the sky behind it, less so high above the ground.
// `amount` becomes the share of haze.
vec3 applyHaze(vec3 color, vec3 world, out float amount) {
  amount = 0.0;
  if (frame.horizon_color.w <= 0.0) return color;
  vec3 ray = world - frame.camera.xyz;
  float distance_to = length(ray);
  vec3 direction = ray / max(distance_to, 1e-6);
  amount = 0.92 * (1.0 - exp(-distance_to * frame.horizon_color.w));
  vec3 haze = skyGradient(normalize(vec3(direction.x, max(direction.y, 0.02), direction.z)));
  return mix(color, haze, amount);
}

#endif
