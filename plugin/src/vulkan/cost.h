// What the steps of a plan cost, from the plan alone: multiply-adds and the bytes of the tensors and weights that are read
// or written, each counted once, however often a cache is asked for them. For measurements beside what was taken, and for
// predictions of devices that are not there.
#pragma once

#include <vector>

#include "backend/generator.h"
#include "vulkan/kernels/kernel.h"
#include "vulkan/plan.h"

namespace impasto::vulkan {

// Of the steps of each frame, in order; `graph` is the lowered one that was planned.
std::vector<LaunchCost> costsOf(const Graph& graph, const Plan& plan, const DeviceTraits& device);

}  // namespace impasto::vulkan
