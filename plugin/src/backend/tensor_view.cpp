#include "backend/tensor_view.h"

#include <algorithm>
#include <numeric>
#include <string>

#include "base/error.h"

namespace impasto {

uint32_t bandGranularity(VkDeviceSize row_bytes, VkDeviceSize alignment) {
  return static_cast<uint32_t>(alignment / std::gcd(alignment, row_bytes));
}

std::vector<TensorBand> splitIntoBands(const VkPhysicalDeviceLimits& limits, const TensorView& view) {
  const VkDeviceSize row_bytes = view.rowBytes();
  const uint32_t granularity = bandGranularity(row_bytes, limits.minStorageBufferOffsetAlignment);
  const VkDeviceSize max_range = limits.maxStorageBufferRange;
  const VkDeviceSize max_rows = max_range / row_bytes / granularity * granularity;
  if (max_rows == 0 && max_range / row_bytes < view.height) {
    throw Error(ErrorCode::Unsupported,
                std::to_string(granularity) + " rows of a tensor take " + std::to_string(granularity * row_bytes) +
                    " bytes: the device's maxStorageBufferRange is " + std::to_string(max_range));
  }
  std::vector<TensorBand> bands;
  for (VkDeviceSize first = 0; first < view.height;) {
    const VkDeviceSize rows =
        max_range / row_bytes >= view.height ? view.height : std::min<VkDeviceSize>(max_rows, view.height - first);
    bands.push_back(
        {static_cast<uint32_t>(first), static_cast<uint32_t>(rows), view.offset + first * row_bytes, rows * row_bytes});
    first += rows;
  }
  return bands;
}

}  // namespace impasto
