// PNG and JPEG files. Reading takes grey, grey with alpha, RGB, RGBA, palettes, 16 bits (reduced to 8), CMYK JPEG,
// and turns JPEG pictures as their EXIF orientation says. Thread-safe.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "common/picture.h"

namespace impasto::app {

enum class PictureFormat { Png, Jpeg };

// By the name's extension, any case: .png, .jpg, .jpeg.
std::optional<PictureFormat> pictureFormat(const std::filesystem::path& path);

// Throws Error, naming the path: missing, unreadable, empty, truncated, not a picture, larger than kMaxPictureSide.
Picture readPicture(const std::filesystem::path& path);

// Writes under a temporary name, then renames; the format is the name's. JPEG has no alpha: the picture is laid on
// white. `jpeg_quality`: 1 to 100. Throws Error, naming the path.
void writePicture(const Picture& picture, const std::filesystem::path& path, int jpeg_quality = 95);

}  // namespace impasto::app
