// From what the recipe `multi` has learned to style files with several paintings.
#pragma once

#include "engine/checkpoint.h"
#include "export/style_export.h"
#include "nn/style_encoder.h"
#include "recipes/multi_settings.h"

namespace impasto::trainer {

// The names under which the recipe registers its encoder, and the average of it.
inline constexpr char kEncoderName[] = "encoder", kEncoderAverageName[] = "encoder_average";
// The fingerprint that names the perceptual network's file.
inline constexpr char kPerceptualFingerprint[] = "perceptual network";

// The encoder of a checkpoint: the average if it has begun. Throws impasto::Error(InvalidArgument) for checkpoints of
// other recipes, which have none.
StyleEncoder encoderOf(const Checkpoint& checkpoint);

// The generator as a style, with `paintings` and the vectors that the encoder makes of their statistics, in order.
Style makeStyle(const GeneratorImpl& generator, std::vector<Painting> paintings, const torch::Tensor& vectors,
                const Provenance& provenance);

// The style file of a checkpoint: all paintings that were learned.
Style exportMulti(const Checkpoint& checkpoint, const Provenance& provenance);

// The style vector of a painting (1 x 3 x H x W in [0, 1], its shorter side as in training), seen or unseen.
std::vector<float> encodePainting(StyleEncoder& encoder, const PerceptualNetwork& network, const torch::Tensor& painting);

}  // namespace impasto::trainer
