// What a generator is before training: the graph it will be exported as, and which of its convolutions carry a batch
// norm while it is trained. Training runs this very graph and export folds the norms into it, so the generator that was
// trained and the one in the style file cannot differ.
//
// This is the one place to change the architecture.
#pragma once

#include <set>
#include <string>

#include "style/graph.h"

namespace impasto::trainer {

struct GeneratorSpec {
  Graph graph;                // validated
  std::set<uint32_t> normed;  // Conv2d ops followed by a batch norm (before their activation) in training
  std::string size;           // "small", "medium", "large"
};

// Throws impasto::Error(InvalidArgument) for another size.
GeneratorSpec makeGeneratorSpec(const std::string& size);

}  // namespace impasto::trainer
