// OpenEXR: linear light, half or float, alpha multiplied into the colours. The first flat part; colours are R, G, B, or
// those of the first layer that has them, or Y (grey).
#include <OpenEXR/ImfChannelList.h>
#include <OpenEXR/ImfChromaticitiesAttribute.h>
#include <OpenEXR/ImfFloatAttribute.h>
#include <OpenEXR/ImfFrameBuffer.h>
#include <OpenEXR/ImfHeader.h>
#include <OpenEXR/ImfIO.h>
#include <OpenEXR/ImfInputFile.h>
#include <OpenEXR/ImfOutputFile.h>
#include <OpenEXR/ImfStandardAttributes.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "media/error.h"
#include "media/formats/formats.h"

namespace impasto::media {
namespace {

constexpr double kInch = 0.0254;  // metres

class Input final : public Imf::IStream {
 public:
  explicit Input(std::span<const uint8_t> bytes) : IStream("exr"), bytes_(bytes) {}
  bool read(char out[], int size) override {
    const auto count = static_cast<size_t>(size);
    if (at_ > bytes_.size() || bytes_.size() - at_ < count) throw std::runtime_error("the data end too early");
    std::memcpy(out, bytes_.data() + at_, count);
    at_ += count;
    return at_ < bytes_.size();
  }
  uint64_t tellg() override { return at_; }
  void seekg(uint64_t at) override { at_ = at; }

 private:
  std::span<const uint8_t> bytes_;
  uint64_t at_ = 0;
};

class Output final : public Imf::OStream {
 public:
  explicit Output(std::vector<std::byte>& bytes) : OStream("exr"), bytes_(bytes) {}
  void write(const char data[], int size) override {
    const size_t count = static_cast<size_t>(size);
    if (bytes_.size() < at_ + count) bytes_.resize(at_ + count);
    std::memcpy(bytes_.data() + at_, data, count);
    at_ += count;
  }
  uint64_t tellp() override { return at_; }
  void seekp(uint64_t at) override { at_ = at; }

 private:
  std::vector<std::byte>& bytes_;
  uint64_t at_ = 0;
};

// What stands before "R" in the names of the colours: nothing, or the first layer that has all three.
std::optional<std::string> colorLayer(const Imf::ChannelList& channels) {
  const auto has = [&](const std::string& layer) {
    return channels.findChannel(layer + "R") && channels.findChannel(layer + "G") && channels.findChannel(layer + "B");
  };
  if (has("")) return "";
  for (auto it = channels.begin(); it != channels.end(); ++it) {
    const std::string name = it.name();
    if (name.size() > 2 && name.ends_with(".R") && has(name.substr(0, name.size() - 1))) return name.substr(0, name.size() - 1);
  }
  return std::nullopt;
}

void multiplyAlpha(Image& image, bool divide) {
  std::vector<float> row(size_t{image.width} * 4);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (size_t i = 0; i < row.size(); i += 4) {
      const float alpha = row[i + 3];
      if (alpha <= 0 || alpha == 1) continue;  // light without cover stays as it is
      for (size_t c = 0; c < 3; ++c) row[i + c] = divide ? row[i + c] / alpha : row[i + c] * alpha;
    }
    storePixels(image, 0, y, image.width, row.data());
  }
}

void readMetadata(const Imf::Header& header, Metadata& metadata) {
  if (Imf::hasXDensity(header) && Imf::xDensity(header) > 0) {
    const double x = Imf::xDensity(header) / kInch;
    metadata.pixels_per_metre = {x, x / std::max(header.pixelAspectRatio(), 1e-6f)};
  }
  if (Imf::hasChromaticities(header)) {
    const Imf::Chromaticities& c = Imf::chromaticities(header);
    metadata.chromaticities = {c.red.x, c.red.y, c.green.x, c.green.y, c.blue.x, c.blue.y, c.white.x, c.white.y};
    metadata.icc = profileOf(*metadata.chromaticities, 1.0);
    if (metadata.icc.empty()) metadata.chromaticities.reset();
  }
}

Decoded decode(std::span<const uint8_t> bytes, const Reading& reading) {
  Input stream(bytes);
  Imf::InputFile file(stream);
  const Imf::Header& header = file.header();
  const Imath::Box2i window = header.dataWindow();
  reading.checkExtent(static_cast<uint64_t>(int64_t{window.max.x} - window.min.x + 1),
              static_cast<uint64_t>(int64_t{window.max.y} - window.min.y + 1));
  if (!file.isComplete()) throw Error("damaged: the data end too early");

  const Imf::ChannelList& channels = header.channels();
  const auto layer = colorLayer(channels);
  const bool grey = !layer && channels.findChannel("Y");
  if (!layer && !grey) throw Error("holds no channels R, G and B, and no Y");
  const std::string prefix = layer.value_or("");
  const std::string names[4] = {grey ? "Y" : prefix + "R", grey ? "Y" : prefix + "G", grey ? "Y" : prefix + "B", prefix + "A"};
  const Imf::Channel* alpha = channels.findChannel(names[3]);
  bool has_float = false;
  for (const auto& name : names) {
    const Imf::Channel* channel = channels.findChannel(name);
    if (!channel) continue;
    if (channel->xSampling != 1 || channel->ySampling != 1) throw Error("channel " + name + " is subsampled, which is not read");
    has_float = has_float || channel->type != Imf::HALF;
  }
  if (grey && channels.findChannel("RY")) throw Error("is of luminance and chroma, which is not read");

  Decoded decoded;
  Image& image = decoded.image;
  image = Image(static_cast<uint32_t>(window.max.x - window.min.x + 1), static_cast<uint32_t>(window.max.y - window.min.y + 1),
                has_float ? SampleType::F32 : SampleType::F16);
  image.has_alpha = alpha != nullptr;
  if (grey) decoded.model = ColorModel::Grey;
  readMetadata(header, image.metadata);

  const Imf::PixelType type = has_float ? Imf::FLOAT : Imf::HALF;
  const size_t step = image.pixelBytes(), line = step * image.width;
  Imf::FrameBuffer frame;
  for (size_t c = 0; c < 4; ++c) {
    // Y is read once and spread: a frame buffer has each name once.
    if (grey && (c == 1 || c == 2)) continue;
    char* base = reinterpret_cast<char*>(image.samples.data()) + c * sampleBytes(image.type);
    base -= static_cast<ptrdiff_t>(window.min.x) * static_cast<ptrdiff_t>(step) +
            static_cast<ptrdiff_t>(window.min.y) * static_cast<ptrdiff_t>(line);
    frame.insert(names[c], Imf::Slice(type, base, step, line, 1, 1, c == 3 ? 1.0 : 0.0));
  }
  file.setFrameBuffer(frame);
  file.readPixels(window.min.y, window.max.y);
  if (grey) {
    const size_t size = sampleBytes(image.type);
    for (size_t at = 0; at < image.samples.size(); at += step) {
      for (size_t c = 1; c < 3; ++c) std::memcpy(image.samples.data() + at + c * size, image.samples.data() + at, size);
    }
  }
  if (image.has_alpha) multiplyAlpha(image, true);
  if (header.displayWindow() != window) reading.notes.push_back("the EXR's display window is left out: the data window is the picture");
  return decoded;
}

void encode(const Image& image, std::vector<std::byte>& bytes) {
  Imf::Header header(static_cast<int>(image.width), static_cast<int>(image.height));
  header.compression() = Imf::ZIP_COMPRESSION;
  const Metadata& metadata = image.metadata;
  if (metadata.pixels_per_metre[0] > 0 && metadata.pixels_per_metre[1] > 0) {
    Imf::addXDensity(header, static_cast<float>(metadata.pixels_per_metre[0] * kInch));
    header.pixelAspectRatio() = static_cast<float>(metadata.pixels_per_metre[0] / metadata.pixels_per_metre[1]);
  }
  if (metadata.chromaticities) {
    const auto& c = *metadata.chromaticities;
    Imf::addChromaticities(header, Imf::Chromaticities({c[0], c[1]}, {c[2], c[3]}, {c[4], c[5]}, {c[6], c[7]}));
  }
  const Imf::PixelType type = image.type == SampleType::F32 ? Imf::FLOAT : Imf::HALF;
  Imf::FrameBuffer frame;
  const char* names[4] = {"R", "G", "B", "A"};
  for (size_t c = 0; c < (image.has_alpha ? 4u : 3u); ++c) {
    header.channels().insert(names[c], Imf::Channel(type));
    char* base = const_cast<char*>(reinterpret_cast<const char*>(image.samples.data())) + c * sampleBytes(image.type);
    frame.insert(names[c], Imf::Slice(type, base, image.pixelBytes(), image.pixelBytes() * image.width));
  }
  Output stream(bytes);
  Imf::OutputFile file(stream, header);
  file.setFrameBuffer(frame);
  file.writePixels(static_cast<int>(image.height));
}

}  // namespace

Decoded decodeExr(std::span<const uint8_t> bytes, const Reading& reading) try {
  return decode(bytes, reading);
} catch (const Error&) {
  throw;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {  // of OpenEXR
  std::string message = error.what();
  std::replace(message.begin(), message.end(), '\n', ' ');
  throw Error("damaged: " + message);
}

std::vector<std::byte> encodeExr(const Image& image, Notes&) try {
  std::vector<std::byte> bytes;
  if (image.has_alpha) {
    Image premultiplied = image;
    multiplyAlpha(premultiplied, false);
    encode(premultiplied, bytes);
  } else {
    encode(image, bytes);
  }
  return bytes;
} catch (const std::bad_alloc&) {
  throw;
} catch (const std::exception& error) {  // of OpenEXR
  throw Error(std::string("cannot be encoded: ") + error.what());
}

}  // namespace impasto::media
