// From a trained generator to the style file that the plugin reads.
#pragma once

#include "networks/generator.h"
#include "style/style.h"

namespace impasto::trainer {

// The generator with its norms folded by their running statistics. Throws impasto::Error(InvalidArgument) if a weight
// is not finite or does not fit fp16, naming the op.
Style makeStyle(const GeneratorImpl& generator, const Provenance& provenance);

}  // namespace impasto::trainer
