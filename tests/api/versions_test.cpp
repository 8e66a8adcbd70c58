// Hosts of other versions: one compiled against the headers of 0.1 and 0.2, and structs larger than this version knows.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>

#include "api/old_host.h"
#include "api/pass_fixture.h"

namespace impasto::test {
namespace {

class VersionsTest : public PassTest {};
class OldHostTest : public PassTest, public ::testing::WithParamInterface<const OldHostCode*> {};

INSTANTIATE_TEST_SUITE_P(, OldHostTest, ::testing::Values(&kHostOf0_1, &kHostOf0_2),
                         [](const auto& code) { return code.param == &kHostOf0_1 ? "Of0_1" : "Of0_2"; });

// New members lie behind all that an old host allocated, its padding included.
TEST(StructSizes, GrowAtTheEnd) {
  EXPECT_LE(kHostOf0_1.sizes[0], offsetof(ImpastoRequirements, host_api_version));
  EXPECT_LE(kHostOf0_1.sizes[1], offsetof(ImpastoContextInfo, api_version));
  EXPECT_LE(kHostOf0_1.sizes[2], offsetof(ImpastoStyleInfo, needs_depth));
  EXPECT_LE(kHostOf0_1.sizes[3], sizeof(ImpastoControls));
  EXPECT_LE(kHostOf0_1.sizes[4], offsetof(ImpastoPassInfo, layers));
  EXPECT_LE(kHostOf0_1.sizes[5], offsetof(ImpastoFrame, width));
  EXPECT_LE(kHostOf0_1.sizes[6], sizeof(ImpastoExecuteInfo));
  EXPECT_LE(kHostOf0_1.sizes[7], offsetof(ImpastoHostImage, style_vector_length));
}

TEST(StructSizes, HaveGrownAtTheEndSince02) {
  EXPECT_LE(kHostOf0_2.sizes[0], offsetof(ImpastoRequirements, timeline_points));
  EXPECT_LE(kHostOf0_2.sizes[1], offsetof(ImpastoContextInfo, timeline_points));
  EXPECT_EQ(kHostOf0_2.sizes[2], sizeof(ImpastoStyleInfo));
  EXPECT_EQ(kHostOf0_2.sizes[3], sizeof(ImpastoControls));
  EXPECT_LE(kHostOf0_2.sizes[4], offsetof(ImpastoPassInfo, op_timings));
  EXPECT_EQ(kHostOf0_2.sizes[5], sizeof(ImpastoFrame));
  EXPECT_EQ(kHostOf0_2.sizes[6], sizeof(ImpastoExecuteInfo));
  EXPECT_LE(kHostOf0_2.sizes[7], offsetof(ImpastoHostImage, backend));
}

TEST_P(OldHostTest, PaintsAsBefore) {
  const OldHostCode& code = *GetParam();
  const std::vector<std::byte> style = writeStyle(makeNegativeStyle());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  OldHost host{};
  host.instance = device().instance;
  host.physical_device = device().physical_device;
  host.device = device().device;
  host.queue_family = device().queue_family;
  host.get_instance_proc_addr = vkGetInstanceProcAddr;
  host.style = style.data();
  host.style_size = style.size();
  host.width = source.width;
  host.height = source.height;
  host.color = images.color.get();
  host.color_view = images.color.view();
  host.output = images.output.get();
  host.output_view = images.output.view();
  ASSERT_EQ(code.begin(&host), 0) << code.error();
  device().submit([&](VkCommandBuffer cmd) { EXPECT_EQ(code.record(&host, cmd), 0) << code.error(); });
  EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
  code.end(&host);
}

template <class Struct>
struct Newer {
  Struct known{};
  uint64_t later[2] = {};

  Newer() { known.size = sizeof *this; }
};

TEST_F(VersionsTest, ANewerHostIsServedIfItUsesNothingNew) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  Newer<ImpastoPassInfo> info;
  info.known = passInfo(context.get(), style.get());
  info.known.size = sizeof info;
  ImpastoPass raw = nullptr;
  ASSERT_EQ(impastoCreatePass(&info.known, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const PassPtr pass(raw);
  info.later[1] = 1;
  EXPECT_EQ(impastoCreatePass(&info.known, &raw), IMPASTO_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(raw, nullptr);

  Newer<ImpastoFrame> frame;
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  frame.known = images.frame();
  frame.known.size = sizeof frame;
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame.known), IMPASTO_SUCCESS) << impastoGetLastError();
    frame.later[0] = 1;
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame.known), IMPASTO_ERROR_INVALID_ARGUMENT);
  });
}

TEST_F(VersionsTest, WhatIsFilledInStaysWithinTheHostsStruct) {
  const StylePtr style = toHandle(makeNegativeStyle());
  ImpastoStyleInfo info;
  std::memset(&info, 0x5A, sizeof info);
  info.size = offsetof(ImpastoStyleInfo, needs_depth);
  info.next = nullptr;
  ASSERT_EQ(impastoStyleGetInfo(style.get(), &info), IMPASTO_SUCCESS) << impastoGetLastError();
  EXPECT_EQ(info.parameter_count, 12u);
  EXPECT_EQ(info.needs_depth, 0x5A5A5A5Au);
  EXPECT_EQ(info.painting_count, 0x5A5A5A5Au);
  EXPECT_EQ(info.size, offsetof(ImpastoStyleInfo, needs_depth));

  Newer<ImpastoControls> controls;
  controls.later[0] = 7;
  impastoDefaultControls(&controls.known);
  EXPECT_EQ(controls.known.strength, 1.0f);
  EXPECT_EQ(controls.known.size, sizeof controls);
  EXPECT_EQ(controls.later[0], 7u);
  ImpastoControls unset;
  std::memset(&unset, 0xEE, sizeof unset);  // as in 0.1, when `size` could be left to the call
  impastoDefaultControls(&unset);
  EXPECT_EQ(unset.temporal_weight, 1.0f);
  EXPECT_EQ(unset.size, kHostOf0_1.sizes[3]);
}

TEST_F(VersionsTest, PaintingsOfAStyle) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t vector = addInput(graph, InputKind::Style);
  graph.ops[vector].channels = 2;
  const uint32_t factors = addConv(graph, vector, 6, 1);
  graph.output = addOp(graph, OpType::Modulate, {color, factors});
  Random random(1);
  Style made = makeStyle(std::move(graph), random);
  made.paintings = {{"One", "A", "1900", "public domain", {1, 0}}, {"Two", "B", "1901", "public domain", {0, 1}}};
  const StylePtr style = toHandle(made);
  auto info = sized<ImpastoStyleInfo>();
  ASSERT_EQ(impastoStyleGetInfo(style.get(), &info), IMPASTO_SUCCESS);
  EXPECT_EQ(info.style_vector_length, 2u);
  ASSERT_EQ(info.painting_count, 2u);
  auto painting = sized<ImpastoPainting>();
  ASSERT_EQ(impastoStyleGetPainting(style.get(), 1, &painting), IMPASTO_SUCCESS);
  EXPECT_STREQ(painting.title, "Two");
  EXPECT_STREQ(painting.painter, "B");
  EXPECT_EQ(painting.vector[0], 0.0f);
  EXPECT_EQ(painting.vector[1], 1.0f);
  EXPECT_EQ(impastoStyleGetPainting(style.get(), 2, &painting), IMPASTO_ERROR_INVALID_ARGUMENT);
  EXPECT_EQ(impastoStyleGetPainting(nullptr, 0, &painting), IMPASTO_ERROR_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace impasto::test
