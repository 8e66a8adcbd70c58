#include "export/style_export.h"

#include <cmath>
#include <nlohmann/json.hpp>

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

Generator generatorOf(const Checkpoint& checkpoint) {
  const nlohmann::json settings = nlohmann::json::parse(checkpoint.settings, nullptr, /*allow_exceptions=*/false);
  if (!settings.is_object() || !settings.contains("size") || !settings["size"].is_string()) {
    throw Error(ErrorCode::InvalidArgument, "a checkpoint of the recipe " + checkpoint.recipe + " holds no style generator");
  }
  Generator generator(makeGeneratorSpec(shapeOf(settings)));
  const bool averaged = checkpoint.state.integer("average/active") != 0;
  load(*generator, checkpoint.state, averaged ? "average/" : "generator/");
  generator->freezeNorms(true);
  generator->eval();
  return generator;
}

}  // namespace impasto::trainer
