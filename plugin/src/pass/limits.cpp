#include "pass/limits.h"

#include <string>

#include "base/error.h"

namespace impasto {

void checkExtent(uint32_t width, uint32_t height) {
  if (width >= 1 && width <= kMaxExtent && height >= 1 && height <= kMaxExtent) return;
  throw Error(ErrorCode::InvalidArgument, "extent is " + std::to_string(width) + "x" + std::to_string(height) +
                                              ", expected 1 to " + std::to_string(kMaxExtent) + " pixels each way");
}

}  // namespace impasto
