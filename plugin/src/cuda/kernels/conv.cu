#include "cuda/kernels/conv.h"

#define IMPASTO_CONV(name, kernel, stride, rows, columns, blocks)                                   \
  IMPASTO_KERNEL(name, ::impasto::cuda::ConvParams, 128, blocks) {                                  \
    ::impasto::cuda::Conv<::impasto::cuda::ConvShape<kernel, stride, rows, columns>>(params).run(); \
  }
IMPASTO_CONV_KERNELS(IMPASTO_CONV)
