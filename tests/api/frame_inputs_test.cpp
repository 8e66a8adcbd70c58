// What of a frame reaches the generator, and from where: depth and normals in all encodings and formats, extents and
// offsets, layers, what a frame states once; and bands of tensors longer than a descriptor.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "api/painter_fixture.h"

namespace impasto::test {
namespace {

constexpr VkFormat kExact = VK_FORMAT_R32G32B32A32_SFLOAT;
constexpr uint32_t kWidth = 20, kHeight = 12;

// painted = (depth, normals.x / 2 + 1/2, normals.z / 2 + 1/2), by one 1x1 convolution.
Style makeShowSurfaceStyle(bool optional) {
  Graph graph;
  const uint32_t depth = addInput(graph, InputKind::Depth), normals = addInput(graph, InputKind::Normals);
  graph.ops[depth].optional = graph.ops[normals].optional = optional;
  graph.output = addConv(graph, addOp(graph, OpType::Concat, {depth, normals}), 3, 1);
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  style.weights.begin()->second = {{1, 0, 0, 0, 0, 0.5f, 0, 0, 0, 0, 0, 0.5f}, {0, 0.5f, 0.5f}};
  return style;
}

PainterRequest exactRequest(uint32_t width = kWidth, uint32_t height = kHeight) {
  PainterRequest request{width, height, {}};
  request.settings.input_format = request.settings.output_format = kExact;
  return request;
}

// A distance for each pixel, from 0.5 to 60 m.
float distanceAt(uint32_t x, uint32_t y) {
  return 0.5f * std::pow(120.0f, static_cast<float>(x + y) / (kWidth + kHeight));
}

class FrameInputsTest : public VulkanTest {
 protected:
  std::unique_ptr<TestImage> upload(VkFormat format, const Pixels& pixels,
                                    VkImageLayout layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL) {
    const bool depth = TestImage::supported(device(), format, VK_FORMAT_FEATURE_DEPTH_STENCIL_ATTACHMENT_BIT);
    const VkImageUsageFlags usage = VkImageUsageFlags{VK_IMAGE_USAGE_SAMPLED_BIT} |
                                    (depth ? VkImageUsageFlags{VK_IMAGE_USAGE_DEPTH_STENCIL_ATTACHMENT_BIT} : 0);
    auto image = std::make_unique<TestImage>(device(), format, pixels.width, pixels.height, usage);
    image->upload(pixels, layout);
    return image;
  }
  std::unique_ptr<TestImage> outputImage(uint32_t width = kWidth, uint32_t height = kHeight) {
    auto image = std::make_unique<TestImage>(device(), kExact, width, height, VK_IMAGE_USAGE_STORAGE_BIT);
    image->upload(Pixels(width, height), VK_IMAGE_LAYOUT_GENERAL);
    return image;
  }
};

// ---- depth

struct DepthCase {
  const char* name;
  VkFormat format;
  DepthEncoding encoding;
  float (*value)(float metres);  // what the image holds
  float near = 0, far = 0, scale = 0;
  VkImageLayout layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL;
  // What half a step of the format is worth at `metres`, in metres.
  float (*step)(float metres) = [](float) { return 0.0f; };
};

std::ostream& operator<<(std::ostream& out, const DepthCase& c) { return out << c.name; }

constexpr float kNear = 0.25f, kFar = 100.0f;
float device01(float z) { return kFar / (kFar - kNear) * (1.0f - kNear / z); }
float reversedInfinite(float z) { return kNear / z; }
template <int bits>
float stepOf(float z) {
  return 0.5f / (std::exp2(static_cast<float>(bits)) - 1) * z * z / kNear;
}

class DepthCases : public FrameInputsTest, public testing::WithParamInterface<DepthCase> {};

TEST_P(DepthCases, GiveTheSamePackedDepth) {
  const DepthCase& c = GetParam();
  if (!TestImage::supported(device(), c.format, VK_FORMAT_FEATURE_SAMPLED_IMAGE_BIT)) {
    GTEST_SKIP() << "the device cannot sample this format";
  }
  PainterRequest request = exactRequest();
  request.settings.depth_encoding = c.encoding;
  PainterRunner runner(device(), makeShowSurfaceStyle(true), request);
  Pixels pixels(kWidth, kHeight);
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) pixels.rgba[(size_t{y} * kWidth + x) * 4] = c.value(distanceAt(x, y));
  }
  const auto color = upload(kExact, makePixels(kWidth, kHeight, 1)), depth = upload(c.format, pixels, c.layout);
  const auto output = outputImage();
  auto frame = sized<ImpastoFrame>();
  frame.color = toFrameImage(*color);
  frame.output = toFrameImage(*output);
  frame.depth = toFrameImage(*depth);
  frame.depth_near = c.near;
  frame.depth_far = c.far;
  frame.depth_scale = c.scale;
  runner.paint(frame);
  const Pixels painted = output->downloadPixels();
  for (uint32_t y = 0; y < kHeight; ++y) {
    for (uint32_t x = 0; x < kWidth; ++x) {
      const float z = distanceAt(x, y), expected = 1.0f / (1.0f + z);
      // fp16 tensors, twice, and the format's own step: the packed depth's slope is -1/(1+z)^2.
      const float tolerance = 1e-3f * expected + 1e-5f + 1.01f * c.step(z) * expected * expected;
      ASSERT_NEAR(painted.at(x, y, 0), expected, tolerance) << z << " m";
      ASSERT_NEAR(painted.at(x, y, 1), 0.5f, 1e-3f) << "normals are absent: 0";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    , DepthCases,
    testing::Values(DepthCase{"Metres", VK_FORMAT_R32_SFLOAT, DepthEncoding::Linear, [](float z) { return z; }},
                    DepthCase{"Centimetres", VK_FORMAT_R32_SFLOAT, DepthEncoding::Linear,
                              [](float z) { return z * 100; }, 0, 0, 0.01f},
                    DepthCase{"MetresR16f", VK_FORMAT_R16_SFLOAT, DepthEncoding::Linear, [](float z) { return z; }, 0,
                              0, 0, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, [](float z) { return z / 2048; }},
                    DepthCase{"D32f", VK_FORMAT_D32_SFLOAT, DepthEncoding::Device, device01, kNear, kFar, 0,
                              VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL},
                    DepthCase{"D32fReversedInfinite", VK_FORMAT_D32_SFLOAT, DepthEncoding::DeviceReversed,
                              reversedInfinite, kNear, 0, 0, VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL},
                    DepthCase{"D32fReversedInfinity", VK_FORMAT_D32_SFLOAT, DepthEncoding::DeviceReversed,
                              reversedInfinite, kNear, std::numeric_limits<float>::infinity()},
                    DepthCase{"D32fS8Reversed", VK_FORMAT_D32_SFLOAT_S8_UINT, DepthEncoding::DeviceReversed,
                              [](float z) { return 1 - device01(z); }, kNear, kFar, 0,
                              VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL},
                    DepthCase{"D24S8", VK_FORMAT_D24_UNORM_S8_UINT, DepthEncoding::Device, device01, kNear, kFar, 0,
                              VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_STENCIL_ATTACHMENT_OPTIMAL, stepOf<22>},
                    DepthCase{"D16", VK_FORMAT_D16_UNORM, DepthEncoding::Device, device01, kNear, kFar, 0,
                              VK_IMAGE_LAYOUT_GENERAL, stepOf<16>},
                    DepthCase{"D16Infinite", VK_FORMAT_D16_UNORM, DepthEncoding::Device,
                              [](float z) { return 1 - kNear / z; }, kNear, 0, 0,
                              VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL, stepOf<16>},
                    DepthCase{"Orthographic", VK_FORMAT_D32_SFLOAT, DepthEncoding::Orthographic,
                              [](float z) { return (z - kNear) / (kFar - kNear); }, kNear, kFar, 0,
                              VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, [](float) { return 1e-5f; }},
                    DepthCase{"OrthographicReversed", VK_FORMAT_D32_SFLOAT, DepthEncoding::Orthographic,
                              [](float z) { return (kFar - z) / (kFar - kNear); }, kFar, kNear, 0,
                              VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, [](float) { return 1e-5f; }}),
    [](const auto& test) { return test.param.name; });

// ---- normals

class NormalCases : public FrameInputsTest,
                    public testing::WithParamInterface<std::tuple<NormalEncoding, NormalSpace>> {};

TEST_P(NormalCases, AreTheViewSpaceNormals) {
  const auto [encoding, space] = GetParam();
  PainterRequest request = exactRequest();
  request.settings.normal_encoding = encoding;
  request.settings.normal_space = space;
  PainterRunner runner(device(), makeShowSurfaceStyle(true), request);
  // The camera looks along world +x, its right is world +z.
  const float view[16] = {0, 0, -1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 3, 4, 5, 1};
  Pixels pixels(kWidth, kHeight), expected(kWidth, kHeight);
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) {
    const float z = 1.0f - 2.0f * (static_cast<float>(i) + 0.5f) / (kWidth * kHeight), r = std::sqrt(1.0f - z * z);
    const float n[3] = {r * std::cos(static_cast<float>(i) * 2.4f), r * std::sin(static_cast<float>(i) * 2.4f), z};
    expected.rgba[i * 4] = n[0];
    expected.rgba[i * 4 + 2] = n[2];
    // The world normal of this view normal.
    const float w[3] = {space == NormalSpace::World ? -n[2] : n[0], n[1], space == NormalSpace::World ? n[0] : n[2]};
    float values[3] = {w[0], w[1], w[2]};
    if (encoding == NormalEncoding::Octahedral || encoding == NormalEncoding::OctahedralUnorm) {
      const float sum = std::abs(w[0]) + std::abs(w[1]) + std::abs(w[2]);
      values[0] = w[0] / sum;
      values[1] = w[1] / sum;
      values[2] = 0.77f;  // not read
      if (w[2] < 0.0f) {
        const float x = values[0], y = values[1];
        values[0] = (1.0f - std::abs(y)) * (x >= 0.0f ? 1.0f : -1.0f);
        values[1] = (1.0f - std::abs(x)) * (y >= 0.0f ? 1.0f : -1.0f);
      }
    }
    const bool unorm = encoding == NormalEncoding::Unorm || encoding == NormalEncoding::OctahedralUnorm;
    for (size_t c = 0; c < 3; ++c) pixels.rgba[i * 4 + c] = unorm ? values[c] * 0.5f + 0.5f : values[c];
  }
  const auto color = upload(kExact, makePixels(kWidth, kHeight, 1)), normals = upload(kExact, pixels);
  const auto output = outputImage();
  auto frame = sized<ImpastoFrame>();
  frame.color = toFrameImage(*color);
  frame.output = toFrameImage(*output);
  frame.normals = toFrameImage(*normals);
  std::copy(std::begin(view), std::end(view), frame.view);
  runner.paint(frame);
  const Pixels painted = output->downloadPixels();
  for (uint32_t i = 0; i < kWidth * kHeight; ++i) {
    ASSERT_EQ(painted.rgba[i * 4], 0.0f) << "depth is absent: 0";
    ASSERT_NEAR(painted.rgba[i * 4 + 1] * 2 - 1, expected.rgba[i * 4], 2e-3f) << i;
    ASSERT_NEAR(painted.rgba[i * 4 + 2] * 2 - 1, expected.rgba[i * 4 + 2], 2e-3f) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(, NormalCases,
                         testing::Combine(testing::Values(NormalEncoding::Signed, NormalEncoding::Unorm,
                                                          NormalEncoding::Octahedral, NormalEncoding::OctahedralUnorm),
                                          testing::Values(NormalSpace::View, NormalSpace::World)));

// ---- what a frame states once

TEST_F(FrameInputsTest, StyleVectorAndExposureReachTheGenerator) {
  Graph graph;  // painted = colour + (v0, v69...: the first and the last value, log2 of the exposure / 4)
  constexpr uint32_t kLength = 61;
  const uint32_t color = addInput(graph, InputKind::Color), vector = addInput(graph, InputKind::Style);
  graph.ops[vector].channels = kLength;
  const uint32_t exposure = addInput(graph, InputKind::Exposure);
  const uint32_t all = addOp(graph, OpType::Concat, {vector, exposure});
  const uint32_t factors = addConv(graph, all, 6, 1);
  graph.output = addOp(graph, OpType::Modulate, {color, factors});
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  ConvWeights& weights = style.weights.begin()->second;
  weights.kernel.assign(6 * (kLength + 1), 0.0f);
  weights.bias = {-1, -1, -1, 0, 0, 0};
  weights.kernel[3 * (kLength + 1)] = 1.0f;
  weights.kernel[4 * (kLength + 1) + kLength - 1] = 1.0f;
  weights.kernel[5 * (kLength + 1) + kLength] = 0.25f;
  Painting painting;
  painting.vector.assign(kLength, 0.125f);
  style.paintings.push_back(painting);

  PainterRequest request = exactRequest();
  request.settings.output_encoding = ColorEncoding::Srgb;
  request.settings.input_encoding = ColorEncoding::Linear;
  PainterRunner runner(device(), style, request);
  const auto color_image = upload(kExact, Pixels(kWidth, kHeight));
  const auto output = outputImage();
  auto frame = sized<ImpastoFrame>();
  frame.color = toFrameImage(*color_image);
  frame.output = toFrameImage(*output);
  const auto expectPainted = [&](float red, float green, float blue) {
    runner.paint(frame);
    const Pixels painted = output->downloadPixels();
    EXPECT_NEAR(painted.at(kWidth - 1, kHeight - 1, 0), red, 1e-3f);
    EXPECT_NEAR(painted.at(3, 2, 1), green, 1e-3f);
    EXPECT_NEAR(painted.at(0, 0, 2), blue, 1e-3f);
  };
  expectPainted(0.125f, 0.125f, 0.0f);
  frame.exposure = 8.0f;
  expectPainted(0.125f, 0.125f, 0.75f);
  float values[kLength] = {0.5f};
  values[kLength - 1] = 0.875f;
  frame.style_vector = values;
  frame.style_vector_length = kLength;
  expectPainted(0.5f, 0.875f, 0.75f);
  frame.style_vector_length = kLength - 1;
  EXPECT_THROW(runner.paint(frame), Error);
}

// ---- extents, offsets, layers

// A frame of 20 x 12 somewhere in larger images, all at other places, painted by a pass for 33 x 29: the same pixels as
// a pass for 20 x 12 gives, nothing of the NaN around is read, nothing around is written.
TEST_F(FrameInputsTest, ASmallerFrameWithOffsetsIsAPassOfThatExtent) {
  const Pixels picture = makePixels(kWidth, kHeight, 3), surface = makePixels(kWidth, kHeight, 4);
  Pixels mask(kWidth, kHeight);
  for (size_t i = 0; i < mask.rgba.size(); i += 4) mask.rgba[i] = static_cast<float>(i / 4 % 5) / 4.0f;
  for (const Style& style : {makeSmallStyle(3), makeShowSurfaceStyle(false)}) {
    ImpastoControls controls;
    impastoDefaultControls(&controls);
    controls.detail = 0.7f;
    const auto output = outputImage();
    const auto color = upload(kExact, picture), depth = upload(kExact, surface), mask_image = upload(kExact, mask);
    auto frame = sized<ImpastoFrame>();
    frame.controls = &controls;
    frame.color = toFrameImage(*color);
    frame.depth = frame.normals = toFrameImage(*depth);
    frame.mask = toFrameImage(*mask_image);
    frame.output = toFrameImage(*output);
    PainterRunner(device(), style, exactRequest()).paint(frame);
    const Pixels expected = output->downloadPixels();

    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto large_color = upload(kExact, framed(picture, 40, 30, 5, 9, nan));
    const auto large_depth = upload(kExact, framed(surface, 40, 30, 0, 18, nan));
    const auto large_normals = upload(kExact, framed(surface, 40, 30, 20, 0, nan));
    const auto large_mask = upload(kExact, framed(mask, 40, 30, 1, 2, nan));
    TestImage large_output(device(), kExact, 40, 30, VK_IMAGE_USAGE_STORAGE_BIT);
    large_output.upload(framed(Pixels(1, 1), 40, 30, 0, 0, 7.0f), VK_IMAGE_LAYOUT_GENERAL);
    frame.color = toFrameImage(*large_color);
    frame.depth = toFrameImage(*large_depth);
    frame.normals = toFrameImage(*large_normals);
    frame.mask = toFrameImage(*large_mask);
    frame.output = toFrameImage(large_output);
    frame.width = kWidth;
    frame.height = kHeight;
    frame.color_offset = {5, 9};
    frame.depth_offset = {0, 18};
    frame.normals_offset = {20, 0};
    frame.mask_offset = {1, 2};
    frame.output_offset = {17, 11};
    PainterRunner(device(), style, exactRequest(33, 29)).paint(frame);
    const Pixels painted = large_output.downloadPixels();
    for (uint32_t y = 0; y < 30; ++y) {
      for (uint32_t x = 0; x < 40; ++x) {
        const bool inside = x >= 17 && x < 17 + kWidth && y >= 11 && y < 11 + kHeight;
        for (uint32_t c = 0; c < 4 && (x > 0 || y > 0); ++c) {
          ASSERT_EQ(painted.at(x, y, c), inside ? expected.at(x - 17, y - 11, c) : 7.0f) << x << ", " << y;
        }
      }
    }
  }
}

TEST_F(FrameInputsTest, LayersArePaintedEachForItself) {
  const std::vector<Pixels> pictures = {makePixels(kWidth, kHeight, 3), makePixels(kWidth, kHeight, 8),
                                        makePixels(kWidth, kHeight, 9)};
  const Style style = makeSmallStyle(3);
  ImpastoControls controls;
  impastoDefaultControls(&controls);
  controls.detail = 1.0f;
  auto frame = sized<ImpastoFrame>();
  frame.controls = &controls;
  PainterRequest request = exactRequest();
  request.settings.layers = 3;
  PainterRunner layered(device(), style, request);
  TestImage color(device(), kExact, kWidth, kHeight, VK_IMAGE_USAGE_SAMPLED_BIT, 3);
  TestImage output(device(), kExact, kWidth, kHeight, VK_IMAGE_USAGE_STORAGE_BIT, 3);
  color.upload(pictures, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
  output.upload(pictures, VK_IMAGE_LAYOUT_GENERAL);
  frame.color = toFrameImage(color);
  frame.output = toFrameImage(output);
  layered.paint(frame);
  PainterRunner single(device(), style, exactRequest());
  for (uint32_t layer = 0; layer < 3; ++layer) {
    const auto one = upload(kExact, pictures[layer]);
    const auto one_output = outputImage();
    frame.color = toFrameImage(*one);
    frame.output = toFrameImage(*one_output);
    single.paint(frame);
    EXPECT_EQ(output.downloadPixels(layer).rgba, one_output->downloadPixels().rgba) << "layer " << layer;
  }
}

// ---- bands: packing, fine detail and composite in several pieces

TEST_F(FrameInputsTest, SmallDescriptorsChangeNothing) {
  const uint32_t width = 45, height = 61;
  const auto color = upload(kExact, makePixels(width, height, 3)), output = outputImage(width, height);
  ImpastoControls controls;
  impastoDefaultControls(&controls);
  controls.detail = 0.8f;
  auto frame = sized<ImpastoFrame>();
  frame.controls = &controls;
  frame.color = frame.depth = frame.normals = toFrameImage(*color);
  frame.output = toFrameImage(*output);
  for (const Style& style : {makeSmallStyle(3), makeShowSurfaceStyle(false)}) {
    PainterRunner(device(), style, exactRequest(width, height)).paint(frame);
    const Pixels whole = output->downloadPixels();
    PainterOptions options;
    // A row of the painted frame has 45 to 48 texels of 8 or 16 bytes; of the fine detail 64 of 4: four bands and more.
    options.max_storage_buffer_range = 8192;
    PainterRunner banded(device(), style, exactRequest(width, height), options);
    banded.paint(frame);
    EXPECT_EQ(output->downloadPixels().rgba, whole.rgba);
    frame.width = 30;  // the last bands are empty
    frame.height = 20;
    PainterRunner(device(), style, exactRequest(30, 20)).paint(frame);
    const Pixels small = output->downloadPixels();
    banded.paint(frame);
    EXPECT_EQ(output->downloadPixels().rgba, small.rgba);
    frame.width = frame.height = 0;
  }
}

}  // namespace
}  // namespace impasto::test
