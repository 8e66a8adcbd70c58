#include <cstdlib>
#include <limits>
#include <memory>

#include "renderer/jpeg_info.h"
#include "renderer/scene/gltf/readers.h"

// A private copy of the decoder: programs that link this library may have one of their own.
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_NO_STDIO
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#include <stb/stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

namespace impasto::render::gltf {

bool decodeImage(std::span<const std::byte> bytes, Texture& texture) {
  constexpr int64_t kMaxPixels = 8192 * 8192;
  if (bytes.empty() || bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) return false;
  const auto* data = reinterpret_cast<const stbi_uc*>(bytes.data());
  const int size = static_cast<int>(bytes.size());
  const std::span<const uint8_t> octets(data, bytes.size());
  if (looksLikeJpeg(octets)) {
    const JpegInfo jpeg = inspectJpeg(octets);
    if (!jpeg.sound || !jpeg.complete) return false;
  }
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(data, size, &width, &height, &channels)) return false;
  if (width <= 0 || height <= 0 || int64_t{width} * height > kMaxPixels) return false;
  const std::unique_ptr<stbi_uc, decltype(&std::free)> pixels(
      stbi_load_from_memory(data, size, &width, &height, &channels, 4), &std::free);
  if (!pixels) return false;
  texture.width = static_cast<uint32_t>(width);
  texture.height = static_cast<uint32_t>(height);
  texture.rgba.assign(pixels.get(), pixels.get() + size_t{texture.width} * texture.height * 4);
  return true;
}

}  // namespace impasto::render::gltf
