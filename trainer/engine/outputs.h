// The files that a run will write, looked at before it begins: an hour later is too late.
#pragma once

#include "config/run_settings.h"

namespace impasto::trainer {

// Throws impasto::Error, naming the path: (Io) if no file can be made where the result or the checkpoint shall lie, or
// (InvalidArgument) if what lies there is nothing that a run wrote, and so nothing that --overwrite or --resume may replace.
void checkOutputs(const RunSettings& run);

}  // namespace impasto::trainer
