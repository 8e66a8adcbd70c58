// The same generator in other runtimes. Each is a program of its own, for each brings libraries that do not go together:
// impasto-bench-libtorch (built with the trainer) and bench-onnxruntime (scripts/). They take the style file and a
// resolution, and print JSON:
//
//   {"name": "LibTorch 2.11", "peak": {"multiply_adds_per_second": ..., "bytes_per_second": ..., "how": ...},
//    "runs": [{"name": "fp32, channels last", "ms": [...]}, ...]}      ("peak" may be left out)
#pragma once

#include "results.h"
#include "style/style.h"

namespace impasto::app {

// Fills in `others` of each resolution, and the library's peak. A runtime that is not to be had is named with the reason.
void compareWithOthers(const Style& style, bool on_processor, BenchResult& result);

}  // namespace impasto::app
