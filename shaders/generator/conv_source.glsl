// What conv.comp and conv_matrix.comp read: a tensor, through a nearest 2x upsample or a space_to_depth, whose own tensor is
// never written. They define Loaded, the type in which they keep a quad.
#ifndef IMPASTO_GENERATOR_CONV_SOURCE_GLSL
#define IMPASTO_GENERATOR_CONV_SOURCE_GLSL

layout(constant_id = 8) const uint FOLD = 1;        // block of the space_to_depth; 1: none
layout(constant_id = 9) const uint FOLD_THREE = 0;  // 1: it folds three channels, without gaps

layout(binding = 0) readonly restrict buffer Source { Quad data[]; } source;

Loaded loadSubpixel(uint y, uint x, uint subpixel, uint quad) {
  return Loaded(source.data[quadIndex(push.source, y * FOLD + subpixel / FOLD, x * FOLD + subpixel % FOLD, quad)]);
}

// `y` and `x` are upsampled or folded ones; the order of folded quads is that of vulkan/plan.h, foldedQuads.
Loaded loadSource(uint y, uint x, uint quad) {
  if (FOLD == 1) return Loaded(source.data[quadIndex(push.source, y >> UPSAMPLE_SHIFT, x >> UPSAMPLE_SHIFT, quad)]);
  if (FOLD_THREE == 0) return loadSubpixel(y, x, quad % (FOLD * FOLD), quad / (FOLD * FOLD));
  // Each of three quads holds the end of one subpixel of four and the beginning of the next.
  const uint of_three = quad % 3, subpixel = quad / 3 * 4 + of_three;
  const Loaded a = loadSubpixel(y, x, subpixel, 0), b = loadSubpixel(y, x, subpixel + 1, 0);
  if (of_three == 0) return Loaded(a.xyz, b.x);
  if (of_three == 1) return Loaded(a.yz, b.xy);
  return Loaded(a.z, b.xyz);
}

#endif
