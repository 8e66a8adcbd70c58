// Checks of what a host passes in. All throw Error(InvalidArgument) with a message that names the argument.
#pragma once

#include <string>

#include "base/error.h"
#include "impasto/impasto.h"

namespace impasto::api {

[[noreturn]] inline void invalid(const std::string& message) { throw Error(ErrorCode::InvalidArgument, message); }

template <class Pointer>
void checkNotNull(Pointer pointer, const char* name) {
  if (!pointer) invalid(std::string(name) + " is NULL");
}

template <class Struct>
void checkStruct(const Struct* object, const char* name) {
  checkNotNull(object, name);
  if (object->size != sizeof(Struct)) {
    invalid(std::string(name) + "->size is " + std::to_string(object->size) + ", expected " +
            std::to_string(sizeof(Struct)));
  }
  if (object->next) invalid(std::string(name) + "->next is reserved: expected NULL");
}

}  // namespace impasto::api
