#include "common/message.h"

#include <algorithm>
#include <cstdio>

namespace impasto::app {

std::string oneLine(std::string text) {
  // Bytes of UTF-8 sequences are 128 and above.
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return c < 32 || c == 127; }, '?');
  return text;
}

void complain(const std::string& program, const std::string& message) {
  std::fprintf(stderr, "%s: %s\n", program.c_str(), oneLine(message).c_str());
}

}  // namespace impasto::app
