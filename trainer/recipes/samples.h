// Pictures to look at while training: the only judge of a style.
#pragma once

#include <string>
#include <vector>

#include "data/image.h"
#include "networks/generator.h"

namespace impasto::trainer {

// Writes a PNG of two rows, frames above and the generator's paintings of them below: the middle square of each picture,
// `side` pixels. The generator runs frozen, without gradients, and is left as it was.
void writeSampleGrid(Generator& generator, const std::vector<const Image*>& pictures, int side, torch::Device device,
                     const std::string& path);

}  // namespace impasto::trainer
