#include "bench_style.h"

#include <cmath>

#include "common/error.h"
#include "nn/generator_spec.h"

namespace impasto::app {

Style makeUntrained(const std::string& size) {
  trainer::GeneratorSpec spec = trainer::makeGeneratorSpec(size);
  Style style;
  style.graph = std::move(spec.graph);
  style.size = size;
  style.provenance.title = "untrained, " + size;
  uint32_t state = 1;
  for (uint32_t i = 0; i < style.graph.ops.size(); ++i) {
    const Op& op = style.graph.ops[i];
    if (op.type != OpType::Conv2d) continue;
    const size_t inputs = size_t{style.graph.ops[op.inputs[0]].channels} * op.kernel * op.kernel;
    // Variance 1 / fan-in: values stay of the order of 1, for denormals and infinities have speeds of their own.
    const float scale = std::sqrt(3.0f / static_cast<float>(inputs));
    ConvWeights weights;
    weights.kernel.resize(inputs * op.channels);
    weights.bias.assign(op.channels, 0.0f);
    for (float& value : weights.kernel) value = noiseValue(state++, i, 0, 1) * scale;
    style.weights.emplace(i, std::move(weights));
  }
  return style;
}

Style readBenchStyle(const BenchOptions& options) {
  if (options.style.empty()) return makeUntrained(options.size);
  try {
    return readStyleFile(options.style);
  } catch (const std::exception& error) {  // "PATH: what is wrong"
    throw Error(std::string("--style ") + error.what());
  }
}

UniqueStyle toHandle(const Style& style) {
  const std::vector<std::byte> bytes = writeStyle(style);
  ImpastoStyle handle = nullptr;
  checkImpasto(impastoCreateStyleFromMemory(bytes.data(), bytes.size(), &handle), "the style");
  return UniqueStyle(handle);
}

}  // namespace impasto::app
