// The folders of pictures that a recipe trains on.
#pragma once

#include <string>
#include <vector>

#include "data/crop_loader.h"
#include "data/split.h"
#include "engine/recipe.h"
#include "nn/painting_network.h"

namespace impasto::trainer {

struct Content {
  Split pictures;
  std::string sha256;  // of all of them
};

// Reads and splits; says how many there are, and if they are few or none is held out. In memory pictures have room for two
// crops of `crop` pixels. Throws impasto::Error, naming what cannot be read.
Content loadContent(const std::vector<std::string>& folders, int crop, const HoldOut& hold_out, const Log& log);

// Batches that training never reaches, to measure statistics over: colours, N x 3 x S x S in [0, 1] on the device.
std::vector<GeneratorInputs> calibrationBatches(const std::vector<Image>& pictures, const CropLoader::Options& crops,
                                                torch::Device device);

// What samples show: pictures held out, or some of the training's if there are none.
std::vector<const Image*> sampledPictures(const Split& pictures);

}  // namespace impasto::trainer
