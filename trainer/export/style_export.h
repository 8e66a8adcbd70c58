// From a trained generator to the style file that the plugin reads.
#pragma once

#include "engine/checkpoint.h"
#include "nn/generator.h"
#include "style/style.h"

namespace impasto::trainer {

// The generator with its norms folded by their running statistics. Throws impasto::Error(InvalidArgument) if a weight
// is not finite or does not fit fp16, naming the op.
Style makeStyle(const GeneratorImpl& generator, const Provenance& provenance);

// The generator that a checkpoint would be exported as: of any recipe that registers a "generator", its weight average
// as "average" and has a setting "size". The average if it has begun, the live weights before; frozen. Throws
// impasto::Error(InvalidArgument) for other checkpoints.
Generator generatorOf(const Checkpoint& checkpoint);

}  // namespace impasto::trainer
