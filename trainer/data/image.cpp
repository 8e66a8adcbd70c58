#include "data/image.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <span>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_FAILURE_USERMSG
#define STB_IMAGE_RESIZE_IMPLEMENTATION
#define STB_IMAGE_RESIZE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image.h>
#include <stb/stb_image_resize.h>
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

#include "base/atomic_file.h"
#include "base/error.h"
#include "renderer/jpeg_info.h"

namespace impasto::trainer {

namespace {

std::vector<uint8_t> readBytes(const std::string& path) {
  constexpr std::streamoff kLargestFile = 1 << 30;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const std::streamoff size = file ? std::streamoff(file.tellg()) : -1;
  if (size < 0) throw Error(ErrorCode::Io, path + ": cannot be read");
  if (size > kLargestFile) throw Error(ErrorCode::Io, path + ": is too large for a picture");
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(bytes.data()), size);
  if (!file) throw Error(ErrorCode::Io, path + ": cannot be read");
  return bytes;
}

}  // namespace

Image readImage(const std::string& path) {
  const std::vector<uint8_t> bytes = readBytes(path);
  if (render::looksLikeJpeg(bytes)) {
    const render::JpegInfo jpeg = render::inspectJpeg(bytes);
    if (!jpeg.sound || !jpeg.complete) throw Error(ErrorCode::Io, path + ": is a damaged JPEG");
  }
  const auto length = static_cast<int>(bytes.size());
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes.data(), length, &width, &height, &channels)) {
    throw Error(ErrorCode::Io, path + ": cannot be read as a picture: " + stbi_failure_reason());
  }
  if (int64_t{width} * height > kMaxImagePixels) {
    throw Error(ErrorCode::Io, path + ": " + std::to_string(width) + "x" + std::to_string(height) +
                                   " is too large, at most " + std::to_string(kMaxImagePixels >> 20) + " megapixels");
  }
  const std::unique_ptr<stbi_uc, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), length, &width, &height, &channels, 3), stbi_image_free);
  if (!pixels) throw Error(ErrorCode::Io, path + ": cannot be read as a picture: " + stbi_failure_reason());
  Image image{width, height, {}};
  image.rgb.assign(pixels.get(), pixels.get() + size_t(width) * size_t(height) * 3);
  return image;
}

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

std::vector<std::byte> encodePng(const Image& image) {
  std::vector<std::byte> bytes;
  const auto append = [](void* context, void* data, int size) {
    const auto* begin = static_cast<const std::byte*>(data);
    auto* out = static_cast<std::vector<std::byte>*>(context);
    out->insert(out->end(), begin, begin + size);
  };
  if (!stbi_write_png_to_func(append, &bytes, image.width, image.height, 3, image.rgb.data(), image.width * 3)) {
    throw Error(ErrorCode::OutOfMemory, "no memory to encode a picture");
  }
  return bytes;
}

void writePng(const Image& image, const std::string& path) { writeFileAtomically(path, encodePng(image)); }

}  // namespace impasto::trainer
