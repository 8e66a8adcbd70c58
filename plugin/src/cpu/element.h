// The types of the numbers in tensors of the CPU backend.
#pragma once

#include <cstddef>
#include <cstdint>

namespace impasto::cpu {

enum class Element : uint8_t { Float, Bfloat16, Half };  // Half: in tensors of the pass alone

inline constexpr size_t kElements = 3;

constexpr size_t bytesOf(Element element) noexcept { return element == Element::Float ? 4 : 2; }

}  // namespace impasto::cpu
