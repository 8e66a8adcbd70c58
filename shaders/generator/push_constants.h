// Push constants of the generator's kernels, declared once for GLSL and for C++.
#ifndef IMPASTO_GENERATOR_PUSH_CONSTANTS_H
#define IMPASTO_GENERATOR_PUSH_CONSTANTS_H

#ifdef __cplusplus
#include <cstdint>
namespace impasto::shaders {
using uint = uint32_t;
#endif

// Where a tensor lies in the buffer that is bound for it: texel (y, x) of quad q is quad
// ((y - first_row) * row_quads + quad + q) * pitch + x (plugin/src/backend/tensor_view.h).
struct TensorPlace {
  uint row_quads, quad;
  uint first_row;  // of the rows that are bound
  uint pitch;      // texels: what the tensor was made for, which a smaller frame does not fill
};

struct ConvPush {
  TensorPlace source, result, addend;
  uint in_width, in_height;  // after the upsample
  uint in_quads;             // that are read
  uint out_width;            // of the convolution, before depth_to_space
  uint out_quads;            // likewise; all of them
  uint begin_y, end_y;       // rows of the convolution's result that this dispatch computes
};

struct AddPush {
  TensorPlace first, second, result;
  uint width, quads;
  uint begin_y, end_y;
};

struct NoisePush {
  TensorPlace result;
  uint width, channels, seed;
  uint begin_y, end_y;
};

struct RearrangePush {
  TensorPlace source, result;
  uint out_width;
  uint begin_y, end_y;
  uint first_quad;                  // of the result: where invocations begin
  uint begin_channel, end_channel;  // of the result: what this dispatch writes
  uint pad;                         // 1: and the padding after it
};

struct BlendPush {
  TensorPlace source, history, result;
  uint width, height;
  uint begin_y, end_y;
};

struct ModulatePush {
  TensorPlace source, factors, result;
  uint width, channels;
  uint begin_y, end_y;
};

#ifdef __cplusplus
}  // namespace impasto::shaders
#endif

#endif
