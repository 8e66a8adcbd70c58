// A picture with all that its file holds: samples at the file's own precision, colour profile, EXIF, resolution.
//
// Always RGBA, interleaved, rows from top to bottom, upright; alpha is not multiplied into the colours. Grey pictures
// and palettes are spread to RGB when they are read. What the numbers mean: integers are sRGB-encoded, [0, 1] over their
// whole range; floats are linear light of sRGB's primaries, 1 = display white, and may be above; unless there is a
// colour profile: then they mean what it says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/picture.h"

namespace impasto::media {

enum class SampleType : uint8_t { U8, U16, F16, F32 };

constexpr size_t sampleBytes(SampleType type) { return type == SampleType::U8 ? 1 : type == SampleType::F32 ? 4 : 2; }
constexpr bool isFloat(SampleType type) { return type == SampleType::F16 || type == SampleType::F32; }

struct Metadata {
  std::vector<uint8_t> icc;   // the colour profile of an RGB space; empty: none
  std::vector<uint8_t> exif;  // the TIFF structure of EXIF, without "Exif\0\0" before it; empty: none
  std::array<double, 2> pixels_per_metre = {0, 0};  // horizontally, vertically; 0: unknown
  // Of EXR files that have one: red, green, blue, white, each as CIE x and y. `icc` says the same then.
  std::optional<std::array<float, 8>> chromaticities;
};

struct Image {
  uint32_t width = 0, height = 0;
  SampleType type = SampleType::U8;
  bool has_alpha = false;  // otherwise alpha is 1 everywhere
  std::vector<std::byte> samples;
  Metadata metadata;

  Image() = default;
  Image(uint32_t w, uint32_t h, SampleType t) : width(w), height(h), type(t), samples(size_t{w} * h * 4 * sampleBytes(t)) {}
  size_t pixelBytes() const { return 4 * sampleBytes(type); }
  const std::byte* pixel(uint32_t x, uint32_t y) const { return samples.data() + (size_t{y} * width + x) * pixelBytes(); }
  std::byte* pixel(uint32_t x, uint32_t y) { return samples.data() + (size_t{y} * width + x) * pixelBytes(); }
};

// `count` pixels from (x, y) on, which may run on into the next rows, as floats and back: integers are [0, 1], rounded
// to nearest and clamped when they are stored. U8, U16 and F16 come back as they were.
void loadPixels(const Image& image, uint32_t x, uint32_t y, size_t count, float* rgba);
void storePixels(Image& image, uint32_t x, uint32_t y, size_t count, const float* rgba);

// IEC 61966-2-1; beyond [0, 1] the curve goes on, and is odd.
float linearFromSrgb(float encoded);
float srgbFromLinear(float linear);

// With samples of another type. Without a profile, integers become linear floats and the other way round; with one, the
// numbers keep the meaning it gives them.
Image withSampleType(Image image, SampleType type);

// The upright picture of one that is stored with an EXIF orientation (1 to 8).
Image upright(Image stored, int orientation);

// 8-bit RGBA in sRGB and back; a profile is applied, values above 1 are cut off.
Picture toPicture(const Image& image);
Image fromPicture(const Picture& picture);

}  // namespace impasto::media
