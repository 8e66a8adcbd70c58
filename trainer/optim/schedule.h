// Learning rates over a run, as shares of the peak.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace impasto::trainer {

enum class Decay { Constant, Linear, Cosine, Step };

// "constant", "linear", "cosine", "step"; throws impasto::Error(InvalidArgument) for others.
Decay parseDecay(const std::string& name);
const std::vector<std::string>& decayNames();

// The share at `done`, 0 to 1 of a stretch, from 1 down to `last`: along a line, along half a cosine, or by quarters of the
// stretch at 1, and then at three values of equal ratio, the last one `last`. Constant: always 1.
double decayAt(Decay decay, double done, double last);

// Rises from nearly 0 to 1 over the first `steps` steps; step is counted from 0.
double warmUpAt(int64_t step, int64_t steps);

}  // namespace impasto::trainer
