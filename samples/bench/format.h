// printf into a string.
#pragma once

#include <string>

namespace impasto::app {

std::string format(const char* pattern, ...) __attribute__((format(printf, 1, 2)));

}  // namespace impasto::app
