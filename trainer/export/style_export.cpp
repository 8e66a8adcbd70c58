#include "export/style_export.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "nn/johnson.h"

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

std::shared_ptr<PaintingNetwork> networkOf(const Checkpoint& checkpoint) {
  const nlohmann::json settings = nlohmann::json::parse(checkpoint.settings, nullptr, /*allow_exceptions=*/false);
  if (!settings.is_object() || !settings.contains("size") || !settings["size"].is_string()) {
    throw Error(ErrorCode::InvalidArgument, "a checkpoint of the recipe " + checkpoint.recipe + " holds no network that paints");
  }
  std::shared_ptr<PaintingNetwork> network;
  if (settings.value("network", "") == Johnson::kName) {
    network = std::make_shared<Johnson>();
  } else {
    network = std::make_shared<GeneratorImpl>(makeGeneratorSpec(shapeOf(settings)));
  }
  const bool averaged = checkpoint.state.integer("average/active") != 0;
  load(*network, checkpoint.state, averaged ? "average/" : "generator/");
  network->freezeNorms(true);
  network->eval();
  return network;
}

Generator generatorOf(const Checkpoint& checkpoint) {
  auto generator = std::dynamic_pointer_cast<GeneratorImpl>(networkOf(checkpoint));
  if (!generator) throw Error(ErrorCode::InvalidArgument, "the checkpoint's network was trained to compare with: no style file can hold it");
  return Generator(std::move(generator));
}

std::shared_ptr<PaintingNetwork> readPaintingNetwork(const std::string& path) {
  if (!isCheckpoint(path)) {
    const auto generator = std::make_shared<GeneratorImpl>(readStyleFile(path));
    generator->freezeNorms(true);
    return generator;
  }
  try {
    return networkOf(readCheckpoint(path));
  } catch (const Error& error) {
    const std::string what = error.what();
    throw Error(error.code(), what.rfind(path, 0) == 0 ? what : path + ": " + what);
  }
}

}  // namespace impasto::trainer
