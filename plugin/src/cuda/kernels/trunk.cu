#include "cuda/kernels/trunk.h"

#define IMPASTO_TRUNK(name, rows)                                            \
  IMPASTO_KERNEL(name, ::impasto::cuda::TrunkParams, 384, 1) {               \
    ::impasto::cuda::Trunk<::impasto::cuda::TrunkShape<rows>>(params).run(); \
  }
IMPASTO_TRUNK_KERNELS(IMPASTO_TRUNK)
