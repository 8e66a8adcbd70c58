// Depth and normals as the generator sees them, from what projections and octahedral maps are.
#include "pass/surface.h"

#include <gtest/gtest.h>

#include <cmath>

namespace impasto::test {
namespace {

// What a vertex at this depth gets in the depth buffer: z of the projection matrices that engines use.
float deviceDepth(float z, float near, float far) { return far / (far - near) * (1.0f - near / z); }

float packed(float value, DepthEncoding encoding, float near = 0, float far = 0, float metres = 1) {
  return packDepth(value, encoding, depthTransform(encoding, near, far, metres));
}

TEST(Depth, AllEncodingsOfOneDistanceGiveOneValue) {
  const float near = 0.1f, far = 500.0f;
  for (const float z : {0.1f, 0.5f, 1.0f, 7.0f, 60.0f, 500.0f}) {
    const float expected = 1.0f / (1.0f + z);
    EXPECT_NEAR(packed(z, DepthEncoding::Linear), expected, 1e-6f);
    EXPECT_NEAR(packed(z / 3.0f, DepthEncoding::Linear, 0, 0, 3.0f), expected, 1e-6f);
    const float device = deviceDepth(z, near, far);
    // Device depth is coarse far away: half a unit in the last place of fp32 at 1 is z^2/near * 6e-8 metres.
    const float tolerance = 1e-5f + z * z / near * 1.2e-7f * expected * expected;
    EXPECT_NEAR(packed(device, DepthEncoding::Device, near, far), expected, tolerance) << z;
    EXPECT_NEAR(packed(1.0f - device, DepthEncoding::DeviceReversed, near, far), expected, tolerance) << z;
    EXPECT_NEAR(packed(1.0f - near / z, DepthEncoding::Device, near, INFINITY), expected, tolerance) << z;
    EXPECT_NEAR(packed(near / z, DepthEncoding::DeviceReversed, near, INFINITY), expected, 1e-6f) << z;
    EXPECT_NEAR(packed((z - near) / (far - near), DepthEncoding::Orthographic, near, far), expected, 1e-4f) << z;
    EXPECT_NEAR(packed((far - z) / (far - near), DepthEncoding::Orthographic, far, near), expected, 1e-4f) << z;
  }
}

TEST(Depth, TheSkyIsInfinitelyFar) {
  EXPECT_EQ(packed(0.0f, DepthEncoding::DeviceReversed, 0.1f, INFINITY), 0.0f);
  EXPECT_EQ(packed(1.0f, DepthEncoding::Device, 0.1f, INFINITY), 0.0f);
  EXPECT_NEAR(packed(INFINITY, DepthEncoding::Linear), 0.0f, 1e-6f);
}

TEST(Depth, HostileValuesStayInRange) {
  for (const auto encoding :
       {DepthEncoding::Linear, DepthEncoding::Device, DepthEncoding::DeviceReversed, DepthEncoding::Orthographic}) {
    for (const float value : {NAN, -INFINITY, -3.0f, 2.0f, INFINITY, 1e38f}) {
      const float result = packed(value, encoding, 0.1f, 100.0f, 1e6f);
      EXPECT_TRUE(result >= 0.0f && result <= 1.0f) << value << " gives " << result;
    }
  }
}

TEST(Normals, OctahedralMapHitsTheAxesAndItsCorners) {
  const auto oct = [](float x, float y) { return packNormal({x, y, 9}, NormalEncoding::Octahedral, kIdentity3); };
  using N = std::array<float, 3>;
  EXPECT_EQ(oct(0, 0), (N{0, 0, 1}));
  EXPECT_EQ(oct(1, 0), (N{1, 0, 0}));
  EXPECT_EQ(oct(0, -1), (N{0, -1, 0}));
  EXPECT_EQ(oct(1, 1), (N{0, 0, -1}));
  EXPECT_EQ(oct(-1, 1), (N{0, 0, -1}));
  const N diagonal = oct(1.0f / 3.0f, 1.0f / 3.0f);
  for (const float component : diagonal) EXPECT_NEAR(component, 1.0f / std::sqrt(3.0f), 1e-6f);
}

// Encode (Cigolle et al. 2014), decode.
TEST(Normals, AllEncodingsOfOneNormalGiveOneValue) {
  for (int i = 0; i < 200; ++i) {
    const float z = 1.0f - 2.0f * (static_cast<float>(i) + 0.5f) / 200.0f, r = std::sqrt(1.0f - z * z);
    const float angle = static_cast<float>(i) * 2.4f;
    const std::array<float, 3> n = {r * std::cos(angle), r * std::sin(angle), z};
    const float sum = std::abs(n[0]) + std::abs(n[1]) + std::abs(n[2]);
    float x = n[0] / sum, y = n[1] / sum;
    if (z < 0.0f) {
      const float folded = (1.0f - std::abs(y)) * (n[0] >= 0 ? 1.0f : -1.0f);
      y = (1.0f - std::abs(x)) * (n[1] >= 0 ? 1.0f : -1.0f);
      x = folded;
    }
    const auto half = [](float v) { return v * 0.5f + 0.5f; };
    const auto expectIt = [&](std::array<float, 3> value, NormalEncoding encoding) {
      const std::array<float, 3> result = packNormal(value, encoding, kIdentity3);
      for (size_t c = 0; c < 3; ++c) EXPECT_NEAR(result[c], n[c], 2e-6f) << "normal " << i << ", component " << c;
    };
    expectIt(n, NormalEncoding::Signed);
    expectIt({half(n[0]), half(n[1]), half(n[2])}, NormalEncoding::Unorm);
    expectIt({x, y, 0}, NormalEncoding::Octahedral);
    expectIt({half(x), half(y), 0}, NormalEncoding::OctahedralUnorm);
  }
}

// A camera that looks along world +x: a surface that faces it has the world normal -x and the view normal +z.
TEST(Normals, WorldNormalsAreTurnedByTheView) {
  const std::array<float, 16> view = {0, 0, -2, 0, 0, 2, 0, 0, 2, 0, 0, 0, 5, 6, 7, 1};  // twice as large, and moved
  const Matrix3 to_view = rotationOf(view);
  EXPECT_EQ(packNormal({-1, 0, 0}, NormalEncoding::Signed, to_view), (std::array<float, 3>{0, 0, 1}));
  EXPECT_EQ(packNormal({0, 1, 0}, NormalEncoding::Signed, to_view), (std::array<float, 3>{0, 1, 0}));
  EXPECT_EQ(packNormal({0, 0, 1}, NormalEncoding::Signed, to_view), (std::array<float, 3>{1, 0, 0}));
}

TEST(Normals, NothingIsNoNumber) {
  for (const auto encoding :
       {NormalEncoding::Signed, NormalEncoding::Unorm, NormalEncoding::Octahedral, NormalEncoding::OctahedralUnorm}) {
    for (const float component : packNormal({NAN, -INFINITY, 1e30f}, encoding, kIdentity3)) {
      EXPECT_TRUE(component >= -1.0f && component <= 1.0f);
    }
  }
}

}  // namespace
}  // namespace impasto::test
