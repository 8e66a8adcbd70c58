// ICC colour profiles, by Little CMS.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "media/image.h"

namespace impasto::media {

enum class ColorModel { Rgb, Grey, Cmyk, Other };

struct ProfileInfo {
  ColorModel model = ColorModel::Other;
  std::string name;        // the profile's own description
  bool reversible = false; // colours can be converted to sRGB and back
};

// Nothing if the bytes are not a usable profile.
std::optional<ProfileInfo> inspectProfile(std::span<const uint8_t> icc);

// From a profile's space to sRGB and back, by rows of float RGBA; alpha is kept. With `linear` sRGB's side is linear
// light and unbounded, else it is sRGB-encoded and cut off at [0, 1]. Thread-safe.
class ColorTransform {
 public:
  // `icc`: a reversible profile of an RGB space. Throws Error.
  ColorTransform(std::span<const uint8_t> icc, bool linear);
  ~ColorTransform();
  ColorTransform(ColorTransform&&) noexcept;

  void toSrgb(float* rgba, size_t pixels) const;
  void fromSrgb(float* rgba, size_t pixels) const;

  // Does the profile's space differ from sRGB by less than half a step of 8 bits? (Most profiles in files do.)
  bool isIdentity() const { return identity_; }

 private:
  struct Deleter {
    void operator()(void* transform) const noexcept;
  };
  std::unique_ptr<void, Deleter> to_, from_;
  bool linear_, identity_ = false;
};

// In sRGB and without a profile: what a file that holds no profiles is given.
Image toSrgb(Image image);

// Turns samples of a grey (R = G = B) or CMYK picture, in R, G, B and A, to sRGB in place; `icc` is a profile of that
// model. False if it cannot be used.
bool greyToSrgb(Image& image, std::span<const uint8_t> icc);
bool cmykToSrgb(Image& image, std::span<const uint8_t> icc);

// A profile of the primaries and white (x and y of red, green, blue, white), every curve a power of `gamma`. Empty if
// they make no sense.
std::vector<uint8_t> profileOf(const std::array<float, 8>& chromaticities, double gamma);

}  // namespace impasto::media
