// The generator that is measured: a style file, or one of the trainer's sizes with weights that nobody trained.
#pragma once

#include <string>

#include "bench_options.h"
#include "common/impasto_device.h"
#include "style/style.h"

namespace impasto::app {

// Of a size of nn/generator_spec.h, with weights from a seed: as fast as a trained one.
Style makeUntrained(const std::string& size);

// What the options name. Throws Error, naming the file.
Style readBenchStyle(const BenchOptions& options);

UniqueStyle toHandle(const Style& style);

}  // namespace impasto::app
