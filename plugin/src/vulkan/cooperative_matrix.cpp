#include "vulkan/cooperative_matrix.h"

namespace impasto::vulkan {

MatrixShape chooseMatrixShape(std::span<const VkCooperativeMatrixPropertiesKHR> offered) noexcept {
  constexpr uint32_t kMost = 32;
  MatrixShape best;
  for (const VkCooperativeMatrixPropertiesKHR& shape : offered) {
    const bool half_in = shape.AType == VK_COMPONENT_TYPE_FLOAT16_KHR && shape.BType == VK_COMPONENT_TYPE_FLOAT16_KHR;
    const bool single_out =
        shape.CType == VK_COMPONENT_TYPE_FLOAT32_KHR && shape.ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR;
    if (!half_in || !single_out || shape.saturatingAccumulation || shape.scope != VK_SCOPE_SUBGROUP_KHR) continue;
    if (shape.MSize == 0 || shape.NSize == 0 || shape.KSize == 0) continue;
    if (shape.MSize > kMost || shape.NSize > kMost || shape.KSize > kMost) continue;
    if (shape.NSize % 8 != 0 || shape.KSize % 8 != 0) continue;
    if (shape.MSize * shape.NSize * shape.KSize <= best.m * best.n * best.k) continue;
    best = {shape.MSize, shape.NSize, shape.KSize};
  }
  return best;
}

}  // namespace impasto::vulkan
