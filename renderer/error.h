// The one exception type of the renderer. Messages are one line and name the file, the device or the call.
#pragma once

#include <vulkan/vulkan_core.h>

#include <stdexcept>
#include <string>

namespace impasto::render {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string resultName(VkResult result);

// Throws Error("<what> failed: VK_ERROR_...") unless the call succeeded.
inline void check(VkResult result, const char* what) {
  if (result != VK_SUCCESS) throw Error(std::string(what) + " failed: " + resultName(result));
}

}  // namespace impasto::render
