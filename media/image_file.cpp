#include "media/image_file.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstring>
#include <new>
#include <string_view>
#include <utility>

#include "media/color_profile.h"
#include "media/error.h"
#include "media/exif.h"
#include "media/file.h"
#include "media/formats/formats.h"

namespace impasto::media {
namespace {

constexpr const char* kNoPicture = "not a PNG, JPEG, WebP, TIFF or OpenEXR picture, or a damaged one";

bool beginsWith(std::span<const uint8_t> bytes, std::string_view magic, size_t at = 0) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

std::optional<ImageFormat> formatOfContent(std::span<const uint8_t> bytes) {
  using namespace std::string_view_literals;
  if (beginsWith(bytes, "\x89PNG\r\n\x1A\n"sv)) return ImageFormat::Png;
  if (beginsWith(bytes, "\xFF\xD8"sv)) return ImageFormat::Jpeg;
  if (beginsWith(bytes, "RIFF"sv) && beginsWith(bytes, "WEBP"sv, 8)) return ImageFormat::Webp;
  if (beginsWith(bytes, "II*\0"sv) || beginsWith(bytes, "MM\0*"sv)) return ImageFormat::Tiff;
  if (beginsWith(bytes, "II+\0"sv) || beginsWith(bytes, "MM\0+"sv)) return ImageFormat::Tiff;  // BigTIFF
  if (beginsWith(bytes, "\x76\x2F\x31\x01"sv)) return ImageFormat::Exr;
  return std::nullopt;
}

Decoded decode(ImageFormat format, std::span<const uint8_t> bytes, const Reading& reading) {
  switch (format) {
    case ImageFormat::Png: return decodePng(bytes, reading);
    case ImageFormat::Jpeg: return decodeJpeg(bytes, reading);
    case ImageFormat::Webp: return decodeWebp(bytes, reading);
    case ImageFormat::Tiff: return decodeTiff(bytes, reading);
    case ImageFormat::Exr: return decodeExr(bytes, reading);
  }
  throw Error("of an unknown format");
}

// Ink on white, where there is no profile that says how it looks.
void plainCmykToRgb(Image& image) {
  std::vector<float> row(size_t{image.width} * 4);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (size_t i = 0; i < row.size(); i += 4) {
      for (size_t c = 0; c < 3; ++c) row[i + c] = (1 - row[i + c]) * (1 - row[i + 3]);
      row[i + 3] = 1;
    }
    storePixels(image, 0, y, image.width, row.data());
  }
}

// Leaves an RGB picture whose profile, if any, works in both directions.
void settleColors(Decoded& decoded, Notes& notes) {
  std::vector<uint8_t>& icc = decoded.image.metadata.icc;
  const auto profile = icc.empty() ? std::nullopt : inspectProfile(icc);
  const bool fits = profile && profile->model == decoded.model;
  if (decoded.model == ColorModel::Cmyk) {
    if (!fits || !cmykToSrgb(decoded.image, icc)) plainCmykToRgb(decoded.image);
    notes.push_back("CMYK is converted to sRGB");
    icc.clear();
  } else if (decoded.model == ColorModel::Grey) {
    // A grey picture may have an RGB profile.
    if (fits && greyToSrgb(decoded.image, icc)) icc.clear();
  }
  if (icc.empty()) return;
  if (!profile || (profile->model != ColorModel::Rgb)) {
    notes.push_back("the colour profile makes no sense here and is left out");
    icc.clear();
  } else if (!profile->reversible) {
    notes.push_back("the colour profile (" + profile->name + ") works in one direction only: converted to sRGB");
    decoded.image = toSrgb(std::move(decoded.image));
  }
}

// Lays the picture on white.
void flatten(Image& image) {
  std::vector<float> row(size_t{image.width} * 4);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (size_t i = 0; i < row.size(); i += 4) {
      for (size_t c = 0; c < 3; ++c) row[i + c] = row[i + c] * row[i + 3] + 1 - row[i + 3];
      row[i + 3] = 1;
    }
    storePixels(image, 0, y, image.width, row.data());
  }
  image.has_alpha = false;
}

bool isOpaque(const Image& image) {
  std::vector<float> row(size_t{image.width} * 4);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (size_t i = 3; i < row.size(); i += 4) {
      if (row[i] != 1) return false;
    }
  }
  return true;
}

bool hasHighlights(const Image& image) {
  std::vector<float> row(size_t{image.width} * 4);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (size_t i = 0; i < row.size(); ++i) {
      if (i % 4 != 3 && row[i] > 1) return true;
    }
  }
  return false;
}

// What files of `format` hold.
SampleType sampleTypeFor(ImageFormat format, SampleType type) {
  switch (format) {
    case ImageFormat::Png: return type == SampleType::U8 ? SampleType::U8 : SampleType::U16;
    case ImageFormat::Tiff: return type == SampleType::F16 ? SampleType::F32 : type;
    case ImageFormat::Exr: return type == SampleType::U8 || type == SampleType::F16 ? SampleType::F16 : SampleType::F32;
    case ImageFormat::Jpeg:
    case ImageFormat::Webp: break;
  }
  return SampleType::U8;
}

Image fitFor(Image image, ImageFormat format, Notes& notes) {
  if (format == ImageFormat::Exr && !image.metadata.icc.empty() && !image.metadata.chromaticities) {
    const auto profile = inspectProfile(image.metadata.icc);
    notes.push_back("OpenEXR holds no colour profile (" + (profile ? profile->name : "unnamed") + "): converted to linear sRGB");
    image = toSrgb(withSampleType(std::move(image), SampleType::F32));
  }
  const SampleType type = sampleTypeFor(format, image.type);
  if (isFloat(image.type) && !isFloat(type)) {
    if (hasHighlights(image)) notes.push_back("what is brighter than white is cut off");
    // Profiles of linear spaces have too few steps in the dark at 8 or 16 bits.
    image = toSrgb(std::move(image));
  } else if (sampleBytes(image.type) == 2 && type == SampleType::U8) {
    notes.push_back("16 bits become 8");
  }
  image = withSampleType(std::move(image), type);
  if (format == ImageFormat::Jpeg && image.has_alpha) {
    if (!isOpaque(image)) notes.push_back("JPEG holds no alpha: laid on white");
    flatten(image);
  }
  if ((format == ImageFormat::Tiff || format == ImageFormat::Exr) && !image.metadata.exif.empty()) {
    notes.push_back("the EXIF data are left out, which " + std::string(format == ImageFormat::Exr ? "OpenEXR" : "TIFF") +
                    " has no one place for");
    image.metadata.exif.clear();
  }
  updateExif(image.metadata.exif, image.width, image.height);
  return image;
}

}  // namespace

void Reading::checkExtent(uint64_t width, uint64_t height) const {
  if (width < 1 || height < 1 || width > kMaxPictureSide || height > kMaxPictureSide) {
    throw Error(std::to_string(width) + "x" + std::to_string(height) + " pixels; 1 to " +
                std::to_string(kMaxPictureSide) + " a side are possible");
  }
  if (width * height > max_pixels) {
    throw Error(std::to_string(width) + "x" + std::to_string(height) + " pixels are more than is allowed here");
  }
}

std::optional<ImageFormat> imageFormatOfName(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (extension == ".png") return ImageFormat::Png;
  if (extension == ".jpg" || extension == ".jpeg") return ImageFormat::Jpeg;
  if (extension == ".webp") return ImageFormat::Webp;
  if (extension == ".tif" || extension == ".tiff") return ImageFormat::Tiff;
  if (extension == ".exr") return ImageFormat::Exr;
  return std::nullopt;
}

Image decodeImage(std::span<const uint8_t> bytes, Notes& notes) {
  const auto format = formatOfContent(bytes);
  if (!format) throw Error(kNoPicture);
  Decoded decoded = decode(*format, bytes, {notes});
  settleColors(decoded, notes);
  Metadata& metadata = decoded.image.metadata;
  if (metadata.pixels_per_metre[0] <= 0) {
    if (const auto resolution = exifResolution(metadata.exif)) metadata.pixels_per_metre = *resolution;
  }
  const int orientation = decoded.orientation > 1 ? decoded.orientation : exifOrientation(metadata.exif);
  Image image = upright(std::move(decoded.image), orientation);
  updateExif(image.metadata.exif, image.width, image.height);
  return image;
}

Image readImage(const std::filesystem::path& path, Notes& notes) try {
  return decodeImage(readFile(path), notes);
} catch (const std::bad_alloc&) {
  throw Error(path.string() + ": not enough memory to read it");
} catch (const Error& error) {
  const std::string message = error.what();
  throw message.starts_with(path.string()) ? Error(message) : Error(path.string() + ": " + message);
}

Picture decodeStored(std::span<const uint8_t> bytes, uint64_t max_pixels) {
  const auto format = formatOfContent(bytes);
  if (!format) throw Error(kNoPicture);
  Notes notes;
  Decoded decoded = decode(*format, bytes, {notes, max_pixels});
  if (decoded.model == ColorModel::Cmyk) plainCmykToRgb(decoded.image);
  decoded.image.metadata = {};
  return toPicture(decoded.image);
}

std::vector<std::byte> encodeImage(Image image, ImageFormat format, const EncodeOptions& options, Notes& notes) {
  image = fitFor(std::move(image), format, notes);
  switch (format) {
    case ImageFormat::Png: return encodePng(image, notes);
    case ImageFormat::Jpeg: return encodeJpeg(image, options.quality, notes);
    case ImageFormat::Webp: return encodeWebp(image, options.quality, notes);
    case ImageFormat::Tiff: return encodeTiff(image, notes);
    case ImageFormat::Exr: return encodeExr(image, notes);
  }
  throw Error("of an unknown format");
}

void writeImage(Image image, const std::filesystem::path& path, const EncodeOptions& options, Notes& notes) {
  const auto format = imageFormatOfName(path);
  if (!format) throw Error(path.string() + ": the name must end in " + kImageExtensions);
  std::vector<std::byte> bytes;
  try {
    bytes = encodeImage(std::move(image), *format, options, notes);
  } catch (const std::bad_alloc&) {
    throw Error(path.string() + ": not enough memory to write it");
  } catch (const Error& error) {
    throw Error(path.string() + ": " + error.what());
  }
  writeFileWhole(path, bytes);
}

Picture readPicture(const std::filesystem::path& path) {
  Notes notes;
  return toPicture(readImage(path, notes));
}

void writePicture(const Picture& picture, const std::filesystem::path& path, int quality) {
  Notes notes;
  writeImage(fromPicture(picture), path, {.quality = quality}, notes);
}

}  // namespace impasto::media
