// What a graph costs to run, as far as that follows from the graph alone.
#pragma once

#include "style/graph.h"

namespace impasto::trainer {

// Bytes that move to and from memory for each full-resolution pixel, at least, where every convolution is a pass of its own
// with fp16 tensors in quads of channels: it reads what it depends on once and writes its result once. What only rearranges
// (shuffles, upsampling, concat) happens on the way, and an add while its last operand is written. Global tensors do not
// count.
double bytesMovedPerPixel(const Graph& graph);

}  // namespace impasto::trainer
