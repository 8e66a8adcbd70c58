// The fp32 reference as what a HostGenerator runs.
#pragma once

#include "backend/host_executor.h"

namespace impasto {

std::unique_ptr<HostExecutor> makeReferenceExecutor(const Style& style, const HostExecutorRequest& request);

}  // namespace impasto
