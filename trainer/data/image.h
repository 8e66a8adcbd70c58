// Pictures in memory and in files: 8-bit RGB, sRGB-encoded, interleaved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "nn/torch.h"

namespace impasto::trainer {

struct Image {
  int width = 0, height = 0;
  std::vector<uint8_t> rgb;  // height x width x 3
};

// PNG, JPEG, WebP, TIFF or OpenEXR (media/image_file.h), upright, of at most 16384 pixels a side; colour profiles are
// applied, alpha is left out. Throws impasto::Error(Io), naming the path.
Image readImage(const std::string& path);

// Does the name end as that of a picture which can be read?
bool isPictureName(const std::string& path);

// The rectangle at (x, y), w x h pixels, filtered to width x height.
Image resample(const Image& image, int x, int y, int w, int h, int width, int height);

// The whole picture, its shorter side `shorter` pixels.
Image scaleShorterSide(const Image& image, int shorter);

// The picture, made smaller if its shorter side is above `limit`.
Image limitShorterSide(Image image, int limit);

// Its middle square, filtered to side x side.
Image middleSquare(const Image& image, int side);

// 3 x H x W float32 in [0, 1] and back; fromTensor rounds and clamps.
torch::Tensor toTensor(const Image& image);
Image fromTensor(const torch::Tensor& picture);

// PNG in memory.
std::vector<std::byte> encodePng(const Image& image);

// PNG, whole or not at all. Throws impasto::Error(Io), naming the path.
void writePng(const Image& image, const std::string& path);

}  // namespace impasto::trainer
