// An enum as a host wrote it: C lets it put any 32 bits there, C++ lets nobody load what is outside the enum's range.
#pragma once

#include <cstdint>
#include <cstring>

namespace impasto {

template <class Enum>
int32_t hostEnum(const Enum& value) noexcept {
  int32_t bits = 0;
  static_assert(sizeof bits == sizeof value);
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

}  // namespace impasto
