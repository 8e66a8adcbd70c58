// What is done to runs of numbers outside of the convolutions: another type, and sums. With AVX-512 or with AVX2 and F16C
// where the processor has them, chosen once; in plain C++ elsewhere. Thread-safe: no state.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/element.h"
#include "style/graph.h"

namespace impasto::cpu {

// `count` numbers as another type; of one type: copied. Rounds to nearest, ties to even; Half saturates at 65504.
void convert(void* out, Element to, const void* in, Element from, size_t count) noexcept;

// out = activation(a + b). Neither of them is Half; `out` may be `a` or `b` where the types are the same.
void add(void* out, Element out_type, const void* a, Element a_type, const void* b, Element b_type, size_t count,
         Activation activation) noexcept;

// In place.
void activate(float* values, size_t count, Activation activation) noexcept;

// One set of these for one instruction set.
struct RowKernels {
  using Convert = void (*)(void* out, const void* in, size_t count);
  using Add = void (*)(void* out, const void* a, const void* b, size_t count, bool clamp, float slope);
  Convert convert[kElements][kElements];  // [to][from]
  Add add[2][2][2];                       // [out][a][b]; clamp: negative sums times `slope`
};

#if defined(IMPASTO_CPU_X86)
extern const RowKernels kRowKernelsAvx512;  // F, BW, DQ, VL
extern const RowKernels kRowKernelsAvx2;    // with F16C
#endif

}  // namespace impasto::cpu
