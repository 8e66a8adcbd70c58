// IEEE 754 binary16 by integer arithmetic, the same on every machine.
#pragma once

#include <bit>
#include <cstdint>

namespace impasto {

// Exact, subnormals included.
inline float floatFromHalf(uint16_t half) noexcept {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1Fu;
  const uint32_t mantissa = half & 0x3FFu;
  if (exponent == 0x1Fu) return std::bit_cast<float>(sign | 0x7F800000u | (mantissa << 13));
  if (exponent != 0) return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
  const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
  return sign != 0 ? -magnitude : magnitude;
}

// Rounds to nearest, ties to even; from 65520 on the result is infinite; NaN stays NaN.
inline uint16_t halfFromFloat(float value) noexcept {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000u);
  const uint32_t magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return static_cast<uint16_t>(sign | 0x7E00u);
  if (magnitude >= 0x477FF000u) return static_cast<uint16_t>(sign | 0x7C00u);  // 65520
  const uint32_t exponent = magnitude >> 23;
  // Normal halves drop 13 bits of mantissa; below 2^-14 one more for every halving, with the hidden bit made explicit.
  uint32_t dropped = 13, kept = magnitude - (112u << 23);
  if (exponent < 113) {
    if (exponent < 102) return sign;  // below 2^-25: rounds to zero
    dropped = 126 - exponent;
    kept = (magnitude & 0x7FFFFFu) | 0x800000u;
  }
  const uint32_t half_unit = 1u << (dropped - 1);
  const uint32_t rest = kept & ((1u << dropped) - 1);
  uint32_t result = kept >> dropped;
  if (rest > half_unit || (rest == half_unit && (result & 1u) != 0)) ++result;  // may carry into the exponent, rightly
  return static_cast<uint16_t>(sign | result);
}

}  // namespace impasto
