#include "cpu/row_kernels.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/half.h"

namespace impasto::cpu {
namespace {

float bfloat16ToFloat(uint16_t bits) { return std::bit_cast<float>(uint32_t{bits} << 16); }

uint16_t bfloat16FromFloat(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if (std::isnan(value)) return static_cast<uint16_t>((bits | 0x400000u) >> 16);
  return static_cast<uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

// One lane, in plain C++.
struct Scalar {
  using Type = float;
  static constexpr size_t kLanes = 1;
  static Type load(const float* p) { return *p; }
  static void store(float* p, Type v) { *p = v; }
  static Type widenBfloat16(const uint16_t* p) { return bfloat16ToFloat(*p); }
  static void narrowBfloat16(uint16_t* p, Type v) { *p = bfloat16FromFloat(v); }
  static Type widenHalf(const uint16_t* p) { return floatFromHalf(*p); }
  static void narrowHalf(uint16_t* p, Type v) { *p = halfFromFloat(std::clamp(v, -65504.0f, 65504.0f)); }
  static Type add(Type a, Type b) { return a + b; }
  static Type scale(Type a, float factor) { return a * factor; }
  static Type selectNegative(Type by, Type negative, Type other) { return by < 0 ? negative : other; }
};

#include "cpu/row_kernels.inl"

const RowKernels kRowKernelsPlain = makeRowKernels<Scalar>();

const RowKernels& best() noexcept {
  static const RowKernels& chosen = []() -> const RowKernels& {
#if defined(IMPASTO_CPU_X86)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
      return kRowKernelsAvx512;
    }
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("f16c")) return kRowKernelsAvx2;
#endif
    return kRowKernelsPlain;
  }();
  return chosen;
}

size_t index(Element element) noexcept { return static_cast<size_t>(element); }

}  // namespace

void convert(void* out, Element to, const void* in, Element from, size_t count) noexcept {
  if (to == from) {
    std::memcpy(out, in, count * bytesOf(to));
    return;
  }
  best().convert[index(to)][index(from)](out, in, count);
}

void add(void* out, Element out_type, const void* a, Element a_type, const void* b, Element b_type, size_t count,
         Activation activation) noexcept {
  const RowKernels::Add sum = best().add[index(out_type)][index(a_type)][index(b_type)];
  switch (activation) {
    case Activation::None:
      return sum(out, a, b, count, false, 1);
    case Activation::Relu:
      return sum(out, a, b, count, true, 0);
    case Activation::LeakyRelu:
      return sum(out, a, b, count, true, kLeakyReluSlope);
    case Activation::Sigmoid:
      break;
  }
  // By blocks that are rounded once, after the activation.
  constexpr size_t kBlock = 256;
  float values[kBlock];
  const RowKernels::Add block_sum = best().add[index(Element::Float)][index(a_type)][index(b_type)];
  for (size_t first = 0; first < count; first += kBlock) {
    const size_t length = std::min(kBlock, count - first);
    block_sum(values, static_cast<const std::byte*>(a) + first * bytesOf(a_type),
              static_cast<const std::byte*>(b) + first * bytesOf(b_type), length, false, 1);
    activate(values, length, activation);
    convert(static_cast<std::byte*>(out) + first * bytesOf(out_type), out_type, values, Element::Float, length);
  }
}

void activate(float* values, size_t count, Activation activation) noexcept {
  switch (activation) {
    case Activation::None:
      break;
    case Activation::Relu:
      for (size_t i = 0; i < count; ++i) values[i] = std::max(values[i], 0.0f);
      break;
    case Activation::LeakyRelu:
      for (size_t i = 0; i < count; ++i) values[i] = values[i] < 0 ? values[i] * kLeakyReluSlope : values[i];
      break;
    case Activation::Sigmoid:
      for (size_t i = 0; i < count; ++i) values[i] = 1.0f / (1.0f + std::exp(-values[i]));
      break;
  }
}

}  // namespace impasto::cpu
