// Measures what the options ask for, one resolution after another.
#pragma once

#include "bench_options.h"
#include "results.h"

namespace impasto::app {

// Throws Error. On Ctrl-C it returns what there is, `interrupted` set. Shows a progress line.
BenchResult measure(const BenchOptions& options);

}  // namespace impasto::app
