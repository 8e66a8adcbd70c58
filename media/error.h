// The exception of everything that reads or writes pictures and video.
#pragma once

#include <stdexcept>

namespace impasto::media {

// The message is one line that names the file, the device or the call, and says what is wrong.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace impasto::media
