// Picture files: PNG, JPEG, WebP, TIFF and OpenEXR, read as hostile input, each through its own well-kept library. The
// format of a file that is read is told by its contents, of one that is written by its name. Thread-safe.
//
//            samples           alpha  profile                EXIF  resolution
//   PNG      8, 16 bits        yes    yes                    yes   yes
//   JPEG     8 bits            no     yes                    yes   yes
//   WebP     8 bits            yes    yes                    yes   in EXIF
//   TIFF     8, 16 bits, float yes    yes                    no    yes
//   OpenEXR  half, float       yes    chromaticities only    no    yes
//
// What a file cannot hold is turned to what it can, and said in the notes: one line each, without the file's name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/image.h"

namespace impasto::media {

enum class ImageFormat { Png, Jpeg, Webp, Tiff, Exr };

// By the name's extension, any case: .png, .jpg, .jpeg, .webp, .tif, .tiff, .exr.
std::optional<ImageFormat> imageFormatOfName(const std::filesystem::path& path);
inline constexpr const char* kImageExtensions = ".png, .jpg, .jpeg, .webp, .tif, .tiff or .exr";

using Notes = std::vector<std::string>;

// An upright picture of at most kMaxPictureSide a side. A profile that is kept is one that colours can be converted by
// in both directions; grey and CMYK are converted to sRGB. Throw Error, readImage naming the path: missing, empty,
// truncated, damaged, not a picture, too large.
Image decodeImage(std::span<const uint8_t> bytes, Notes& notes);
Image readImage(const std::filesystem::path& path, Notes& notes);

// For textures: 8 bits as they are stored, with neither profile nor orientation applied, of at most `max_pixels`. Throws
// Error.
Picture decodeStored(std::span<const uint8_t> bytes, uint64_t max_pixels);

struct EncodeOptions {
  int quality = 95;  // of JPEG and WebP, 1 to 100; WebP of 100 is lossless
};

// What decodes to the picture, with a profile, EXIF and resolution as the format allows. JPEG has no alpha: the picture
// is laid on white. writeImage writes whole files or none. Throw Error, writeImage naming the path.
std::vector<std::byte> encodeImage(Image image, ImageFormat format, const EncodeOptions& options, Notes& notes);
void writeImage(Image image, const std::filesystem::path& path, const EncodeOptions& options, Notes& notes);

// 8-bit sRGB, whatever the file holds, and without what else it says.
Picture readPicture(const std::filesystem::path& path);
void writePicture(const Picture& picture, const std::filesystem::path& path, int quality = 95);

}  // namespace impasto::media
