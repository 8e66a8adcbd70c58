// What the convolutions (conv.comp, conv_software.comp, conv_matrix.comp) do with a sum: activation, depth_to_space, the sum with another
// tensor and that sum's activation, and the store.
#ifndef IMPASTO_GENERATOR_CONV_RESULT_GLSL
#define IMPASTO_GENERATOR_CONV_RESULT_GLSL

layout(constant_id = 1) const uint KERNEL = 3;
layout(constant_id = 2) const uint STRIDE = 1;
layout(constant_id = 3) const uint ACTIVATION = 0;
layout(constant_id = 4) const uint UPSAMPLE_SHIFT = 0;  // 1: the source is read through a nearest 2x upsample
layout(constant_id = 5) const uint BLOCK = 1;           // of depth_to_space; 1: none
layout(constant_id = 6) const uint ADD = 0;             // 1: + addend
layout(constant_id = 7) const uint ADD_ACTIVATION = 0;

layout(binding = 2) writeonly restrict buffer Result { Quad data[]; } result;
layout(binding = 3) readonly restrict buffer Addend { Quad data[]; } addend;
layout(binding = 4) readonly restrict buffer Bias { vec4 data[]; } biases;  // a quad for each output quad

layout(push_constant) uniform Push { ConvPush push; };

// `x`, `y` and `quad` as the convolution counts them, before depth_to_space (vulkan/plan.h, convQuads).
void store(uint x, uint y, uint quad, vec4 value) {
  if (x >= push.out_width || y >= push.end_y || quad >= push.out_quads) return;
  const uint subpixel = quad % (BLOCK * BLOCK);
  const uint place_y = y * BLOCK + subpixel / BLOCK;
  const uint place_x = x * BLOCK + subpixel % BLOCK;
  const uint place_quad = quad / (BLOCK * BLOCK);
  value = activate(ACTIVATION, value);
  if (ADD != 0) {
    value = activate(ADD_ACTIVATION,
                     value + loadQuad(addend.data[quadIndex(push.addend, place_y, place_x, place_quad)]));
  }
  result.data[quadIndex(push.result, place_y, place_x, place_quad)] = storeQuad(value);
}

#endif
