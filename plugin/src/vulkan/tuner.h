// Times the kernels that fit a plan's steps, where there are several and which is fastest is not known yet
// (kernel_choices.h), on a queue that the host has lent for that. Submits and waits: for prepare(), never for a frame.
#pragma once

#include <map>

#include "style/style.h"
#include "vulkan/device.h"
#include "vulkan/plan.h"

namespace impasto::vulkan {

// Returns whether anything was measured: then the plan may choose otherwise. `graph` is the lowered one of the plan.
// Nothing is measured without a queue (VulkanDevice::tuning_queue), without timestamps, or where there is not the memory
// for it. Throws Error(DeviceLost).
bool tune(const VulkanDevice& device, const Graph& graph, const Plan& plan,
          const std::map<uint32_t, ConvWeights>& weights);

}  // namespace impasto::vulkan
