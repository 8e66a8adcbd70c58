// How recipes that learn paintings by a perceptual network go about it: two stages, the second at full resolution, each with
// a cosine of the learning rate to itself; and crops with some of the frame around them.
#pragma once

#include <cstdint>

#include "data/crop_loader.h"
#include "engine/runtime.h"
#include "nn/painting_network.h"

namespace impasto::trainer {

// Of the peak learning rate, at a step counted from 0. The second stage begins at the fraction `full_resolution_at` of the
// steps.
double stagedRate(int64_t step, int64_t steps, double full_resolution_at);
bool inSecondStage(int64_t step, int64_t steps, double full_resolution_at);

// Crops of `size` pixels with a quarter of that around them, which the generator sees and the losses do not: without it
// the border of every crop is a place that the generator knows, and it lays out the painting's composition by it, a meadow
// along the lower edge. The context is a multiple of the generator's alignment. Of several processes each has its part.
CropLoader::Options cropsWithContext(int size, int64_t alignment, int batch, uint64_t seed, const Runtime& runtime);

// Where the noise of such crops begins without their context.
NoiseOffsets withoutContext(NoiseOffsets noise_offsets, int context);

}  // namespace impasto::trainer
