#include "media/color_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "media/error.h"

namespace impasto::media {
namespace {

struct ProfileCloser {
  void operator()(void* profile) const noexcept { cmsCloseProfile(profile); }
};
using UniqueProfile = std::unique_ptr<void, ProfileCloser>;

struct CurveFree {
  void operator()(cmsToneCurve* curve) const noexcept { cmsFreeToneCurve(curve); }
};
using UniqueCurve = std::unique_ptr<cmsToneCurve, CurveFree>;

struct TransformDeleter {
  void operator()(void* transform) const noexcept { cmsDeleteTransform(transform); }
};
using UniqueTransform = std::unique_ptr<void, TransformDeleter>;

constexpr cmsUInt32Number kRgba = TYPE_RGBA_FLT;
constexpr cmsUInt32Number kGrey = COLORSPACE_SH(PT_GRAY) | CHANNELS_SH(1) | BYTES_SH(4) | FLOAT_SH(1);
constexpr cmsUInt32Number kCmyk = TYPE_CMYK_FLT;  // percent of ink
constexpr cmsUInt32Number kFlags = cmsFLAGS_NOCACHE | cmsFLAGS_NOOPTIMIZE;  // the first: to be called by many threads

UniqueProfile openProfile(std::span<const uint8_t> icc) {
  return UniqueProfile(cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size())));
}

UniqueProfile srgbProfile(bool linear) {
  if (!linear) return UniqueProfile(cmsCreate_sRGBProfile());
  const cmsCIExyY white = {0.3127, 0.3290, 1.0};
  const cmsCIExyYTRIPLE primaries = {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}};
  const UniqueCurve curve(cmsBuildGamma(nullptr, 1.0));
  cmsToneCurve* curves[3] = {curve.get(), curve.get(), curve.get()};
  return UniqueProfile(cmsCreateRGBProfile(&white, &primaries, curves));
}

UniqueTransform makeTransform(void* from, cmsUInt32Number from_format, void* to, cmsUInt32Number to_format) {
  if (!from || !to) return nullptr;
  return UniqueTransform(cmsCreateTransform(from, from_format, to, to_format, INTENT_RELATIVE_COLORIMETRIC,
                                            kFlags | cmsFLAGS_BLACKPOINTCOMPENSATION));
}

// Little CMS leaves the fourth value of its output alone.
void run(void* transform, float* rgba, size_t pixels, bool cut_off) {
  cmsDoTransform(transform, rgba, rgba, static_cast<cmsUInt32Number>(pixels));
  if (!cut_off) return;
  for (size_t i = 0; i < pixels; ++i) {
    for (size_t c = 0; c < 3; ++c) rgba[i * 4 + c] = std::clamp(rgba[i * 4 + c], 0.0f, 1.0f);
  }
}

}  // namespace

std::optional<ProfileInfo> inspectProfile(std::span<const uint8_t> icc) {
  const UniqueProfile profile = openProfile(icc);
  if (!profile) return std::nullopt;
  ProfileInfo info;
  char name[256] = {};
  cmsGetProfileInfoASCII(profile.get(), cmsInfoDescription, "en", "US", name, sizeof name);
  info.name = name[0] ? name : "unnamed";
  const cmsColorSpaceSignature space = cmsGetColorSpace(profile.get());
  info.model = space == cmsSigRgbData    ? ColorModel::Rgb
               : space == cmsSigGrayData ? ColorModel::Grey
               : space == cmsSigCmykData ? ColorModel::Cmyk
                                         : ColorModel::Other;
  const UniqueProfile srgb = srgbProfile(false);
  if (info.model == ColorModel::Rgb) {
    const bool there = makeTransform(profile.get(), kRgba, srgb.get(), kRgba) != nullptr;
    if (!there) return std::nullopt;
    info.reversible = makeTransform(srgb.get(), kRgba, profile.get(), kRgba) != nullptr;
  }
  return info;
}

void ColorTransform::Deleter::operator()(void* transform) const noexcept { cmsDeleteTransform(transform); }

ColorTransform::ColorTransform(std::span<const uint8_t> icc, bool linear) : linear_(linear) {
  const UniqueProfile profile = openProfile(icc), srgb = srgbProfile(linear);
  to_.reset(makeTransform(profile.get(), kRgba, srgb.get(), kRgba).release());
  from_.reset(makeTransform(srgb.get(), kRgba, profile.get(), kRgba).release());
  if (!to_ || !from_) throw Error("the colour profile cannot be used");
  // Corners, greys and some colours between.
  constexpr int kSteps = 7;
  float most = 0;
  for (int i = 0; i < kSteps * kSteps * kSteps; ++i) {
    const float before[4] = {static_cast<float>(i % kSteps) / (kSteps - 1), static_cast<float>(i / kSteps % kSteps) / (kSteps - 1),
                             static_cast<float>(i / kSteps / kSteps) / (kSteps - 1), 1};
    float after[4] = {before[0], before[1], before[2], 1};
    run(to_.get(), after, 1, false);
    for (int c = 0; c < 3; ++c) most = std::max(most, std::fabs(before[c] - after[c]));
  }
  identity_ = most < 0.5f / 255;
}

ColorTransform::~ColorTransform() = default;
ColorTransform::ColorTransform(ColorTransform&&) noexcept = default;

void ColorTransform::toSrgb(float* rgba, size_t pixels) const {
  if (!identity_) run(to_.get(), rgba, pixels, !linear_);
}

void ColorTransform::fromSrgb(float* rgba, size_t pixels) const {
  if (!identity_) run(from_.get(), rgba, pixels, false);
}

Image toSrgb(Image image) {
  if (!image.metadata.icc.empty()) {
    const ColorTransform transform(image.metadata.icc, isFloat(image.type));
    image.metadata.icc.clear();
    image.metadata.chromaticities.reset();
    if (!transform.isIdentity()) {
      std::vector<float> row(size_t{image.width} * 4);
      for (uint32_t y = 0; y < image.height; ++y) {
        loadPixels(image, 0, y, image.width, row.data());
        transform.toSrgb(row.data(), image.width);
        storePixels(image, 0, y, image.width, row.data());
      }
    }
  }
  return image;
}

bool greyToSrgb(Image& image, std::span<const uint8_t> icc) {
  const UniqueProfile profile = openProfile(icc), srgb = srgbProfile(isFloat(image.type));
  const UniqueTransform transform = makeTransform(profile.get(), kGrey, srgb.get(), kRgba);
  if (!transform) return false;
  std::vector<float> row(size_t{image.width} * 4), grey(image.width);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (uint32_t x = 0; x < image.width; ++x) grey[x] = row[size_t{x} * 4];
    cmsDoTransform(transform.get(), grey.data(), row.data(), image.width);  // alpha stays
    storePixels(image, 0, y, image.width, row.data());
  }
  return true;
}

bool cmykToSrgb(Image& image, std::span<const uint8_t> icc) {
  const UniqueProfile profile = openProfile(icc), srgb = srgbProfile(false);
  const UniqueTransform transform = makeTransform(profile.get(), kCmyk, srgb.get(), kRgba);
  if (!transform) return false;
  std::vector<float> row(size_t{image.width} * 4);
  for (uint32_t y = 0; y < image.height; ++y) {
    loadPixels(image, 0, y, image.width, row.data());
    for (float& ink : row) ink *= 100;
    cmsDoTransform(transform.get(), row.data(), row.data(), image.width);
    for (uint32_t x = 0; x < image.width; ++x) row[size_t{x} * 4 + 3] = 1;
    storePixels(image, 0, y, image.width, row.data());
  }
  return true;
}

std::vector<uint8_t> profileOf(const std::array<float, 8>& c, double gamma) {
  const cmsCIExyY white = {c[6], c[7], 1};
  const cmsCIExyYTRIPLE primaries = {{c[0], c[1], 1}, {c[2], c[3], 1}, {c[4], c[5], 1}};
  const UniqueCurve curve(cmsBuildGamma(nullptr, gamma));
  cmsToneCurve* curves[3] = {curve.get(), curve.get(), curve.get()};
  if (!curve || c[7] <= 0) return {};
  const UniqueProfile profile(cmsCreateRGBProfile(&white, &primaries, curves));
  cmsUInt32Number size = 0;
  if (!profile || !cmsSaveProfileToMem(profile.get(), nullptr, &size)) return {};
  std::vector<uint8_t> icc(size);
  if (!cmsSaveProfileToMem(profile.get(), icc.data(), &size)) return {};
  return icc;
}

}  // namespace impasto::media
