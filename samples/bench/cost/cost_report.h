// Predictions as people read them: for one device, for a budget, and the page docs/cost.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "bench_options.h"

namespace impasto::app {

std::string listDeviceClasses();

// For --predict (a class's id, or "all"), with --budget where it is given; of --style, or of all three sizes. Throws
// UsageError for a class that there is none of.
std::string predictionText(const BenchOptions& options);
nlohmann::json predictionJson(const BenchOptions& options);

// docs/cost.md, whole.
std::string costPage();

}  // namespace impasto::app
