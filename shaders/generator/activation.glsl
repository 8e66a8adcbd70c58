// Activations, numbered as enum class Activation in plugin/src/style/graph.h.
#ifndef IMPASTO_GENERATOR_ACTIVATION_GLSL
#define IMPASTO_GENERATOR_ACTIVATION_GLSL

vec4 activate(uint activation, vec4 v) {
  if (activation == 1) return max(v, vec4(0.0));
  if (activation == 2) return mix(0.2 * v, v, greaterThan(v, vec4(0.0)));
  if (activation == 3) return 1.0 / (1.0 + exp(-v));
  return v;
}

#endif
