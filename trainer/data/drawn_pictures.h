// Pictures drawn from numbers, to train on where there is nothing else: landscapes of a sky, a ground and shaded bodies
// (spheres, boxes, columns, steps of a wall), with textures of noise, light and shadow. They have what photographs seldom do
// and games always, flat walls and clear skies beside edges and texture, and nothing of what only photographs have.
#pragma once

#include <cstdint>
#include <vector>

#include "data/image.h"

namespace impasto::trainer {

// A function of its arguments.
Image drawPicture(int width, int height, uint64_t seed);

// `count` of them, 640 x 400 pixels.
std::vector<Image> drawPictures(int count);

}  // namespace impasto::trainer
