// TIFF, by libtiff. Read: RGB, grey and CMYK of 8, 16 and float bits as they are, everything else (palettes, bilevel,
// YCbCr, Lab) as libtiff turns it to 8-bit RGBA. Written: RGB or RGBA, deflated.
#include <tiffio.h>

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>

#include "media/error.h"
#include "media/formats/formats.h"

namespace impasto::media {
namespace {

constexpr double kInch = 0.0254;  // metres
constexpr size_t kBigTiffFrom = 3'500'000'000;

// The file in memory, as libtiff asks for it, and the first thing it complained about.
struct Stream {
  std::span<const uint8_t> input;
  std::vector<std::byte> output;
  uint64_t at = 0;
  std::string complaint;
};

tmsize_t readSome(thandle_t handle, void* data, tmsize_t size) {
  auto& s = *static_cast<Stream*>(handle);
  if (s.at >= s.input.size()) return 0;
  const size_t count = std::min<size_t>(static_cast<size_t>(size), s.input.size() - s.at);
  std::memcpy(data, s.input.data() + s.at, count);
  s.at += count;
  return static_cast<tmsize_t>(count);
}
tmsize_t readOutput(thandle_t handle, void* data, tmsize_t size) {  // libtiff reads back directories it has written
  auto& s = *static_cast<Stream*>(handle);
  s.input = {reinterpret_cast<const uint8_t*>(s.output.data()), s.output.size()};
  return readSome(handle, data, size);
}
tmsize_t writeSome(thandle_t handle, void* data, tmsize_t size) {
  auto& s = *static_cast<Stream*>(handle);
  const size_t end = s.at + static_cast<size_t>(size);
  if (s.output.size() < end) s.output.resize(end);
  std::memcpy(s.output.data() + s.at, data, static_cast<size_t>(size));
  s.at = end;
  return size;
}
tmsize_t writeNothing(thandle_t, void*, tmsize_t) { return -1; }
toff_t sizeOf(thandle_t handle) {
  const auto& s = *static_cast<Stream*>(handle);
  return s.output.empty() ? s.input.size() : s.output.size();
}
toff_t seek(thandle_t handle, toff_t offset, int whence) {
  auto& s = *static_cast<Stream*>(handle);
  s.at = whence == SEEK_SET ? offset : whence == SEEK_CUR ? s.at + offset : sizeOf(handle) + offset;
  return s.at;
}
int closeNothing(thandle_t) { return 0; }

int onError(TIFF*, void* user, const char*, const char* format, va_list arguments) {
  auto& s = *static_cast<Stream*>(user);
  char text[200];
  std::vsnprintf(text, sizeof text, format, arguments);
  if (s.complaint.empty()) s.complaint = text;
  return 1;
}
int onWarning(TIFF*, void*, const char*, const char*, va_list) { return 1; }

struct TiffCloser {
  void operator()(TIFF* tiff) const noexcept { TIFFClose(tiff); }
};
using UniqueTiff = std::unique_ptr<TIFF, TiffCloser>;

UniqueTiff open(Stream& stream, const char* mode) {
  const bool writes = mode[0] == 'w';
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(), TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), onError, &stream);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), onWarning, &stream);
  return UniqueTiff(TIFFClientOpenExt("tiff", mode, &stream, writes ? readOutput : readSome, writes ? writeSome : writeNothing,
                                      seek, closeNothing, sizeOf, nullptr, nullptr, options.get()));
}

// One sample type after another of a pixel: `planes` planes of `channels` samples each.
struct Layout {
  uint16_t bits = 1, channels = 1, format = SAMPLEFORMAT_UINT, planar = PLANARCONFIG_CONTIG, photometric = 0,
           compression = 0;
  uint16_t extra_count = 0;
  uint16_t* extra = nullptr;
  bool is_tiled = false;
};

Layout layoutOf(TIFF* tiff) {
  Layout l;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &l.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &l.channels);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &l.format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &l.planar);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &l.photometric);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &l.compression);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &l.extra_count, &l.extra);
  l.is_tiled = TIFFIsTiled(tiff) != 0;
  return l;
}

std::optional<SampleType> directType(const Layout& l) {
  const bool known = l.photometric == PHOTOMETRIC_RGB || l.photometric == PHOTOMETRIC_MINISBLACK ||
                     (l.photometric == PHOTOMETRIC_SEPARATED && l.channels == 4);
  const bool enough = l.photometric != PHOTOMETRIC_RGB || l.channels >= 3;
  if (!known || !enough || l.compression == COMPRESSION_OJPEG) return std::nullopt;
  if (l.format == SAMPLEFORMAT_UINT && l.bits == 8) return SampleType::U8;
  if (l.format == SAMPLEFORMAT_UINT && l.bits == 16) return SampleType::U16;
  if (l.format == SAMPLEFORMAT_IEEEFP && l.bits == 16) return SampleType::F16;
  if (l.format == SAMPLEFORMAT_IEEEFP && l.bits == 32) return SampleType::F32;
  return std::nullopt;
}

class DirectReader {
 public:
  DirectReader(TIFF* tiff, const Layout& layout, Image& image)
      : tiff_(tiff), layout_(layout), image_(image), bytes_(sampleBytes(image.type)) {
    const bool colours = layout.photometric != PHOTOMETRIC_MINISBLACK;
    color_channels_ = layout.photometric == PHOTOMETRIC_SEPARATED ? 4 : colours ? 3 : 1;
    if (color_channels_ < 4 && layout.channels > color_channels_) {
      const uint16_t kind = layout.extra_count > 0 ? layout.extra[0] : uint16_t{EXTRASAMPLE_UNSPECIFIED};
      has_alpha_ = kind == EXTRASAMPLE_ASSOCALPHA || kind == EXTRASAMPLE_UNASSALPHA;
      premultiplied_ = kind == EXTRASAMPLE_ASSOCALPHA;
    }
    used_ = color_channels_ + (has_alpha_ ? 1u : 0u);
  }

  bool read() {
    image_.has_alpha = has_alpha_;
    const bool separate = layout_.planar == PLANARCONFIG_SEPARATE;
    if (!has_alpha_ && color_channels_ < 4) fillAlpha();
    for (uint32_t plane = 0; plane < (separate ? used_ : 1); ++plane) {
      if (!(layout_.is_tiled ? readTiles(plane, separate) : readLines(plane, separate))) return false;
    }
    if (color_channels_ == 1) spreadGrey();
    if (premultiplied_) unpremultiply();
    return true;
  }

 private:
  bool readLines(uint32_t plane, bool separate) {
    std::vector<std::byte> line(static_cast<size_t>(TIFFScanlineSize(tiff_)));
    if (line.size() < size_t{image_.width} * (separate ? 1 : layout_.channels) * bytes_) return false;
    for (uint32_t y = 0; y < image_.height; ++y) {
      if (TIFFReadScanline(tiff_, line.data(), y, static_cast<uint16_t>(plane)) < 0) return false;
      take(line.data(), 0, y, image_.width, plane, separate);
    }
    return true;
  }

  bool readTiles(uint32_t plane, bool separate) {
    uint32_t tile_width = 0, tile_height = 0;
    TIFFGetField(tiff_, TIFFTAG_TILEWIDTH, &tile_width);
    TIFFGetField(tiff_, TIFFTAG_TILELENGTH, &tile_height);
    const size_t line = size_t{tile_width} * (separate ? 1 : layout_.channels) * bytes_;
    const auto size = static_cast<size_t>(TIFFTileSize(tiff_));
    if (line == 0 || tile_height == 0 || size / line < tile_height) return false;
    std::vector<std::byte> tile(size);
    for (uint32_t y = 0; y < image_.height; y += tile_height) {
      for (uint32_t x = 0; x < image_.width; x += tile_width) {
        if (TIFFReadTile(tiff_, tile.data(), x, y, 0, static_cast<uint16_t>(plane)) < 0) return false;
        for (uint32_t row = 0; row < std::min(tile_height, image_.height - y); ++row) {
          take(tile.data() + row * line, x, y + row, std::min(tile_width, image_.width - x), plane, separate);
        }
      }
    }
    return true;
  }

  void take(const std::byte* from, uint32_t x, uint32_t y, uint32_t count, uint32_t plane, bool separate) {
    std::byte* to = image_.pixel(x, y);
    const size_t stride = (separate ? 1 : layout_.channels) * bytes_;
    for (uint32_t i = 0; i < count; ++i, from += stride, to += image_.pixelBytes()) {
      if (separate) {
        std::memcpy(to + channelOf(plane) * bytes_, from, bytes_);
      } else {
        std::memcpy(to, from, color_channels_ * bytes_);
        if (has_alpha_) std::memcpy(to + 3 * bytes_, from + color_channels_ * bytes_, bytes_);
      }
    }
  }

  size_t channelOf(uint32_t plane) const { return has_alpha_ && plane == color_channels_ ? 3 : plane; }

  void fillAlpha() {
    std::vector<float> ones(size_t{image_.width} * 4, 1.0f);
    for (uint32_t y = 0; y < image_.height; ++y) storePixels(image_, 0, y, image_.width, ones.data());
  }
  void spreadGrey() {
    for (size_t at = 0; at < image_.samples.size(); at += image_.pixelBytes()) {
      for (size_t c = 1; c < 3; ++c) std::memcpy(image_.samples.data() + at + c * bytes_, image_.samples.data() + at, bytes_);
    }
  }
  void unpremultiply() {
    std::vector<float> row(size_t{image_.width} * 4);
    for (uint32_t y = 0; y < image_.height; ++y) {
      loadPixels(image_, 0, y, image_.width, row.data());
      for (size_t i = 0; i < row.size(); i += 4) {
        if (row[i + 3] <= 0) continue;
        for (size_t c = 0; c < 3; ++c) row[i + c] /= row[i + 3];
      }
      storePixels(image_, 0, y, image_.width, row.data());
    }
  }

  TIFF* tiff_;
  const Layout& layout_;
  Image& image_;
  size_t bytes_;
  uint32_t color_channels_ = 3, used_ = 3;
  bool has_alpha_ = false, premultiplied_ = false;
};

// As libtiff turns it to 8 bits, in the stored order; premultiplied by alpha.
bool readConverted(TIFF* tiff, Image& image, bool has_alpha, uint16_t orientation) {
  image.has_alpha = has_alpha;
  auto* pixels = reinterpret_cast<uint32_t*>(image.samples.data());
  if (!TIFFReadRGBAImageOriented(tiff, image.width, image.height, pixels, orientation, 1)) return false;
  for (size_t i = 0; i < image.samples.size() / 4; ++i) {
    const uint32_t v = pixels[i];
    const uint32_t alpha = TIFFGetA(v);
    const uint32_t channels[3] = {TIFFGetR(v), TIFFGetG(v), TIFFGetB(v)};
    for (size_t c = 0; c < 3; ++c) {
      const uint32_t plain = alpha > 0 && has_alpha ? std::min(255u, (channels[c] * 255 + alpha / 2) / alpha) : channels[c];
      image.samples[i * 4 + c] = static_cast<std::byte>(plain);
    }
    image.samples[i * 4 + 3] = static_cast<std::byte>(has_alpha ? alpha : 255);
  }
  return true;
}

void readMetadata(TIFF* tiff, Metadata& metadata) {
  uint32_t size = 0;
  void* data = nullptr;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &size, &data) && size > 0) {
    metadata.icc.assign(static_cast<uint8_t*>(data), static_cast<uint8_t*>(data) + size);
  }
  float x = 0, y = 0;
  uint16_t unit = RESUNIT_INCH;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  if (unit != RESUNIT_NONE && TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) && TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y) &&
      x > 0 && y > 0 && std::isfinite(x) && std::isfinite(y)) {
    const double per_metre = unit == RESUNIT_CENTIMETER ? 100 : 1 / kInch;
    metadata.pixels_per_metre = {x * per_metre, y * per_metre};
  }
}

}  // namespace

Decoded decodeTiff(std::span<const uint8_t> bytes, const Reading& reading) {
  Stream stream{.input = bytes};
  const UniqueTiff tiff = open(stream, "rm");
  const auto fail = [&] {
    return Error("damaged: " + (stream.complaint.empty() ? "the data end too early" : stream.complaint));
  };
  if (!tiff) throw fail();
  uint32_t width = 0, height = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEWIDTH, &width);
  TIFFGetField(tiff.get(), TIFFTAG_IMAGELENGTH, &height);
  reading.checkExtent(width, height);

  const Layout layout = layoutOf(tiff.get());
  Decoded decoded;
  uint16_t orientation = ORIENTATION_TOPLEFT;
  TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
  Metadata metadata;
  readMetadata(tiff.get(), metadata);
  if (const auto type = directType(layout)) {
    decoded.image = Image(width, height, *type);
    if (layout.photometric == PHOTOMETRIC_MINISBLACK) decoded.model = ColorModel::Grey;
    if (layout.photometric == PHOTOMETRIC_SEPARATED) decoded.model = ColorModel::Cmyk;
    if (!DirectReader(tiff.get(), layout, decoded.image).read()) throw fail();
  } else {
    char why[1024] = {};
    if (!TIFFRGBAImageOK(tiff.get(), why)) throw Error(std::string("a kind of TIFF that is not read: ") + why);
    decoded.image = Image(width, height, SampleType::U8);
    if (!readConverted(tiff.get(), decoded.image, layout.extra_count > 0, orientation)) throw fail();
    if (layout.bits > 8) reading.notes.push_back(std::to_string(layout.bits) + " bits of this kind of TIFF become 8");
  }
  decoded.image.metadata = std::move(metadata);
  decoded.orientation = orientation;
  if (!TIFFLastDirectory(tiff.get())) reading.notes.push_back("only the first page of several is taken");
  return decoded;
}

std::vector<std::byte> encodeTiff(const Image& image, Notes&) {
  Stream stream;
  {
    const UniqueTiff tiff = open(stream, image.samples.size() > kBigTiffFrom ? "w8m" : "wm");
    const auto check = [&](bool fine) {
      if (!fine) throw Error("cannot be encoded: " + (stream.complaint.empty() ? "libtiff failed" : stream.complaint));
    };
    check(tiff != nullptr);
    TIFF* t = tiff.get();
    const size_t channels = image.has_alpha ? 4 : 3, bytes = sampleBytes(image.type);
    TIFFSetField(t, TIFFTAG_IMAGEWIDTH, image.width);
    TIFFSetField(t, TIFFTAG_IMAGELENGTH, image.height);
    TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, static_cast<int>(bytes * 8));
    TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, static_cast<int>(channels));
    TIFFSetField(t, TIFFTAG_SAMPLEFORMAT, isFloat(image.type) ? SAMPLEFORMAT_IEEEFP : SAMPLEFORMAT_UINT);
    TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(t, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
    TIFFSetField(t, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
    TIFFSetField(t, TIFFTAG_PREDICTOR, isFloat(image.type) ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL);
    TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(t, 0));
    const uint16_t extra = EXTRASAMPLE_UNASSALPHA;
    if (image.has_alpha) TIFFSetField(t, TIFFTAG_EXTRASAMPLES, 1, &extra);
    const auto& metadata = image.metadata;
    if (metadata.pixels_per_metre[0] > 0 && metadata.pixels_per_metre[1] > 0) {
      TIFFSetField(t, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);
      TIFFSetField(t, TIFFTAG_XRESOLUTION, metadata.pixels_per_metre[0] * kInch);
      TIFFSetField(t, TIFFTAG_YRESOLUTION, metadata.pixels_per_metre[1] * kInch);
    }
    if (!metadata.icc.empty()) {
      TIFFSetField(t, TIFFTAG_ICCPROFILE, static_cast<uint32_t>(metadata.icc.size()), metadata.icc.data());
    }
    std::vector<std::byte> line(image.width * channels * bytes);
    for (uint32_t y = 0; y < image.height; ++y) {
      const std::byte* from = image.pixel(0, y);
      for (size_t x = 0; x < image.width; ++x) {
        std::memcpy(line.data() + x * channels * bytes, from + x * 4 * bytes, channels * bytes);
      }
      check(TIFFWriteScanline(t, line.data(), y, 0) >= 0);
    }
    check(TIFFFlush(t) != 0);
  }
  return std::move(stream.output);
}

}  // namespace impasto::media
