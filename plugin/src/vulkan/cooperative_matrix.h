// What VK_KHR_cooperative_matrix adds to Vulkan, as far as it is used here, for headers that are older than the extension
// (Debian 12's); and which shapes a device has.
#pragma once

#include <vulkan/vulkan_core.h>

#include <cstdint>
#include <span>

#ifndef VK_KHR_cooperative_matrix
#define VK_KHR_cooperative_matrix 1
#define VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME "VK_KHR_cooperative_matrix"
inline constexpr auto VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR =
    static_cast<VkStructureType>(1000506000);
inline constexpr auto VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR = static_cast<VkStructureType>(1000506001);
enum VkComponentTypeKHR : uint32_t { VK_COMPONENT_TYPE_FLOAT16_KHR = 0, VK_COMPONENT_TYPE_FLOAT32_KHR = 1 };
enum VkScopeKHR : uint32_t { VK_SCOPE_SUBGROUP_KHR = 3 };
struct VkPhysicalDeviceCooperativeMatrixFeaturesKHR {
  VkStructureType sType;
  void* pNext;
  VkBool32 cooperativeMatrix;
  VkBool32 cooperativeMatrixRobustBufferAccess;
};
struct VkCooperativeMatrixPropertiesKHR {
  VkStructureType sType;
  void* pNext;
  uint32_t MSize, NSize, KSize;
  VkComponentTypeKHR AType, BType, CType, ResultType;
  VkBool32 saturatingAccumulation;
  VkScopeKHR scope;
};
using PFN_vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR = VkResult(VKAPI_PTR*)(VkPhysicalDevice, uint32_t*,
                                                                                   VkCooperativeMatrixPropertiesKHR*);
#endif

namespace impasto::vulkan {

// Of one multiplication by a subgroup: m x k times k x n, fp16 in, fp32 accumulate. All 0: none.
struct MatrixShape {
  uint32_t m = 0, n = 0, k = 0;
};

// The shape that the convolution (kernels/conv_matrix.h) does most with: the one with the most multiply-adds of those whose
// rows are whole 16 bytes and which are at most 32 each way. None where no shape will do.
MatrixShape chooseMatrixShape(std::span<const VkCooperativeMatrixPropertiesKHR> offered) noexcept;

}  // namespace impasto::vulkan
