#include "pass/limits.h"

#include <string>

#include "base/error.h"

namespace impasto {

void checkExtent(uint32_t width, uint32_t height) {
  if (width >= 1 && width <= kMaxExtent && height >= 1 && height <= kMaxExtent) return;
  throw Error(ErrorCode::InvalidArgument, "extent is " + std::to_string(width) + "x" + std::to_string(height) +
                                              ", expected 1 to " + std::to_string(kMaxExtent) + " pixels each way");
}

void checkInputsSupported(const Graph& graph) {
  if (graph.wants(InputKind::History)) {
    throw Error(ErrorCode::Unsupported, "the style wants the history input, which this version does not offer");
  }
}

}  // namespace impasto
