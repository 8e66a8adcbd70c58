#include "common/paint_picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/error.h"
#include "test_pictures.h"

namespace impasto::app {
namespace {

using test::makePicture;
using test::maxDifference;

// Negates colours; spoils a rim of each block as a generator does where it cannot see on.
class FakePainter final : public BlockPainter {
 public:
  FakePainter(uint64_t max_pixels, uint32_t rim) : max_pixels_(max_pixels), rim_(rim) {}

  bool prepare(uint32_t width, uint32_t height, std::string& why) override {
    why = "of the test";
    width_ = width;
    height_ = height;
    return uint64_t{width} * height <= max_pixels_;
  }
  void paint(uint8_t* rgba, const ImpastoControls&) override {
    ++blocks;
    for (uint32_t y = 0; y < height_; ++y) {
      for (uint32_t x = 0; x < width_; ++x) {
        uint8_t* p = rgba + (size_t{y} * width_ + x) * 4;
        const bool spoilt = x < rim_ || y < rim_ || x + rim_ >= width_ || y + rim_ >= height_;
        for (int c = 0; c < 3; ++c) p[c] = spoilt ? 77 : 255 - p[c];
      }
    }
  }
  std::string description() const override { return "fake"; }

  int blocks = 0;

 private:
  uint64_t max_pixels_;
  uint32_t rim_, width_ = 0, height_ = 0;
};

Picture negative(Picture picture) {
  for (size_t i = 0; i < picture.rgba.size(); ++i) {
    if (i % 4 != 3) picture.rgba[i] = 255 - picture.rgba[i];
  }
  return picture;
}

TEST(PaintPicture, BlocksAreWhatTheWholeWouldBe) {
  const ImpastoControls controls{};
  const struct {
    uint32_t width, height, max_pixels;
  } cases[] = {{1000, 700, 400000}, {1001, 703, 200000}, {2000, 17, 8000}, {3, 5000, 5000}, {390, 390, 150000}};
  for (const auto& [width, height, max_pixels] : cases) {
    SCOPED_TRACE(testing::Message() << width << "x" << height);
    const Picture picture = makePicture(width, height, 1, true);
    Picture painted = picture;
    FakePainter painter(max_pixels, 0);
    double last = 0;
    paintPicture(painter, controls, painted, [&](double share) {
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
  paintPicture(painter, ImpastoControls{}, painted, [](double) {});
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
    paintPicture(painter, ImpastoControls{}, picture, [](double) {});
    FAIL() << "painted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("of the test"));
  }
}

TEST(PaintPicture, IsUnchangedWhenStopped) {
  const Picture picture = makePicture(1000, 800, 3);
  Picture painted = picture;
  FakePainter painter(400 * 400, 0);
  EXPECT_THROW(paintPicture(painter, ImpastoControls{}, painted, [](double) { throw Interrupted(); }), Interrupted);
  EXPECT_EQ(maxDifference(painted, picture), 0);
}

}  // namespace
}  // namespace impasto::app
