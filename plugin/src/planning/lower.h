// What is rewritten in a graph before it is planned, so that less is left to do per frame:
//   - a convolution of a concat that holds something constant (noise) becomes a convolution of the rest plus an addend
//     that is computed once: convolution is linear. Not where the convolution's only reader is an op that backends take in
//     with it (add, depth_to_space).
//   - a graph whose output is an input gets a 1x1 convolution that copies it: the output has memory of its own.
// The result need not satisfy validateGraph (names may repeat), but means the same. No state.
#pragma once

#include <map>

#include "style/style.h"

namespace impasto {

struct LoweredGraph {
  Graph graph;
  std::map<uint32_t, ConvWeights> weights;  // by op index, one entry for each Conv2d
};

LoweredGraph lower(const Graph& graph, const std::map<uint32_t, ConvWeights>& weights);

// Which ops' tensors do not depend on the frame.
std::vector<bool> findConstants(const Graph& graph);

}  // namespace impasto
