#include "export.h"

#include <cmath>

#include "base/error.h"

namespace impasto::trainer {

Style makeStyle(const GeneratorImpl& generator, const Provenance& provenance) {
  constexpr float kLargestHalf = 65504.0f;
  Style style;
  style.graph = generator.spec().graph;
  style.size = generator.spec().size;
  style.weights = generator.foldedWeights();
  style.provenance = provenance;
  for (const auto& [op, weights] : style.weights) {
    for (const std::vector<float>* values : {&weights.kernel, &weights.bias}) {
      for (const float value : *values) {
        if (!(std::abs(value) <= kLargestHalf)) {
          throw Error(ErrorCode::InvalidArgument, "op " + style.graph.ops[op].name + " has the weight " +
                                                      std::to_string(value) + ", which fp16 cannot hold");
        }
      }
    }
  }
  return style;
}

}  // namespace impasto::trainer
