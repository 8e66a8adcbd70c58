#version 460
#extension GL_GOOGLE_include_directive : require

// Four samples a pixel to one: colour is tonemapped and averaged (a bright sample cannot swallow its neighbours), the
// rest is sample 0, because an average of two depths or two motions is neither.
layout(set = 0, binding = 0) uniform sampler2DMS color_samples;
layout(set = 0, binding = 1) uniform sampler2DMS depth_samples;
layout(set = 0, binding = 2) uniform sampler2DMS normal_samples;
layout(set = 0, binding = 3) uniform sampler2DMS motion_samples;
layout(push_constant) uniform Push { float exposure; } push;

layout(location = 0) out vec4 out_display;  // sRGB-encoded
layout(location = 1) out float out_depth;
layout(location = 2) out vec4 out_normal;
layout(location = 3) out vec2 out_motion;

// A filmic curve (fit of the ACES reference transform, Narkowicz 2015), on luminance and channels half and half, which
// keeps the hue of bright colours without neon.
float curve(float x) { return clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0); }

vec3 tonemap(vec3 color) {
  color = max(color * push.exposure * 0.62, 0.0);
  float luminance = dot(color, vec3(0.2126, 0.7152, 0.0722));
  vec3 by_luminance = color * (curve(luminance) / max(luminance, 1e-4));
  vec3 by_channel = vec3(curve(color.r), curve(color.g), curve(color.b));
  return clamp(mix(by_channel, by_luminance, 0.5), 0.0, 1.0);
}

vec3 encodeSrgb(vec3 linear) {
  return mix(12.92 * linear, 1.055 * pow(linear, vec3(1.0 / 2.4)) - 0.055, greaterThan(linear, vec3(0.0031308)));
}

void main() {
  ivec2 pixel = ivec2(gl_FragCoord.xy);
  vec3 sum = vec3(0.0);
  for (int i = 0; i < 4; ++i) sum += tonemap(texelFetch(color_samples, pixel, i).rgb);
  out_display = vec4(encodeSrgb(sum * 0.25), 1.0);
  out_depth = texelFetch(depth_samples, pixel, 0).r;
  out_normal = texelFetch(normal_samples, pixel, 0);
  out_motion = texelFetch(motion_samples, pixel, 0).rg;
}
