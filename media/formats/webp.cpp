// WebP, by libwebp.
#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <new>

#include "media/error.h"
#include "media/exif.h"
#include "media/formats/formats.h"

namespace impasto::media {
namespace {

constexpr const char* kProfileChunk = "ICCP";
constexpr const char* kExifChunk = "EXIF";
constexpr const char* kCutOff = "damaged: the data end too early";

struct DemuxerDeleter {
  void operator()(WebPDemuxer* demuxer) const noexcept { WebPDemuxDelete(demuxer); }
};
struct MuxDeleter {
  void operator()(WebPMux* mux) const noexcept { WebPMuxDelete(mux); }
};

std::vector<uint8_t> chunk(const WebPDemuxer* demuxer, const char* name) {
  WebPChunkIterator it;
  std::vector<uint8_t> bytes;
  if (WebPDemuxGetChunk(demuxer, name, 1, &it)) bytes.assign(it.chunk.bytes, it.chunk.bytes + it.chunk.size);
  WebPDemuxReleaseChunkIterator(&it);
  return bytes;
}

// The picture of libwebp and what it writes to.
struct Encoder {
  WebPPicture picture;
  WebPMemoryWriter writer;
  Encoder() {
    WebPMemoryWriterInit(&writer);
    if (!WebPPictureInit(&picture)) throw Error("libwebp is of another version than its headers");
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
  }
  ~Encoder() {
    WebPPictureFree(&picture);
    WebPMemoryWriterClear(&writer);
  }
};

void setChunk(WebPMux* mux, const char* name, const std::vector<uint8_t>& bytes) {
  if (bytes.empty()) return;
  const WebPData data = {bytes.data(), bytes.size()};
  if (WebPMuxSetChunk(mux, name, &data, 1) != WEBP_MUX_OK) throw std::bad_alloc();
}

}  // namespace

Decoded decodeWebp(std::span<const uint8_t> bytes, const Reading& reading) {
  const WebPData data = {bytes.data(), bytes.size()};
  WebPDemuxState state{};
  const std::unique_ptr<WebPDemuxer, DemuxerDeleter> demuxer(WebPDemuxPartial(&data, &state));
  if (state == WEBP_DEMUX_PARSE_ERROR) throw Error("damaged: the chunks of the WebP make no sense");
  if (!demuxer || state != WEBP_DEMUX_DONE) throw Error(kCutOff);
  reading.checkExtent(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH), WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  if (WebPDemuxGetI(demuxer.get(), WEBP_FF_FRAME_COUNT) != 1) throw Error("is an animation, not a picture");

  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) throw Error("libwebp is of another version than its headers");
  if (WebPGetFeatures(bytes.data(), bytes.size(), &config.input) != VP8_STATUS_OK) throw Error(kCutOff);
  Decoded decoded;
  decoded.image = Image(static_cast<uint32_t>(config.input.width), static_cast<uint32_t>(config.input.height), SampleType::U8);
  decoded.image.has_alpha = config.input.has_alpha != 0;
  config.output.colorspace = MODE_RGBA;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = reinterpret_cast<uint8_t*>(decoded.image.samples.data());
  config.output.u.RGBA.stride = config.input.width * 4;
  config.output.u.RGBA.size = decoded.image.samples.size();
  config.options.use_threads = 1;
  switch (WebPDecode(bytes.data(), bytes.size(), &config)) {
    case VP8_STATUS_OK: break;
    case VP8_STATUS_OUT_OF_MEMORY: throw std::bad_alloc();
    case VP8_STATUS_SUSPENDED:
    case VP8_STATUS_NOT_ENOUGH_DATA: throw Error(kCutOff);
    default: throw Error("damaged: the WebP data make no sense");
  }
  Metadata& metadata = decoded.image.metadata;
  metadata.icc = chunk(demuxer.get(), kProfileChunk);
  metadata.exif = chunk(demuxer.get(), kExifChunk);
  constexpr uint8_t kHeader[6] = {'E', 'x', 'i', 'f', 0, 0};  // some programs put it there
  if (metadata.exif.size() > sizeof kHeader && std::memcmp(metadata.exif.data(), kHeader, sizeof kHeader) == 0) {
    metadata.exif.erase(metadata.exif.begin(), metadata.exif.begin() + sizeof kHeader);
  }
  return decoded;
}

std::vector<std::byte> encodeWebp(const Image& image, int quality, Notes&) {
  if (std::max(image.width, image.height) > WEBP_MAX_DIMENSION) {
    throw Error(std::to_string(image.width) + "x" + std::to_string(image.height) + " pixels; WebP holds at most 16383 a side");
  }
  WebPConfig config;
  if (!WebPConfigInit(&config)) throw Error("libwebp is of another version than its headers");
  Encoder encoder;
  if (quality == 100) {
    WebPConfigLosslessPreset(&config, 4);
    config.exact = 1;  // colours under transparent pixels too
    encoder.picture.use_argb = 1;
  } else {
    config.quality = static_cast<float>(quality);
    config.use_sharp_yuv = 1;
  }
  config.thread_level = 1;
  encoder.picture.width = static_cast<int>(image.width);
  encoder.picture.height = static_cast<int>(image.height);
  const auto* pixels = reinterpret_cast<const uint8_t*>(image.samples.data());
  const int stride = static_cast<int>(image.width) * 4;
  const int imported = image.has_alpha ? WebPPictureImportRGBA(&encoder.picture, pixels, stride)
                                       : WebPPictureImportRGBX(&encoder.picture, pixels, stride);
  if (!imported) throw std::bad_alloc();
  if (!WebPEncode(&config, &encoder.picture)) {
    throw Error("cannot be encoded: WebP error " + std::to_string(encoder.picture.error_code));
  }
  std::vector<uint8_t> exif = image.metadata.exif;
  const auto& density = image.metadata.pixels_per_metre;
  if (exif.empty() && density[0] > 0 && density[1] > 0) exif = exifOfResolution(density);  // it has no other place
  const auto* first = reinterpret_cast<const std::byte*>(encoder.writer.mem);
  if (exif.empty() && image.metadata.icc.empty()) return {first, first + encoder.writer.size};

  const WebPData plain = {encoder.writer.mem, encoder.writer.size};
  const std::unique_ptr<WebPMux, MuxDeleter> mux(WebPMuxCreate(&plain, 0));
  if (!mux) throw std::bad_alloc();
  setChunk(mux.get(), kProfileChunk, image.metadata.icc);
  setChunk(mux.get(), kExifChunk, exif);
  WebPData whole{};
  if (WebPMuxAssemble(mux.get(), &whole) != WEBP_MUX_OK) throw std::bad_alloc();
  first = reinterpret_cast<const std::byte*>(whole.bytes);
  std::vector<std::byte> out(first, first + whole.size);
  WebPDataClear(&whole);
  return out;
}

}  // namespace impasto::media
