// JPEG, by libjpeg. Its errors jump (setjmp): functions that can be jumped out of hold no objects with destructors.
#include <cstdio>  // jpeglib.h needs it

#include <jpeglib.h>
#include <jerror.h>

#include <algorithm>
#include <csetjmp>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "media/error.h"
#include "media/formats/formats.h"

namespace impasto::media {
namespace {

constexpr uint8_t kExifHeader[6] = {'E', 'x', 'i', 'f', 0, 0};
constexpr int kExifMarker = JPEG_APP0 + 1, kProfileMarker = JPEG_APP0 + 2;
constexpr size_t kLargestSegment = 65533;
constexpr double kInch = 0.0254;  // metres

struct ErrorHandler {
  jpeg_error_mgr manager;  // first: libjpeg has a pointer to it
  jmp_buf jump;
  bool cut_off = false;
  char message[JMSG_LENGTH_MAX] = {};
};

void onError(j_common_ptr jpeg) {
  auto* handler = reinterpret_cast<ErrorHandler*>(jpeg->err);
  handler->manager.format_message(jpeg, handler->message);
  std::longjmp(handler->jump, 1);
}

// libjpeg fills what is missing with grey, and warns.
void onMessage(j_common_ptr jpeg, int level) {
  auto* handler = reinterpret_cast<ErrorHandler*>(jpeg->err);
  if (level < 0 && (handler->manager.msg_code == JWRN_JPEG_EOF || handler->manager.msg_code == JWRN_HIT_MARKER)) {
    handler->cut_off = true;
  }
}

struct Decompressor {
  ErrorHandler errors;
  jpeg_decompress_struct jpeg{};
  Decompressor() {
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = onError;
    errors.manager.emit_message = onMessage;
    jpeg_create_decompress(&jpeg);
  }
  ~Decompressor() { jpeg_destroy_decompress(&jpeg); }
};

struct Compressor {
  ErrorHandler errors;
  jpeg_compress_struct jpeg{};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  Compressor() {
    jpeg.err = jpeg_std_error(&errors.manager);
    errors.manager.error_exit = onError;
    errors.manager.emit_message = onMessage;
    jpeg_create_compress(&jpeg);
  }
  ~Compressor() {
    jpeg_destroy_compress(&jpeg);
    std::free(bytes);
  }
};

bool readHeader(Decompressor& d, std::span<const uint8_t> bytes) {
  if (setjmp(d.errors.jump)) return false;
  jpeg_mem_src(&d.jpeg, bytes.data(), static_cast<unsigned long>(bytes.size()));
  jpeg_save_markers(&d.jpeg, kExifMarker, 0xFFFF);
  jpeg_save_markers(&d.jpeg, kProfileMarker, 0xFFFF);
  jpeg_read_header(&d.jpeg, TRUE);
  const bool cmyk = d.jpeg.jpeg_color_space == JCS_CMYK || d.jpeg.jpeg_color_space == JCS_YCCK;
  d.jpeg.out_color_space = cmyk ? JCS_CMYK : d.jpeg.jpeg_color_space == JCS_GRAYSCALE ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_calc_output_dimensions(&d.jpeg);
  return true;
}

// `line` holds one row as libjpeg gives it.
bool readRows(Decompressor& d, uint8_t* line, Image& image) {
  if (setjmp(d.errors.jump)) return false;
  jpeg_start_decompress(&d.jpeg);
  const int channels = d.jpeg.output_components;
  while (d.jpeg.output_scanline < d.jpeg.output_height) {
    auto* out = reinterpret_cast<uint8_t*>(image.pixel(0, d.jpeg.output_scanline));
    JSAMPROW rows[1] = {line};
    jpeg_read_scanlines(&d.jpeg, rows, 1);
    for (uint32_t x = 0; x < image.width; ++x, out += 4) {
      const uint8_t* in = line + size_t{x} * static_cast<size_t>(channels);
      out[0] = in[0];
      out[1] = in[channels > 2 ? 1 : 0];
      out[2] = in[channels > 2 ? 2 : 0];
      out[3] = channels == 4 ? in[3] : 255;
    }
  }
  jpeg_finish_decompress(&d.jpeg);
  return true;
}

bool readProfile(Decompressor& d, JOCTET*& data, unsigned& size) {
  if (setjmp(d.errors.jump)) return false;
  return jpeg_read_icc_profile(&d.jpeg, &data, &size) != FALSE;
}

void readMetadata(Decompressor& d, Metadata& metadata) {
  JOCTET* profile = nullptr;
  unsigned size = 0;
  if (readProfile(d, profile, size)) {
    metadata.icc.assign(profile, profile + size);
    std::free(profile);
  }
  for (const jpeg_marker_struct* marker = d.jpeg.marker_list; marker; marker = marker->next) {
    if (marker->marker != kExifMarker || marker->data_length <= sizeof kExifHeader || !metadata.exif.empty()) continue;
    if (std::memcmp(marker->data, kExifHeader, sizeof kExifHeader) != 0) continue;
    metadata.exif.assign(marker->data + sizeof kExifHeader, marker->data + marker->data_length);
  }
  if (d.jpeg.saw_JFIF_marker && d.jpeg.density_unit != 0) {
    const double per_metre = d.jpeg.density_unit == 1 ? 1 / kInch : 100;
    metadata.pixels_per_metre = {d.jpeg.X_density * per_metre, d.jpeg.Y_density * per_metre};
  }
}

[[noreturn]] void fail(const Decompressor& d) {
  throw Error(std::string("damaged: ") + (d.errors.cut_off ? "the data end too early" : d.errors.message));
}

bool write(Compressor& c, const Image& image, int quality, const uint8_t* exif, size_t exif_size, uint8_t* line) {
  if (setjmp(c.errors.jump)) return false;
  jpeg_mem_dest(&c.jpeg, &c.bytes, &c.size);
  c.jpeg.image_width = image.width;
  c.jpeg.image_height = image.height;
  c.jpeg.input_components = 3;
  c.jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&c.jpeg);
  jpeg_set_quality(&c.jpeg, quality, TRUE);
  if (quality >= 90) c.jpeg.comp_info[0].h_samp_factor = c.jpeg.comp_info[0].v_samp_factor = 1;  // colours in full
  c.jpeg.optimize_coding = TRUE;
  const auto& density = image.metadata.pixels_per_metre;
  if (density[0] > 0 && density[1] > 0) {
    c.jpeg.density_unit = 1;
    c.jpeg.X_density = static_cast<UINT16>(std::clamp(density[0] * kInch + 0.5, 1.0, 65535.0));
    c.jpeg.Y_density = static_cast<UINT16>(std::clamp(density[1] * kInch + 0.5, 1.0, 65535.0));
  }
  jpeg_start_compress(&c.jpeg, TRUE);
  if (exif_size > 0) jpeg_write_marker(&c.jpeg, kExifMarker, exif, static_cast<unsigned>(exif_size));
  if (!image.metadata.icc.empty()) {
    jpeg_write_icc_profile(&c.jpeg, image.metadata.icc.data(), static_cast<unsigned>(image.metadata.icc.size()));
  }
  while (c.jpeg.next_scanline < c.jpeg.image_height) {
    const auto* in = reinterpret_cast<const uint8_t*>(image.pixel(0, c.jpeg.next_scanline));
    for (uint32_t x = 0; x < image.width; ++x) std::memcpy(line + size_t{x} * 3, in + size_t{x} * 4, 3);
    JSAMPROW rows[1] = {line};
    jpeg_write_scanlines(&c.jpeg, rows, 1);
  }
  jpeg_finish_compress(&c.jpeg);
  return true;
}

}  // namespace

Decoded decodeJpeg(std::span<const uint8_t> bytes, const Reading& reading) {
  const auto d = std::make_unique<Decompressor>();
  if (!readHeader(*d, bytes)) fail(*d);
  reading.checkExtent(d->jpeg.output_width, d->jpeg.output_height);
  Decoded decoded;
  decoded.image = Image(d->jpeg.output_width, d->jpeg.output_height, SampleType::U8);
  const bool cmyk = d->jpeg.out_color_space == JCS_CMYK;
  if (cmyk) decoded.model = ColorModel::Cmyk;
  if (d->jpeg.out_color_space == JCS_GRAYSCALE) decoded.model = ColorModel::Grey;
  readMetadata(*d, decoded.image.metadata);
  // Adobe's programs store CMYK the other way round.
  const bool inverted = cmyk && d->jpeg.saw_Adobe_marker;
  std::vector<uint8_t> line(size_t{d->jpeg.output_width} * 4);
  if (!readRows(*d, line.data(), decoded.image) || d->errors.cut_off) fail(*d);
  if (inverted) {
    for (std::byte& ink : decoded.image.samples) ink = ~ink;
  }
  return decoded;
}

std::vector<std::byte> encodeJpeg(const Image& image, int quality, Notes& notes) {
  std::vector<uint8_t> exif;
  if (!image.metadata.exif.empty()) {
    exif.assign(std::begin(kExifHeader), std::end(kExifHeader));
    exif.insert(exif.end(), image.metadata.exif.begin(), image.metadata.exif.end());
    if (exif.size() > kLargestSegment) {
      exif.clear();
      notes.push_back("the EXIF data are more than a JPEG can hold, and are left out");
    }
  }
  const auto c = std::make_unique<Compressor>();
  std::vector<uint8_t> line(size_t{image.width} * 3);
  if (!write(*c, image, quality, exif.data(), exif.size(), line.data())) {
    throw Error(std::string("cannot be encoded: ") + c->errors.message);
  }
  const auto* first = reinterpret_cast<const std::byte*>(c->bytes);
  return {first, first + c->size};
}

}  // namespace impasto::media
