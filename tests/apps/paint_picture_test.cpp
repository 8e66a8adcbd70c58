#include "common/paint_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "common/error.h"
#include "common/picture.h"
#include "common/stroke_scale.h"
#include "media/color_profile.h"
#include "test_pictures.h"

namespace impasto::app {
namespace {

using test::makePicture;
using test::maxDifference;

// Negates colours; spoils a rim of each block as a generator does where it cannot see on.
class FakePainter final : public BlockPainter {
 public:
  FakePainter(uint64_t max_pixels, uint32_t rim) : max_pixels_(max_pixels), rim_(rim) {}

  bool prepare(uint32_t width, uint32_t height, BlockFormat block_format, std::string& why) override {
    why = "of the test";
    width_ = width;
    height_ = height;
    format = block_format;
    return uint64_t{width} * height <= max_pixels_;
  }
  void paint(void* pixels, const ImpastoControls&) override {
    ++blocks;
    if (format == BlockFormat::Rgba8) paintAs(static_cast<uint8_t*>(pixels), uint8_t{255}, uint8_t{77});
    else paintAs(static_cast<float*>(pixels), 1.0f, 0.3f);
  }
  std::string description() const override { return "fake"; }

  int blocks = 0;
  BlockFormat format = BlockFormat::Rgba8;
  float first_seen = -1;  // of the first float block

 private:
  template <typename T>
  void paintAs(T* rgba, T white, T spoilt_value) {
    if (first_seen < 0) first_seen = static_cast<float>(rgba[0]);
    for (uint32_t y = 0; y < height_; ++y) {
      for (uint32_t x = 0; x < width_; ++x) {
        T* p = rgba + (size_t{y} * width_ + x) * 4;
        const bool spoilt = x < rim_ || y < rim_ || x + rim_ >= width_ || y + rim_ >= height_;
        for (int c = 0; c < 3; ++c) p[c] = spoilt ? spoilt_value : static_cast<T>(white - p[c]);
      }
    }
  }
  uint64_t max_pixels_;
  uint32_t rim_, width_ = 0, height_ = 0;
};

Picture negative(Picture picture) {
  for (size_t i = 0; i < picture.rgba.size(); ++i) {
    if (i % 4 != 3) picture.rgba[i] = 255 - picture.rgba[i];
  }
  return picture;
}

void paintPicture(BlockPainter& painter, const ImpastoControls& controls, Picture& picture, const std::function<void(double)>& on_block) {
  media::Image image = media::fromPicture(picture);
  paintPicture(painter, controls, image, on_block);
  picture = media::toPicture(image);
}

constexpr ImpastoControls kPaint = {.size = sizeof(ImpastoControls), .strength = 1};

TEST(PaintPicture, BlocksAreWhatTheWholeWouldBe) {
  const struct {
    uint32_t width, height, max_pixels;
  } cases[] = {{1000, 700, 400000}, {1001, 703, 200000}, {2000, 17, 8000}, {3, 5000, 5000}, {390, 390, 150000}};
  for (const auto& [width, height, max_pixels] : cases) {
    SCOPED_TRACE(testing::Message() << width << "x" << height);
    const Picture picture = makePicture(width, height, 1, true);
    Picture painted = picture;
    FakePainter painter(max_pixels, 0);
    double last = 0;
    paintPicture(painter, kPaint, painted, [&](double share) {
      EXPECT_GT(share, last);
      last = share;
    });
    EXPECT_EQ(last, 1);
    EXPECT_GT(painter.blocks, 1);
    EXPECT_EQ(maxDifference(painted, negative(picture)), 0);
  }
}

TEST(PaintPicture, RimsOfBlocksAreNotSeen) {
  const Picture picture = makePicture(1200, 900, 2);
  Picture painted = picture;
  constexpr uint32_t kRim = 40;
  FakePainter painter(400 * 400, kRim);
  paintPicture(painter, kPaint, painted, [](double) {});
  const Picture expected = negative(picture);
  // But for the picture's own rim, which a block at its end spoils (and cells of 16 pixels reach beyond it).
  for (uint32_t y = kRim; y + kRim < 900; ++y) {
    for (uint32_t x = kRim; x + kRim < 1200; ++x) {
      ASSERT_EQ(painted.pixel(x, y)[0], expected.pixel(x, y)[0]) << x << "," << y;
    }
  }
}

TEST(PaintPicture, SaysWhyWhenNotEvenSmallBlocksFit) {
  Picture picture(1000, 1000);
  FakePainter painter(1000, 0);
  try {
    paintPicture(painter, kPaint, picture, [](double) {});
    FAIL() << "painted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("of the test"));
  }
}

TEST(PaintPicture, IsUnchangedWhenStopped) {
  const Picture picture = makePicture(1000, 800, 3);
  Picture painted = picture;
  FakePainter painter(400 * 400, 0);
  EXPECT_THROW(paintPicture(painter, kPaint, painted, [](double) { throw Interrupted(); }), Interrupted);
  EXPECT_EQ(maxDifference(painted, picture), 0);
}

media::Image oneColor(media::SampleType type, std::array<float, 4> color, uint32_t width = 8, uint32_t height = 4) {
  media::Image image(width, height, type);
  for (uint32_t y = 0; y < height; ++y) {
    for (uint32_t x = 0; x < width; ++x) media::storePixels(image, x, y, 1, color.data());
  }
  return image;
}

std::array<float, 4> firstPixel(const media::Image& image) {
  std::array<float, 4> p;
  media::loadPixels(image, 0, 0, 1, p.data());
  return p;
}

TEST(PaintPicture, SixteenBitsArePaintedAtSixteenBits) {
  // Blocks that overlap, too.
  for (const uint64_t max_pixels : {uint64_t{1} << 30, uint64_t{400 * 400}}) {
    media::Image image = oneColor(media::SampleType::U16, {0.2f + 1.0f / 65535, 0.5f, 0.7f, 0.5f}, 600, 500);
    const auto before = firstPixel(image);
    FakePainter painter(max_pixels, 0);
    paintPicture(painter, kPaint, image, [](double) {});
    EXPECT_EQ(painter.format, BlockFormat::RgbaFloat);
    for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(firstPixel(image)[c], 1 - before[c], 0.6f / 65535);
    EXPECT_EQ(firstPixel(image)[3], before[3]);
  }
}

TEST(PaintPicture, FloatsArePaintedAsLinearLight) {
  media::Image image = oneColor(media::SampleType::F16, {5.0f, 0.25f, 0.5f, 1});
  FakePainter painter(1 << 20, 0);
  paintPicture(painter, kPaint, image, [](double) {});
  EXPECT_EQ(painter.format, BlockFormat::RgbaLinear);
  EXPECT_EQ(painter.first_seen, 5.0f);
}

TEST(PaintPicture, ProfilesArePaintedAsTheyLookAndGivenBack) {
  media::Image image = oneColor(media::SampleType::U8, {0.4f, 0.4f, 0.4f, 1});
  // sRGB's primaries with a curve of 1.0: 0.4 looks as sRGB's 0.665 does.
  image.metadata.icc = media::profileOf({0.64f, 0.33f, 0.30f, 0.60f, 0.15f, 0.06f, 0.3127f, 0.3290f}, 1.0);
  FakePainter painter(1 << 20, 0);
  paintPicture(painter, kPaint, image, [](double) {});
  EXPECT_NEAR(painter.first_seen, media::srgbFromLinear(0.4f), 0.005f);
  EXPECT_FALSE(image.metadata.icc.empty());
  EXPECT_NEAR(firstPixel(image)[0], media::linearFromSrgb(1 - media::srgbFromLinear(0.4f)), 0.005f);
}

TEST(PaintPicture, StrengthZeroKeepsEveryBitWhateverTheProfile) {
  media::Image image = oneColor(media::SampleType::U8, {0.9f, 0.1f, 0.0f, 1});
  image.metadata.icc = media::profileOf({0.735f, 0.265f, 0.115f, 0.826f, 0.157f, 0.018f, 0.3127f, 0.3290f}, 2.2);
  const media::Image before = image;
  FakePainter painter(1 << 20, 0);
  paintPicture(painter, {.size = sizeof(ImpastoControls)}, image, [](double) {});
  EXPECT_EQ(image.samples, before.samples);
}

TEST(StrokeScale, TheControlsWorkAtFullResolution) {
  constexpr uint32_t kWidth = 60, kHeight = 40;
  const media::Image image = media::fromPicture(makePicture(kWidth, kHeight, 5));
  const media::Image work = workPicture(image, 4);
  EXPECT_EQ(work.width, 15u);
  EXPECT_EQ(work.height, 10u);
  const media::Image painted = oneColor(media::SampleType::U8, {0.2f, 0.4f, 0.6f, 1}, 15, 10);
  const auto composite = [&](ImpastoControls controls) {
    media::Image out = image;
    compositeStrokes(out, work, painted, controls);
    return media::toPicture(out);
  };
  const auto luma = [](const uint8_t* p) { return 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]; };
  const Picture plain = media::toPicture(image);
  EXPECT_EQ(maxDifference(composite({.strength = 0}), plain), 0);
  const Picture full = composite({.strength = 1});
  const Picture half = composite({.strength = 0.5f}), chroma = composite({.strength = 1, .color_preservation = 1}),
                detail = composite({.strength = 1, .detail = 1});
  double detail_difference = 0;
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      const uint8_t *f = full.pixel(x, y), *p = plain.pixel(x, y), *c = chroma.pixel(x, y);
      EXPECT_NEAR(f[0], 51, 1);
      EXPECT_NEAR(half.pixel(x, y)[0], (51 + p[0]) / 2.0, 1.01);
      // The painting's lightness with the picture's chroma, where that is within [0, 255].
      if (*std::min_element(c, c + 3) > 0 && *std::max_element(c, c + 3) < 255) {
        EXPECT_NEAR(luma(c), luma(f), 1.5);
        EXPECT_NEAR(c[0] - c[2], p[0] - p[2], 2);
      }
      detail_difference += std::abs(luma(detail.pixel(x, y)) - luma(f));
    }
  }
  EXPECT_GT(detail_difference / (kWidth * kHeight), 5);
}

TEST(StrokeScale, OneByOneIsTheSmallestWorkPicture) {
  const media::Image work = workPicture(oneColor(media::SampleType::U16, {1, 0, 0, 1}, 3, 200), 64);
  EXPECT_EQ(work.width, 1u);
  EXPECT_EQ(work.height, 3u);
}

}  // namespace
}  // namespace impasto::app
