#include "recipes/trained_generator.h"

#include "engine/communicator.h"
#include "export/style_export.h"
#include "nn/widened.h"

namespace impasto::trainer {
namespace {

std::shared_ptr<GeneratorImpl> makeGenerator(const GeneratorShape& shape, const Runtime& runtime) {
  const auto generator = std::make_shared<GeneratorImpl>(makeGeneratorSpec(shape));
  generator->to(runtime.device);
  generator->setCompute(runtime.compute);
  if (runtime.together) {
    generator->setProcesses(runtime.processes, [together = runtime.together](const torch::Tensor& tensor) {
      return differentiableSum(*together, tensor);
    });
  }
  generator->train();
  return generator;
}

}  // namespace

TrainedGenerator::TrainedGenerator(const GeneratorSettings& settings, int64_t steps, uint64_t seed, const Runtime& runtime)
    : TrainedNetwork((torch::manual_seed(seed), makeGenerator(settings, runtime)), makeGenerator(settings, runtime), settings,
                     steps),
      shape_(settings), live_generator_(std::static_pointer_cast<GeneratorImpl>(live_)),
      averaged_generator_(std::static_pointer_cast<GeneratorImpl>(averaged_)) {}

Style TrainedGenerator::style(const Provenance& provenance) { return makeStyle(*exported(), provenance); }

void TrainedGenerator::adopt(const Style& style, const std::string& /*path*/) {
  live_generator_->adoptFolded(widened(style, *live_generator_));
}

void TrainedGenerator::registerState(Registry& registry, const std::string& prefix) {
  TrainedNetwork::registerState(registry, prefix);
  GeneratorShape shape = shape_;
  Fields fields;
  declare(fields, shape);
  declareExtraInputs(fields, shape);
  for (const Field& field : fields.all()) registry.fingerprint(field.flag(), field.valueText());
}

}  // namespace impasto::trainer
