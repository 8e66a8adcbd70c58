// Compiled for AVX2 with F16C: called where the processor has them alone (row_kernels.cpp).
#include <immintrin.h>

#include "cpu/row_kernels.h"

namespace impasto::cpu {
namespace {

#include "cpu/row_kernels.inl"

struct Avx2 {
  using Type = __m256;
  static constexpr size_t kLanes = 8;
  static Type load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(float* p, Type v) { _mm256_storeu_ps(p, v); }
  static Type widenBfloat16(const uint16_t* p) {
    const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
  }
  // To nearest even by integers; a NaN keeps its upper half, made quiet.
  static void narrowBfloat16(uint16_t* p, Type v) {
    const __m256i bits = _mm256_castps_si256(v);
    const __m256i odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i rounded = _mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7FFF)));
    const __m256i quiet = _mm256_or_si256(bits, _mm256_set1_epi32(0x400000));
    const __m256 nan = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
    const __m256i result = _mm256_castps_si256(
        _mm256_blendv_ps(_mm256_castsi256_ps(rounded), _mm256_castsi256_ps(quiet), nan));
    const __m256i upper = _mm256_srli_epi32(result, 16);
    const __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi32(upper, upper), 0x08);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_castsi256_si128(packed));
  }
  static Type widenHalf(const uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static void narrowHalf(uint16_t* p, Type v) {
    const Type most = _mm256_set1_ps(65504.0f);
    v = _mm256_max_ps(_mm256_sub_ps(_mm256_setzero_ps(), most), _mm256_min_ps(most, v));  // NaN, the second, stays
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  }
  static Type add(Type a, Type b) { return _mm256_add_ps(a, b); }
  static Type scale(Type a, float factor) { return _mm256_mul_ps(a, _mm256_set1_ps(factor)); }
  static Type selectNegative(Type by, Type negative, Type other) {
    return _mm256_blendv_ps(other, negative, _mm256_cmp_ps(by, _mm256_setzero_ps(), _CMP_LT_OQ));
  }
};

}  // namespace

const RowKernels kRowKernelsAvx2 = makeRowKernels<Avx2>();

}  // namespace impasto::cpu
