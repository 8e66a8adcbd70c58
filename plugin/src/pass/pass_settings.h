// What an ImpastoPassInfo says once for all frames of a pass, checked.
#pragma once

#include <cstdint>

#include "impasto/impasto.h"
#include "pass/color.h"
#include "pass/surface.h"
#include "vulkan/device.h"

namespace impasto {

struct PassSettings {
  uint32_t frames_in_flight = 1;
  uint32_t layers = 1;  // 1: the host's views are 2D, else 2D arrays
  VkFormat input_format = VK_FORMAT_UNDEFINED;
  VkFormat output_format = VK_FORMAT_UNDEFINED;
  ColorEncoding input_encoding = ColorEncoding::Srgb;
  ColorEncoding output_encoding = ColorEncoding::Srgb;
  float paper_white = kDefaultPaperWhite;  // cd/m2
  DepthEncoding depth_encoding = DepthEncoding::Linear;
  NormalEncoding normal_encoding = NormalEncoding::Signed;
  NormalSpace normal_space = NormalSpace::View;
  bool motion_jittered = false;
  bool timings = false;
  bool op_timings = false;
};

// Reads all of `info` but handles and extent. Throws Error(InvalidArgument), naming the member, or Error(Unsupported) for
// formats that the device cannot use.
PassSettings readPassInfo(const vulkan::VulkanDevice& device, const ImpastoPassInfo& info);

}  // namespace impasto
