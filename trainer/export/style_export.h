// From a trained generator to the style file that the plugin reads.
#pragma once

#include <memory>
#include <string>

#include "engine/checkpoint.h"
#include "nn/generator.h"
#include "style/style.h"

namespace impasto::trainer {

// The generator with its norms folded by their running statistics. Throws impasto::Error(InvalidArgument) if a weight
// is not finite or does not fit fp16, naming the op.
Style makeStyle(const GeneratorImpl& generator, const Provenance& provenance);

// The network that a checkpoint's run would end with: of any recipe that registers a "generator", its weight average as
// "average" and has a setting "size". The average if it has begun, the live weights before; frozen, on the CPU. Throws
// impasto::Error(InvalidArgument) for other checkpoints.
std::shared_ptr<PaintingNetwork> networkOf(const Checkpoint& checkpoint);

// The same where it is a generator that a style file can hold; throws likewise for others.
Generator generatorOf(const Checkpoint& checkpoint);

// What paints in a file, a style or a checkpoint: frozen, on the CPU. Throws impasto::Error, naming the path.
std::shared_ptr<PaintingNetwork> readPaintingNetwork(const std::string& path);

}  // namespace impasto::trainer
