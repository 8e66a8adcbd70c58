// What impasto-bench has measured, and how it is shown: a table to read, or JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

#include "bench_options.h"
#include "peak.h"
#include "spread.h"

namespace impasto::app {

struct OpResult {
  std::string name;
  double multiply_adds = 0, bytes = 0;
  Spread milliseconds;
};

// The generator alone in another runtime.
struct OtherRuntime {
  std::string name;                 // "LibTorch 2.11.0 fp32"
  Spread milliseconds;
  std::string missing;              // why there is nothing, on one line; then the rest is empty
};

struct ResolutionResult {
  Resolution resolution;
  Spread gpu, host, record;                             // milliseconds of the whole pass; host: by its clock
  std::vector<std::pair<std::string, Spread>> stages;   // in order; "generator" is what is left where it runs elsewhere
  std::vector<OpResult> ops;
  double multiply_adds = 0, bytes = 0;                  // of the generator; 0 where the backend does not say
  double memory_bytes = 0;
  std::vector<OtherRuntime> others;
};

struct BenchResult {
  std::string device, backend, style, version;
  double parameters = 0, multiply_adds_per_pixel = 0;
  bool half_precision = false;
  uint32_t warm_up = 0, frames = 0;
  Peak peak;
  std::optional<Peak> library_peak;  // of a library of the vendor's, measured by a comparison
  std::vector<ResolutionResult> resolutions;
  bool interrupted = false;
};

std::string asTable(const BenchResult& result);
nlohmann::json asJson(const BenchResult& result);
nlohmann::json asJson(const Spread& spread);

}  // namespace impasto::app
