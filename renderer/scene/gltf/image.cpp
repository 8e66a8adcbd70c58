#include <utility>

#include "media/error.h"
#include "media/image_file.h"
#include "renderer/scene/gltf/readers.h"

namespace impasto::render::gltf {

bool decodeImage(std::span<const std::byte> bytes, Texture& texture) {
  constexpr uint64_t kMaxPixels = 8192 * 8192;
  try {
    const std::span<const uint8_t> octets(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
    media::Picture picture = media::decodeStored(octets, kMaxPixels);
    texture.width = picture.width;
    texture.height = picture.height;
    texture.rgba = std::move(picture.rgba);
    return true;
  } catch (const media::Error&) {
    return false;
  }
}

}  // namespace impasto::render::gltf
