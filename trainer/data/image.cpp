#include "data/image.h"

#include <algorithm>
#include <cmath>

#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image_resize.h>
#pragma GCC diagnostic pop

#include "base/atomic_file.h"
#include "base/error.h"
#include "media/error.h"
#include "media/image_file.h"

namespace impasto::trainer {

Image readImage(const std::string& path) try {
  const media::Picture picture = media::readPicture(path);
  Image image{static_cast<int>(picture.width), static_cast<int>(picture.height), {}};
  image.rgb.resize(size_t{picture.width} * picture.height * 3);
  for (size_t i = 0, k = 0; k < image.rgb.size(); i += 4, k += 3) std::copy_n(&picture.rgba[i], 3, &image.rgb[k]);
  return image;
} catch (const media::Error& error) {
  throw Error(ErrorCode::Io, error.what());
}

bool isPictureName(const std::string& path) { return media::imageFormatOfName(path).has_value(); }

Image resample(const Image& image, int x, int y, int w, int h, int width, int height) {
  Image out{width, height, std::vector<uint8_t>(size_t(width) * size_t(height) * 3)};
  const int stride = image.width * 3;
  const uint8_t* corner = image.rgb.data() + size_t(y) * size_t(stride) + size_t(x) * 3;
  if (w == width && h == height) {
    for (int row = 0; row < h; ++row) {
      std::copy_n(corner + size_t(row) * size_t(stride), size_t(w) * 3, out.rgb.data() + size_t(row) * size_t(w) * 3);
    }
    return out;
  }
  if (!stbir_resize_uint8_generic(corner, w, h, stride, out.rgb.data(), width, height, 0, 3, STBIR_ALPHA_CHANNEL_NONE, 0,
                                  STBIR_EDGE_CLAMP, STBIR_FILTER_DEFAULT, STBIR_COLORSPACE_LINEAR, nullptr)) {
    throw Error(ErrorCode::OutOfMemory, "no memory to resize a picture to " + std::to_string(width) + "x" +
                                            std::to_string(height));
  }
  return out;
}

Image scaleShorterSide(const Image& image, int shorter) {
  const double factor = static_cast<double>(shorter) / std::min(image.width, image.height);
  const int width = std::max(shorter, static_cast<int>(std::lround(image.width * factor)));
  const int height = std::max(shorter, static_cast<int>(std::lround(image.height * factor)));
  return resample(image, 0, 0, image.width, image.height, width, height);
}

Image limitShorterSide(Image image, int limit) {
  return std::min(image.width, image.height) > limit ? scaleShorterSide(image, limit) : std::move(image);
}

Image middleSquare(const Image& image, int side) {
  const int square = std::min(image.width, image.height);
  return resample(image, (image.width - square) / 2, (image.height - square) / 2, square, square, side, side);
}

torch::Tensor toTensor(const Image& image) {
  return torch::from_blob(const_cast<uint8_t*>(image.rgb.data()), {image.height, image.width, 3}, torch::kByte)
      .permute({2, 0, 1})
      .to(torch::kFloat)
      .div_(255.0);
}

Image fromTensor(const torch::Tensor& picture) {
  const torch::Tensor bytes = picture.detach()
                                  .to(torch::kCPU, torch::kFloat)
                                  .clamp(0, 1)
                                  .mul(255.0)
                                  .round()
                                  .to(torch::kByte)
                                  .permute({1, 2, 0})
                                  .contiguous();
  Image image{static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)), {}};
  image.rgb.assign(bytes.data_ptr<uint8_t>(), bytes.data_ptr<uint8_t>() + bytes.numel());
  return image;
}

std::vector<std::byte> encodePng(const Image& image) try {
  media::Picture picture(static_cast<uint32_t>(image.width), static_cast<uint32_t>(image.height));
  for (size_t i = 0, k = 0; k < image.rgb.size(); i += 4, k += 3) std::copy_n(&image.rgb[k], 3, &picture.rgba[i]);
  media::Notes notes;
  return media::encodeImage(media::fromPicture(picture), media::ImageFormat::Png, {}, notes);
} catch (const media::Error& error) {
  throw Error(ErrorCode::Io, std::string("a PNG cannot be made: ") + error.what());
}

void writePng(const Image& image, const std::string& path) { writeFileAtomically(path, encodePng(image)); }

}  // namespace impasto::trainer
