// Checks of what a host passes in, and how structs of other versions are read and filled in. All throw
// Error(InvalidArgument) with a message that names the argument.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>

#include "base/error.h"
#include "impasto/impasto.h"

namespace impasto::api {

[[noreturn]] inline void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); }

template <class Pointer>
void checkNotNull(Pointer pointer, const char* name) {
  if (!pointer) invalid(std::string(name) + " is NULL");
}

// The size of a struct in the first version that had it: hosts of any version since then give at least that.
template <class Struct>
inline constexpr size_t kFirstSize = sizeof(Struct);
template <>
inline constexpr size_t kFirstSize<ImpastoRequirements> = offsetof(ImpastoRequirements, host_api_version);
template <>
inline constexpr size_t kFirstSize<ImpastoContextInfo> = offsetof(ImpastoContextInfo, api_version);
template <>
inline constexpr size_t kFirstSize<ImpastoStyleInfo> = offsetof(ImpastoStyleInfo, needs_depth);
template <>
inline constexpr size_t kFirstSize<ImpastoPassInfo> = offsetof(ImpastoPassInfo, layers);
template <>
inline constexpr size_t kFirstSize<ImpastoTimings> = offsetof(ImpastoTimings, op_count);
template <>
inline constexpr size_t kFirstSize<ImpastoFrame> = offsetof(ImpastoFrame, width);
template <>
inline constexpr size_t kFirstSize<ImpastoHostImage> = offsetof(ImpastoHostImage, style_vector_length);

inline constexpr size_t kLargestSize = 1u << 16;  // no version's structs will be larger

template <class Struct>
void checkStruct(const Struct* object, const char* name) {
  checkNotNull(object, name);
  if (object->size < kFirstSize<Struct> || object->size > kLargestSize) {
    invalid(std::string(name) + "->size is " + std::to_string(object->size) + ", expected sizeof, " +
            std::to_string(sizeof(Struct)) + " in this version");
  }
  if (object->next) invalid(std::string(name) + "->next is reserved: expected NULL");
}

// The struct as this version has it: what an older host does not know is 0, what a newer one has put behind it must be.
template <class Struct>
Struct readStruct(const Struct* object, const char* name) {
  checkStruct(object, name);
  Struct copy{};
  std::memcpy(&copy, object, std::min(object->size, sizeof copy));
  copy.size = sizeof copy;
  const auto* bytes = reinterpret_cast<const unsigned char*>(object);
  if (object->size > sizeof copy &&
      std::any_of(bytes + sizeof copy, bytes + object->size, [](unsigned char byte) { return byte != 0; })) {
    invalid(std::string(name) + "->size is " + std::to_string(object->size) +
            ", and a member that this version does not know (it has " + std::to_string(sizeof copy) +
            " bytes) is not 0");
  }
  return copy;
}

// Fills in as much of the host's struct as it has room for; `size` and `next` stay.
template <class Struct>
void writeStruct(const Struct& filled, Struct* object) noexcept {
  constexpr size_t kHead = offsetof(Struct, next) + sizeof(object->next);
  std::memcpy(reinterpret_cast<std::byte*>(object) + kHead, reinterpret_cast<const std::byte*>(&filled) + kHead,
              std::min(object->size, sizeof filled) - kHead);
}

}  // namespace impasto::api
