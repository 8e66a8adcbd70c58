// What an ImpastoFrame may say, and what is filled in where it says nothing.
#include "pass/frame_settings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "base/error.h"

namespace impasto::test {
namespace {

// Any values that are not null: nothing here is dereferenced.
template <class Handle>
Handle fake(uintptr_t value) {
  return reinterpret_cast<Handle>(value);
}
ImpastoImage fakeImage(uintptr_t value, VkImageLayout layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL) {
  return {fake<VkImage>(value), fake<VkImageView>(value), layout};
}

ImpastoFrame goodFrame() {
  ImpastoFrame frame{};
  frame.size = sizeof frame;
  frame.color = fakeImage(1);
  frame.output = fakeImage(2, VK_IMAGE_LAYOUT_GENERAL);
  return frame;
}

class FrameSettingsTest : public testing::Test {
 protected:
  FrameSettings read(const ImpastoFrame& frame) const { return readFrame(pass, 64, 48, frame); }

  // That the change makes the frame a wrong one, and that the message names the member.
  void expectInvalid(const std::function<void(ImpastoFrame&)>& change, const std::string& name) const {
    ImpastoFrame frame = goodFrame();
    change(frame);
    try {
      read(frame);
      FAIL() << name << ": no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
  }
  void expectValid(const std::function<void(ImpastoFrame&)>& change) const {
    ImpastoFrame frame = goodFrame();
    change(frame);
    EXPECT_NO_THROW(read(frame));
  }

  ::impasto::PassSettings pass{.frames_in_flight = 2, .layers = 2};
};

TEST_F(FrameSettingsTest, WhatIsNotSaid) {
  const FrameSettings settings = read(goodFrame());
  EXPECT_EQ(settings.width, 64u);
  EXPECT_EQ(settings.height, 48u);
  EXPECT_EQ(settings.controls.strength, 1.0f);
  EXPECT_EQ(settings.controls.temporal_weight, 1.0f);
  EXPECT_EQ(settings.exposure, 1.0f);
  EXPECT_EQ(settings.depth_scale, 1.0f);
  EXPECT_EQ(settings.motion_scale, (std::array<float, 2>{1, 1}));
  EXPECT_FALSE(settings.has_mask || settings.has_depth || settings.has_normals || settings.has_motion);
  EXPECT_FALSE(settings.cameras[0].knowsView() || settings.cameras[1].knowsProjection());
  EXPECT_EQ(settings.style_vector_length, 0u);
}

TEST_F(FrameSettingsTest, ExtentsOffsetsAndSlots) {
  expectValid([](auto& f) { f.width = 64, f.height = 1; });
  expectInvalid([](auto& f) { f.width = 65; }, "width");
  expectInvalid([](auto& f) { f.height = 49; }, "height");
  expectInvalid([](auto& f) { f.frame_index = 2; }, "frame_index");
  expectInvalid([](auto& f) { f.color_offset.x = -1; }, "color_offset");
  expectInvalid([](auto& f) { f.output_offset.y = -1; }, "output_offset");
  expectInvalid([](auto& f) { f.mask_offset.x = -1; }, "mask_offset");
  expectInvalid([](auto& f) { f.depth_offset.x = std::numeric_limits<int32_t>::max(); }, "depth_offset");
  expectInvalid([](auto& f) { f.normals_offset.y = -1; }, "normals_offset");
  expectInvalid([](auto& f) { f.motion_offset.y = -7; }, "motion_offset");
}

TEST_F(FrameSettingsTest, ImagesAndLayouts) {
  for (const VkImageLayout layout :
       {VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_IMAGE_LAYOUT_READ_ONLY_OPTIMAL, VK_IMAGE_LAYOUT_GENERAL}) {
    expectValid([&](auto& f) { f.color.layout = layout; });
    expectValid([&](auto& f) { f.motion = fakeImage(3, layout); });
  }
  for (const VkImageLayout layout :
       {VK_IMAGE_LAYOUT_DEPTH_STENCIL_READ_ONLY_OPTIMAL, VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_OPTIMAL,
        VK_IMAGE_LAYOUT_DEPTH_READ_ONLY_STENCIL_ATTACHMENT_OPTIMAL}) {
    expectValid([&](auto& f) { f.depth = fakeImage(3, layout); });
    expectInvalid([&](auto& f) { f.normals = fakeImage(3, layout); }, "normals.layout");
  }
  expectInvalid([](auto& f) { f.depth = fakeImage(3, VK_IMAGE_LAYOUT_DEPTH_STENCIL_ATTACHMENT_OPTIMAL); },
                "depth.layout");
  expectInvalid([](auto& f) { f.output.layout = VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL; }, "output.layout");
  expectInvalid([](auto& f) { f.output = f.color; }, "output");
  expectInvalid([](auto& f) { f.motion = fakeImage(2); }, "output is an input too");
  expectValid([](auto& f) { f.color = f.output; });
  expectInvalid([](auto& f) { f.color = {}; }, "color");
  expectInvalid([](auto& f) { f.mask = {fake<VkImage>(5), VK_NULL_HANDLE, VK_IMAGE_LAYOUT_GENERAL}; }, "mask");
}

TEST_F(FrameSettingsTest, InPlaceIsTheSamePlaceOrOneApart) {
  const auto inPlace = [](int32_t x, int32_t y) {
    return [=](ImpastoFrame& f) {
      f.color = f.output;
      f.output_offset = {100, 50};
      f.color_offset = {100 + x, 50 + y};
    };
  };
  for (const auto& [x, y] : {std::pair{0, 0}, {64, 0}, {-64, 0}, {0, 48}, {7, -48}}) expectValid(inPlace(x, y));
  for (const auto& [x, y] : {std::pair{1, 0}, {0, -1}, {63, 47}, {-63, -47}}) expectInvalid(inPlace(x, y), "color_offset");
  expectInvalid([](auto& f) { f.mask = f.output, f.mask_offset.x = 1; }, "mask_offset");
  expectValid([](auto& f) { f.color_offset.x = 1; });  // of different views
}

TEST_F(FrameSettingsTest, DepthPlanes) {
  const auto planes = [](float near, float far) {
    return [=](ImpastoFrame& f) {
      f.depth = fakeImage(3);
      f.depth_near = near;
      f.depth_far = far;
    };
  };
  expectValid(planes(0, 0));  // linear depth needs none
  for (const DepthEncoding encoding : {DepthEncoding::Device, DepthEncoding::DeviceReversed}) {
    pass.depth_encoding = encoding;
    expectValid([](auto&) {});  // no depth in this frame
    expectValid(planes(0.1f, 100));
    expectValid(planes(0.1f, 0));
    expectValid(planes(0.1f, INFINITY));
    for (const auto& [near, far] : {std::pair{0.0f, 1.0f},
                                    {-1.0f, 1.0f},
                                    {2.0f, 1.0f},
                                    {1.0f, 1.0f},
                                    {NAN, 1.0f},
                                    {1.0f, NAN},
                                    {INFINITY, 0.0f},
                                    {1.0f, -1.0f}}) {
      expectInvalid(planes(near, far), "depth_near");
    }
  }
  pass.depth_encoding = DepthEncoding::Orthographic;
  expectValid(planes(0, 100));
  expectValid(planes(100, 0));
  for (const auto& [near, far] : {std::pair{1.0f, 1.0f}, {-1.0f, 1.0f}, {1.0f, INFINITY}, {NAN, 1.0f}}) {
    expectInvalid(planes(near, far), "depth_near");
  }
  expectInvalid([](auto& f) { f.depth_scale = -1; }, "depth_scale");
  expectInvalid([](auto& f) { f.depth_scale = NAN; }, "depth_scale");
}

TEST_F(FrameSettingsTest, Cameras) {
  expectInvalid([](auto& f) { f.view[3] = NAN; }, "view[3]");
  expectInvalid([](auto& f) { f.projection[15] = INFINITY; }, "projection[15]");
  expectInvalid([](auto& f) { f.jitter[1] = NAN; }, "jitter[1]");
  expectInvalid([](auto& f) { f.motion_scale[0] = INFINITY; }, "motion_scale[0]");
  ImpastoView views[2] = {};
  views[1].view[0] = 3;
  views[1].jitter[0] = 0.5f;
  ImpastoFrame frame = goodFrame();
  frame.views = views;
  frame.view[0] = 9;  // not read then
  EXPECT_EQ(read(frame).cameras[0].view[0], 0.0f);
  EXPECT_EQ(read(frame).cameras[1].view[0], 3.0f);
  EXPECT_EQ(read(frame).cameras[1].jitter[0], 0.5f);
  frame.views = nullptr;
  EXPECT_EQ(read(frame).cameras[0].view[0], 9.0f);
  EXPECT_EQ(read(frame).cameras[1].view[0], 9.0f);
  views[1].projection[2] = NAN;
  expectInvalid([&](auto& f) { f.views = views; }, "views[].projection[2]");
}

TEST_F(FrameSettingsTest, WorldNormalsNeedAView) {
  const auto withNormals = [](ImpastoFrame& f) { f.normals = fakeImage(4); };
  expectValid(withNormals);
  pass.normal_space = NormalSpace::World;
  expectInvalid(withNormals, "view");
  expectValid([](auto&) {});
  ImpastoView views[2] = {};
  views[0].view[0] = 1;
  expectInvalid(
      [&](auto& f) {
        withNormals(f);
        f.views = views;
      },
      "view");
  views[1].view[0] = 1;
  expectValid([&](auto& f) {
    withNormals(f);
    f.views = views;
  });
}

TEST_F(FrameSettingsTest, StyleVectorsExposureAndControls) {
  const float vector[65] = {1, 2};
  expectInvalid([&](auto& f) { f.style_vector = vector; }, "style_vector_length");
  expectInvalid([&](auto& f) { f.style_vector = vector, f.style_vector_length = 65; }, "style_vector_length");
  const float no_number[2] = {0, NAN};
  expectInvalid([&](auto& f) { f.style_vector = no_number, f.style_vector_length = 2; }, "style_vector[1]");
  expectInvalid([](auto& f) { f.exposure = -1; }, "exposure");
  expectInvalid([](auto& f) { f.exposure = NAN; }, "exposure");
  ImpastoControls controls = kDefaultControls;
  controls.temporal_weight = 1.5f;
  expectInvalid([&](auto& f) { f.controls = &controls; }, "temporal_weight");
}

}  // namespace
}  // namespace impasto::test
