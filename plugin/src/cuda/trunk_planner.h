// Finds the runs of convolutions that one cooperative kernel can run (kernels/trunk.h).
#pragma once

#include "cuda/planner.h"

namespace impasto::cuda {

// Each run of the frame's steps that has a trunk kernel becomes one step. Nothing is allocated yet.
void fuseTrunks(PlannedSteps& steps, const DeviceTraits& device);

}  // namespace impasto::cuda
