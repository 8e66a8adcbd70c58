#include "common/picture_file.h"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <new>
#include <span>
#include <string>

#include "common/error.h"
#include "common/output_file.h"
#include "common/stb_config.h"
#include "renderer/jpeg_info.h"

#include <stb/stb_image.h>
#include <stb/stb_image_write.h>

namespace impasto::app {
namespace {

constexpr uintmax_t kMaxFileBytes = 2'000'000'000;  // stb_image counts in int

std::vector<uint8_t> readFile(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw Error(path.string() + ": no such file");
  if (!std::filesystem::is_regular_file(status)) throw Error(path.string() + ": not a regular file");
  const uintmax_t size = std::filesystem::file_size(path, error);
  if (error) throw Error(path.string() + ": cannot read: " + error.message());
  if (size == 0) throw Error(path.string() + ": the file is empty");
  if (size > kMaxFileBytes) throw Error(path.string() + ": the file is larger than 2 GB");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path.string() + ": cannot read: " + std::strerror(errno));
  std::vector<uint8_t> bytes(static_cast<size_t>(size));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (static_cast<uintmax_t>(file.gcount()) != size) throw Error(path.string() + ": cannot read the whole file");
  return bytes;
}

// The upright picture of one that was stored with an EXIF orientation (2 to 8): 2, 4, 5, 7 mirror; 5 to 8 also swap the
// axes.
Picture upright(const Picture& stored, int orientation) {
  const bool swaps = orientation >= 5;
  Picture out(swaps ? stored.height : stored.width, swaps ? stored.width : stored.height);
  out.has_alpha = stored.has_alpha;
  // Where row 0 and column 0 of the stored picture are shown: (top, left), (top, right), (bottom, right), ...
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (uint32_t y = 0; y < out.height; ++y) {
    for (uint32_t x = 0; x < out.width; ++x) {
      uint32_t source_x = swaps ? y : x, source_y = swaps ? x : y;
      if (from_right) source_x = stored.width - 1 - source_x;
      if (from_bottom) source_y = stored.height - 1 - source_y;
      std::memcpy(out.pixel(x, y), stored.pixel(source_x, source_y), 4);
    }
  }
  return out;
}

// The colours of `picture`, interleaved, `channels` 3 or 4; with 3, laid on white.
std::vector<uint8_t> interleaved(const Picture& picture, int channels) {
  if (channels == 4) return picture.rgba;
  const size_t pixels = size_t{picture.width} * picture.height;
  std::vector<uint8_t> out(pixels * 3);
  for (size_t i = 0; i < pixels; ++i) {
    const uint8_t* rgba = picture.rgba.data() + i * 4;
    const unsigned alpha = rgba[3];
    for (size_t c = 0; c < 3; ++c) {
      out[i * 3 + c] = static_cast<uint8_t>((rgba[c] * alpha + 255 * (255 - alpha) + 127) / 255);
    }
  }
  return out;
}

void append(void* out, void* data, int size) {
  const auto* bytes = static_cast<const std::byte*>(data);
  static_cast<std::vector<std::byte>*>(out)->insert(static_cast<std::vector<std::byte>*>(out)->end(), bytes, bytes + size);
}

}  // namespace

std::optional<PictureFormat> pictureFormat(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
  if (extension == ".png") return PictureFormat::Png;
  if (extension == ".jpg" || extension == ".jpeg") return PictureFormat::Jpeg;
  return std::nullopt;
}

Picture readPicture(const std::filesystem::path& path) try {
  const std::vector<uint8_t> bytes = readFile(path);
  const int size = static_cast<int>(bytes.size());
  render::JpegInfo jpeg{.complete = true};
  if (render::looksLikeJpeg(bytes)) jpeg = render::inspectJpeg(bytes);
  if (!jpeg.sound) throw Error(path.string() + ": damaged: a Huffman table of the JPEG makes no sense");
  int width = 0, height = 0, channels = 0;
  if (!stbi_info_from_memory(bytes.data(), size, &width, &height, &channels)) {
    throw Error(path.string() + ": not a PNG or JPEG picture, or a damaged one");
  }
  if (width < 1 || height < 1 || width > int{kMaxPictureSide} || height > int{kMaxPictureSide}) {
    throw Error(path.string() + ": " + std::to_string(width) + "x" + std::to_string(height) +
                " pixels; 1 to 16384 a side are possible");
  }
  // stb_image fills what is missing at the end of a JPEG with grey.
  if (!jpeg.complete) throw Error(path.string() + ": damaged: the JPEG data end too early");

  const std::unique_ptr<uint8_t, void (*)(void*)> pixels(
      stbi_load_from_memory(bytes.data(), size, &width, &height, &channels, 4), stbi_image_free);
  if (!pixels) {
    const std::string reason = stbi_failure_reason();
    if (reason == "outofmem") throw std::bad_alloc();
    // stb_image says nothing at all where a PNG lacks its last chunk.
    const bool cut_off = reason.empty() || reason == "outofdata" || reason == "not enough pixels";
    throw Error(path.string() + ": damaged: " + (cut_off ? "the data end too early" : reason));
  }
  Picture picture;
  picture.width = static_cast<uint32_t>(width);
  picture.height = static_cast<uint32_t>(height);
  picture.has_alpha = channels == 2 || channels == 4;
  picture.rgba.assign(pixels.get(), pixels.get() + size_t{picture.width} * picture.height * 4);
  return jpeg.orientation == 1 ? picture : upright(picture, jpeg.orientation);
} catch (const std::bad_alloc&) {
  throw Error(path.string() + ": not enough memory to read it");
}

void writePicture(const Picture& picture, const std::filesystem::path& path, int jpeg_quality) try {
  const auto format = pictureFormat(path);
  if (!format) throw Error(path.string() + ": the name must end in .png, .jpg or .jpeg");
  const int channels = *format == PictureFormat::Png && picture.has_alpha ? 4 : 3;
  const std::vector<uint8_t> pixels = interleaved(picture, channels);
  const int width = static_cast<int>(picture.width), height = static_cast<int>(picture.height);
  std::vector<std::byte> bytes;
  const int encoded = *format == PictureFormat::Png
      ? stbi_write_png_to_func(append, &bytes, width, height, channels, pixels.data(), width * channels)
      : stbi_write_jpg_to_func(append, &bytes, width, height, channels, pixels.data(), jpeg_quality);
  if (!encoded) throw Error(path.string() + ": not enough memory to write it");
  writeFileWhole(path, bytes);
} catch (const std::bad_alloc&) {
  throw Error(path.string() + ": not enough memory to write it");
}

}  // namespace impasto::app
