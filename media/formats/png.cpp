// PNG, by libpng. Its errors jump (setjmp): functions that can be jumped out of hold no objects with destructors.
#include <png.h>

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <new>

#include "media/error.h"
#include "media/formats/formats.h"

namespace impasto::media {
namespace {

constexpr const char* kCutOff = "the data end too early";

struct Source {
  std::span<const uint8_t> bytes;
  size_t at = 0;
};

void onError(png_structp png, png_const_charp message) {
  auto* text = static_cast<char*>(png_get_error_ptr(png));
  std::snprintf(text, 200, "%s", message);
  png_longjmp(png, 1);
}
void onWarning(png_structp, png_const_charp) {}

void readBytes(png_structp png, png_bytep out, size_t size) {
  auto* source = static_cast<Source*>(png_get_io_ptr(png));
  if (source->bytes.size() - source->at < size) png_error(png, kCutOff);
  std::memcpy(out, source->bytes.data() + source->at, size);
  source->at += size;
}

// The structs of libpng, and the message of the error that it jumped out with.
struct Reader {
  char message[200] = {};
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, onError, onWarning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  Reader() {
    if (!info) throw std::bad_alloc();
  }
  ~Reader() { png_destroy_read_struct(&png, &info, nullptr); }
};

struct Writer {
  char message[200] = {};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, onError, onWarning);
  png_infop info = png ? png_create_info_struct(png) : nullptr;
  Writer() {
    if (!info) throw std::bad_alloc();
  }
  ~Writer() { png_destroy_write_struct(&png, &info); }
};

bool readHeader(Reader& reader, Source& source) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  png_set_read_fn(reader.png, &source, readBytes);
  png_set_user_limits(reader.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ours are checked afterwards
  png_read_info(reader.png, reader.info);
  png_set_expand(reader.png);
  png_set_gray_to_rgb(reader.png);
  png_set_add_alpha(reader.png, 0xFFFF, PNG_FILLER_AFTER);
  if (std::endian::native == std::endian::little) png_set_swap(reader.png);
  png_set_interlace_handling(reader.png);
  return true;
}

bool readRows(Reader& reader, png_bytepp rows) {
  if (setjmp(png_jmpbuf(reader.png))) return false;
  png_read_update_info(reader.png, reader.info);
  png_read_image(reader.png, rows);
  png_read_end(reader.png, reader.info);
  return true;
}

[[noreturn]] void fail(const char* message) {
  if (std::strcmp(message, "Read Error") == 0) message = kCutOff;
  throw Error(std::string("damaged: ") + message);
}

void readMetadata(Reader& reader, Metadata& metadata) {
  png_structp png = reader.png;
  png_infop info = reader.info;
  png_charp name = nullptr;
  png_bytep data = nullptr;
  png_uint_32 size = 0;
  int compression = 0, intent = 0;
  double gamma = 0, white_x = 0, white_y = 0, red_x = 0, red_y = 0, green_x = 0, green_y = 0, blue_x = 0, blue_y = 0;
  if (png_get_iCCP(png, info, &name, &compression, &data, &size)) {
    metadata.icc.assign(data, data + size);
  } else if (!png_get_sRGB(png, info, &intent) && png_get_gAMA(png, info, &gamma) && gamma > 0) {
    std::array<float, 8> primaries = {0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f};
    if (png_get_cHRM(png, info, &white_x, &white_y, &red_x, &red_y, &green_x, &green_y, &blue_x, &blue_y)) {
      const double values[8] = {red_x, red_y, green_x, green_y, blue_x, blue_y, white_x, white_y};
      std::copy_n(values, 8, primaries.begin());
    } else if (gamma > 0.44 && gamma < 0.47) {
      gamma = 0;  // sRGB, said in the old way
    }
    if (gamma > 0) metadata.icc = profileOf(primaries, 1 / gamma);
  }
  png_uint_32 x = 0, y = 0;
  int unit = 0;
  if (png_get_pHYs(png, info, &x, &y, &unit) && unit == PNG_RESOLUTION_METER) {
    metadata.pixels_per_metre = {static_cast<double>(x), static_cast<double>(y)};
  }
  if (png_get_eXIf_1(png, info, &size, &data)) metadata.exif.assign(data, data + size);
}

void writeBytes(png_structp png, png_bytep data, size_t size) {
  auto* out = static_cast<std::vector<std::byte>*>(png_get_io_ptr(png));
  const auto* first = reinterpret_cast<const std::byte*>(data);
  out->insert(out->end(), first, first + size);
}
void flush(png_structp) {}

bool write(Writer& writer, std::vector<std::byte>& output, const Image& image, png_bytepp rows) {
  if (setjmp(png_jmpbuf(writer.png))) return false;
  png_structp png = writer.png;
  png_infop info = writer.info;
  png_set_write_fn(png, &output, writeBytes, flush);
  png_set_IHDR(png, info, image.width, image.height, image.type == SampleType::U16 ? 16 : 8,
               image.has_alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_benign_errors(png, 1);  // a profile that libpng does not like is left out
  const Metadata& metadata = image.metadata;
  if (!metadata.icc.empty()) {
    png_set_iCCP(png, info, "icc", PNG_COMPRESSION_TYPE_BASE, metadata.icc.data(),
                 static_cast<png_uint_32>(metadata.icc.size()));
  }
  if (metadata.pixels_per_metre[0] > 0 && metadata.pixels_per_metre[1] > 0) {
    png_set_pHYs(png, info, static_cast<png_uint_32>(metadata.pixels_per_metre[0] + 0.5),
                 static_cast<png_uint_32>(metadata.pixels_per_metre[1] + 0.5), PNG_RESOLUTION_METER);
  }
  if (!metadata.exif.empty()) {
    png_set_eXIf_1(png, info, static_cast<png_uint_32>(metadata.exif.size()), const_cast<png_bytep>(metadata.exif.data()));
  }
  png_write_info(png, info);
  if (!image.has_alpha) png_set_filler(png, 0, PNG_FILLER_AFTER);
  if (std::endian::native == std::endian::little) png_set_swap(png);
  png_write_image(png, rows);
  png_write_end(png, info);
  return true;
}

}  // namespace

Decoded decodePng(std::span<const uint8_t> bytes, const Reading& reading) {
  Reader reader;
  Source source{bytes};
  if (!readHeader(reader, source)) fail(reader.message);
  const uint32_t width = png_get_image_width(reader.png, reader.info);
  const uint32_t height = png_get_image_height(reader.png, reader.info);
  reading.checkExtent(width, height);
  const int color_type = png_get_color_type(reader.png, reader.info);
  const bool transparent = png_get_valid(reader.png, reader.info, PNG_INFO_tRNS) != 0;

  Decoded decoded;
  const bool deep = png_get_bit_depth(reader.png, reader.info) == 16;
  decoded.image = Image(width, height, deep ? SampleType::U16 : SampleType::U8);
  decoded.image.has_alpha = (color_type & PNG_COLOR_MASK_ALPHA) != 0 || transparent;
  if (!(color_type & PNG_COLOR_MASK_COLOR)) decoded.model = ColorModel::Grey;
  std::vector<png_bytep> rows(height);
  for (uint32_t y = 0; y < height; ++y) rows[y] = reinterpret_cast<png_bytep>(decoded.image.pixel(0, y));
  if (!readRows(reader, rows.data())) fail(reader.message);
  readMetadata(reader, decoded.image.metadata);
  return decoded;
}

std::vector<std::byte> encodePng(const Image& image, Notes& notes) {
  Writer writer;
  std::vector<std::byte> output;
  std::vector<png_bytep> rows(image.height);
  for (uint32_t y = 0; y < image.height; ++y) {
    rows[y] = reinterpret_cast<png_bytep>(const_cast<std::byte*>(image.pixel(0, y)));
  }
  if (!write(writer, output, image, rows.data())) throw Error(std::string("cannot be encoded: ") + writer.message);
  if (!image.metadata.icc.empty() && !png_get_valid(writer.png, writer.info, PNG_INFO_iCCP)) {
    notes.push_back("the colour profile is not one that PNG files can hold, and is left out");
  }
  return output;
}

}  // namespace impasto::media
