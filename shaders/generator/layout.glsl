// How tensors lie in storage buffers; the C++ side and the picture are in plugin/src/backend/tensor_view.h.
//
//   #define IMPASTO_HALF 1 (or 0)        from the build: two variants of each shader
//   layout(binding = 0) readonly buffer Input { Quad data[]; } source;
//   vec4 value = loadQuad(source.data[quadIndex(...)]);
#ifndef IMPASTO_GENERATOR_LAYOUT_GLSL
#define IMPASTO_GENERATOR_LAYOUT_GLSL

#if IMPASTO_HALF
#extension GL_EXT_shader_16bit_storage : require
#define Quad f16vec4
#define Element float16_t
// Beyond fp16's range a value saturates: an infinity would become NaN in the next sum.
#define storeQuad(v) f16vec4(clamp(v, vec4(-65504.0), vec4(65504.0)))
#else
#define Quad vec4
#define Element float
#define storeQuad(v) (v)
#endif
#define loadQuad(q) vec4(q)

// Index of a quad in a band that begins with row `first_row` (backend/tensor_view.h). `quad` counts from the row's
// beginning: TensorView::quad + channel / 4.
uint quadIndex(uint y, uint x, uint quad, uint first_row, uint row_quads, uint width) {
  return ((y - first_row) * row_quads + quad) * width + x;
}

#ifdef IMPASTO_GENERATOR_PUSH_CONSTANTS_H
// The same; `quad` counts from the tensor's first.
uint quadIndex(TensorPlace place, uint y, uint x, uint quad) {
  return quadIndex(y, x, place.quad + quad, place.first_row, place.row_quads, place.pitch);
}
#endif

#endif
