// Compiled for AVX-512: called where the processor has it alone (row_kernels.cpp).
#include <immintrin.h>

#include "cpu/row_kernels.h"

namespace impasto::cpu {
namespace {

#include "cpu/row_kernels.inl"

struct Avx512 {
  using Type = __m512;
  static constexpr size_t kLanes = 16;
  static Type load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, Type v) { _mm512_storeu_ps(p, v); }
  static Type widenBfloat16(const uint16_t* p) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
  // To nearest even by integers; a NaN keeps its upper half, made quiet.
  static void narrowBfloat16(uint16_t* p, Type v) {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7FFF)));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    const __m512i result = _mm512_mask_or_epi32(rounded, nan, bits, _mm512_set1_epi32(0x400000));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm512_cvtepi32_epi16(_mm512_srli_epi32(result, 16)));
  }
  static Type widenHalf(const uint16_t* p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static void narrowHalf(uint16_t* p, Type v) {
    const Type most = _mm512_set1_ps(65504.0f);
    v = _mm512_max_ps(_mm512_sub_ps(_mm512_setzero_ps(), most), _mm512_min_ps(most, v));  // NaN, the second, stays
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static Type add(Type a, Type b) { return _mm512_add_ps(a, b); }
  static Type scale(Type a, float factor) { return _mm512_mul_ps(a, _mm512_set1_ps(factor)); }
  static Type selectNegative(Type by, Type negative, Type other) {
    return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(by, _mm512_setzero_ps(), _CMP_LT_OQ), other, negative);
  }
};

}  // namespace

const RowKernels kRowKernelsAvx512 = makeRowKernels<Avx512>();

}  // namespace impasto::cpu
