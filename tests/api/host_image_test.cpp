// impastoPaintHostImage: no device, fp32, exact.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "api/pass_fixture.h"

namespace impasto::test {
namespace {

class HostImageTest : public testing::Test {
 protected:
  static ImpastoHostImage makeImage(uint32_t width, uint32_t height, const std::vector<float>& color,
                                    std::vector<float>& output) {
    auto image = sized<ImpastoHostImage>();
    image.width = width;
    image.height = height;
    image.color = color.data();
    output.assign(color.size(), -1.0f);
    image.output = output.data();
    return image;
  }

  const std::vector<float> color = makePixels(9, 5, 3).rgb();
  std::vector<float> output;
};

TEST_F(HostImageTest, PaintsWithAndWithoutMask) {
  const StylePtr style = toHandle(makeNegativeStyle());
  ImpastoHostImage image = makeImage(9, 5, color, output);
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) EXPECT_NEAR(output[i], 1.0f - color[i], 1e-5f);

  std::vector<float> mask(45, 0.0f);
  mask[7] = 1.0f;
  mask[8] = NAN;  // counts as 0
  image.mask = mask.data();
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) {
    if (i / 3 == 7) {
      EXPECT_NEAR(output[i], 1.0f - color[i], 1e-5f);
    } else {
      EXPECT_EQ(output[i], color[i]);
    }
  }
}

TEST_F(HostImageTest, PaintsByTheCpuBackendAsByTheReference) {
  ASSERT_EQ(setenv("IMPASTO_MODULE_FOLDER", IMPASTO_MODULES, 1), 0);
  const StylePtr style = toHandle(makeSmallStyle(3));
  ImpastoHostImage image = makeImage(9, 5, color, output);
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  const std::vector<float> expected = output;
  image.backend = IMPASTO_BACKEND_CPU;
  const ImpastoResult result = impastoPaintHostImage(style.get(), &image);
  if (result == IMPASTO_ERROR_UNSUPPORTED) GTEST_SKIP() << impastoGetLastError();
  ASSERT_EQ(result, IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) EXPECT_NEAR(output[i], expected[i], 8.0f / 255.0f) << i;  // bfloat16
  EXPECT_NE(output, color);

  ASSERT_EQ(setenv("IMPASTO_MODULE_FOLDER", "/nowhere", 1), 0);
  EXPECT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_ERROR_UNSUPPORTED);
  ASSERT_EQ(unsetenv("IMPASTO_MODULE_FOLDER"), 0);
  image.backend = IMPASTO_BACKEND_CUDA;
  EXPECT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_ERROR_INVALID_ARGUMENT);
}

TEST_F(HostImageTest, PaintsInPlace) {
  const StylePtr style = toHandle(makeNegativeStyle());
  std::vector<float> both = color;
  ImpastoHostImage image = makeImage(9, 5, color, output);
  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  controls.detail = 1;
  image.controls = &controls;
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS);
  image.color = image.output = both.data();
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS);
  EXPECT_EQ(both, output);
}

TEST_F(HostImageTest, DepthAndNormals) {
  const StylePtr style = toHandle(makeDepthStyle());
  ImpastoHostImage image = makeImage(9, 5, color, output);
  EXPECT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_ERROR_INVALID_ARGUMENT);
  const std::vector<float> depth(45, 0.25f);
  image.depth = depth.data();
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); i += 3) EXPECT_NEAR(output[i], 0.5f * color[i] + 0.125f, 1e-5f);

  const StylePtr normals_style = toHandle(makeNormalsStyle());
  EXPECT_EQ(impastoPaintHostImage(normals_style.get(), &image), IMPASTO_ERROR_INVALID_ARGUMENT);
  std::vector<float> normals(color.size());
  for (size_t i = 0; i < normals.size(); ++i) normals[i] = std::sin(static_cast<float>(i));
  image.normals = normals.data();
  ASSERT_EQ(impastoPaintHostImage(normals_style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) EXPECT_NEAR(output[i], 0.5f + 0.5f * normals[i], 1e-5f);
}

TEST_F(HostImageTest, AStyleWithHistoryPaintsAFirstFrame) {
  const StylePtr style = toHandle(makeHistoryStyle());  // 0.1 of everything
  const ImpastoHostImage image = makeImage(9, 5, color, output);
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) {
    const float* pixel = &color[i / 3 * 3];
    EXPECT_NEAR(output[i], 0.1f * (pixel[0] + pixel[1] + pixel[2]), 1e-4f);
  }
}

TEST_F(HostImageTest, StyleVector) {
  const StylePtr style = toHandle(makeTintStyle());
  ImpastoHostImage image = makeImage(9, 5, color, output);
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) EXPECT_NEAR(output[i], 0.5f * color[i] + kFirstTint[i % 3], 1e-4f);
  const float vector[] = {0.5f, 0.25f, 0.0f};
  image.style_vector = vector;
  image.style_vector_length = 3;
  ASSERT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_SUCCESS) << impastoGetLastError();
  for (size_t i = 0; i < color.size(); ++i) EXPECT_NEAR(output[i], 0.5f * color[i] + vector[i % 3], 1e-4f);
  image.style_vector_length = 2;
  EXPECT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_ERROR_INVALID_ARGUMENT);
  const float no_number[] = {0.5f, NAN, 0.0f};
  image.style_vector = no_number;
  image.style_vector_length = 3;
  EXPECT_EQ(impastoPaintHostImage(style.get(), &image), IMPASTO_ERROR_INVALID_ARGUMENT);
}

TEST_F(HostImageTest, WrongArguments) {
  const StylePtr style = toHandle(makeNegativeStyle());
  const ImpastoHostImage good = makeImage(9, 5, color, output);
  EXPECT_EQ(impastoPaintHostImage(nullptr, &good), IMPASTO_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(impastoPaintHostImage(style.get(), nullptr), IMPASTO_ERROR_INVALID_ARGUMENT);
  const auto with = [&](auto change, ImpastoResult expected = IMPASTO_ERROR_INVALID_ARGUMENT) {
    ImpastoHostImage changed = good;
    change(changed);
    EXPECT_EQ(impastoPaintHostImage(style.get(), &changed), expected);
    EXPECT_STRNE(impastoGetLastError(), "");
  };
  auto controls = sized<ImpastoControls>();
  impastoDefaultControls(&controls);
  controls.strength = -1;
  with([](auto& i) { i.size = 1; });
  with([](auto& i) { i.next = &i; });
  with([](auto& i) { i.width = 0; });
  with([](auto& i) { i.height = 16385; });
  with([](auto& i) { i.color = nullptr; });
  with([](auto& i) { i.output = nullptr; });
  with([&](auto& i) { i.controls = &controls; });
  for (const float value : output) EXPECT_EQ(value, -1.0f);  // untouched
}

}  // namespace
}  // namespace impasto::test
