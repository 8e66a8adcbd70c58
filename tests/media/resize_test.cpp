#include "media/resize.h"

#include <gtest/gtest.h>

#include "test_images.h"

namespace impasto::media {
namespace {

TEST(ResizePicture, SameExtentIsTheSamePicture) {
  const Image image = makeImage(31, 17, SampleType::U16, true);
  EXPECT_EQ(maxDifference(resizeImage(image, 31, 17), image), 0);
}

TEST(ResizePicture, SixteenBitsAndHighlightsStay) {
  Image deep(10, 10, SampleType::U16), bright(10, 10, SampleType::F16);
  const float codes[4] = {0.123456f, 0.5f, 0.98765f, 1}, light[4] = {7.5f, 0.25f, 0.0f, 1};
  for (uint32_t i = 0; i < 100; ++i) {
    storePixels(deep, i % 10, i / 10, 1, codes);
    storePixels(bright, i % 10, i / 10, 1, light);
  }
  float p[4];
  loadPixels(resizeImage(deep, 4, 3), 1, 1, 1, p);
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(p[c], codes[c], 2.0f / 65535);
  loadPixels(resizeImage(bright, 23, 7), 1, 1, 1, p);
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(p[c], light[c], 7.5f / 1024);
}

TEST(ResizePicture, FlatColoursStayFlat) {
  Picture picture(50, 40);
  for (size_t i = 0; i < picture.rgba.size(); i += 4) {
    picture.rgba[i] = 200;
    picture.rgba[i + 1] = 30;
    picture.rgba[i + 2] = 0;
  }
  const Extent extents[] = {{1, 1}, {7, 90}, {100, 3}, {25, 20}};
  for (const auto& [width, height] : extents) {
    const Picture out = resizePicture(picture, width, height);
    for (uint32_t y = 0; y < height; ++y) {
      for (uint32_t x = 0; x < width; ++x) {
        // One step of 255 for the rounding of fp32 sums.
        EXPECT_NEAR(out.pixel(x, y)[0], 200, 1);
        EXPECT_NEAR(out.pixel(x, y)[1], 30, 1);
        EXPECT_NEAR(out.pixel(x, y)[2], 0, 1);
        EXPECT_EQ(out.pixel(x, y)[3], 255);
      }
    }
  }
}

TEST(ResizePicture, AveragesLightNotCodes) {
  // Black and white columns: half the light is code 188, half the code 128.
  Picture picture(64, 4);
  for (uint32_t y = 0; y < 4; ++y) {
    for (uint32_t x = 0; x < 64; x += 2) {
      for (int c = 0; c < 3; ++c) picture.pixel(x, y)[c] = 0;
    }
  }
  EXPECT_NEAR(resizePicture(picture, 8, 4).pixel(4, 2)[0], 188, 3);
}

TEST(ResizePicture, TransparentPixelsDoNotColourTheirNeighbours) {
  Picture picture(16, 1);
  picture.has_alpha = true;
  for (uint32_t x = 0; x < 16; ++x) {
    uint8_t* p = picture.pixel(x, 0);
    p[0] = x < 8 ? 255 : 0;
    p[1] = x < 8 ? 0 : 255;
    p[2] = 0;
    p[3] = x < 8 ? 255 : 0;  // red is there, green is not
  }
  const Picture out = resizePicture(picture, 5, 1);
  for (uint32_t x = 0; x < 5; ++x) {
    if (out.pixel(x, 0)[3] > 0) {
      EXPECT_LE(out.pixel(x, 0)[1], 1);
    }
  }
}

TEST(FitExtent, KeepsTheShapeAndNeverBecomesEmpty) {
  const auto check = [](uint32_t w, uint32_t h, uint32_t longer, uint32_t expected_w, uint32_t expected_h) {
    const Extent extent = fitExtent(w, h, longer);
    EXPECT_EQ(extent.width, expected_w);
    EXPECT_EQ(extent.height, expected_h);
  };
  check(1920, 1080, 640, 640, 360);
  check(1080, 1920, 640, 360, 640);
  check(10000, 1, 100, 100, 1);
  check(1, 1, 16384, 16384, 16384);
  check(3, 2, 16384, 16384, 10923);
}

}  // namespace
}  // namespace impasto::media
