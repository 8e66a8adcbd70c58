// impastoQueryRequirements: what a device should be created with, for each backend.
#pragma once

#include "impasto/impasto.h"

namespace impasto {

// Reads host_api_version and backend, fills in the rest. Throws Error(Unsupported), after filling in what is known, when
// the backend cannot run; Error(InvalidArgument) for an unknown backend.
void queryRequirements(VkInstance instance, VkPhysicalDevice physical_device,
                       PFN_vkGetInstanceProcAddr get_instance_proc_addr, ImpastoRequirements& requirements);

}  // namespace impasto
