// Tensors longer than a descriptor: a device that pretends to have small limits works in bands and computes the same.
#include "backend/tensor_view.h"
#include "base/error.h"
#include "ops/compare.h"

namespace impasto::test {
namespace {

// Counts what is dispatched on a device, for as long as this lives; one at a time.
class CountedDispatches {
 public:
  explicit CountedDispatches(vulkan::VulkanDevice& device) : dispatch_(device.vk.CmdDispatch, &countAndDispatch) {
    real_ = vkCmdDispatch;
    count_ = 0;
  }
  size_t take() const { return std::exchange(count_, 0); }

 private:
  static VKAPI_ATTR void VKAPI_CALL countAndDispatch(VkCommandBuffer command_buffer, uint32_t x, uint32_t y,
                                                     uint32_t z) {
    ++count_;
    real_(command_buffer, x, y, z);
  }
  inline static PFN_vkCmdDispatch real_ = nullptr;
  inline static size_t count_ = 0;
  Changed<PFN_vkCmdDispatch> dispatch_;
};

class BandsTest : public VariantTest {
 protected:
  VkPhysicalDeviceLimits& limits() { return vulkanDevice().properties.limits; }
  Tensor run(const Style& style) {
    const ReferenceInputs inputs = makeRandomInputs(style.graph, 61, 45, 3);
    return GeneratorRunner(device(), vulkanDevice(), style, 45, 61).run(inputs);
  }
};

INSTANTIATE_TEST_SUITE_P(, BandsTest, ::testing::ValuesIn(kVariants), nameOf);

// Blends read rows of the bands around.
Style makeBlendStyle(uint32_t range) {
  Graph graph;
  const uint32_t paint = addConv(graph, addInput(graph, InputKind::Color), 4, 3);
  const uint32_t mixed = addBlend(graph, paint, addInput(graph, InputKind::History), range);
  const uint32_t factors = addConv(graph, addStyleInput(graph, 5), 6, 1);
  graph.output = addOp(graph, OpType::Modulate, {mixed, factors}, 0, Activation::LeakyRelu);
  Random random(range);
  return makeStyle(graph, random);
}

// A convolution folds colour in bands, and folds what folding made.
Style makeFoldStyle() {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t half = addConv(graph, addOp(graph, OpType::SpaceToDepth, {color}, 2), 8, 3);
  const uint32_t eighth = addConv(graph, addOp(graph, OpType::SpaceToDepth, {half}, 4), 192, 3);
  graph.output = addOp(graph, OpType::DepthToSpace, {addOp(graph, OpType::DepthToSpace, {eighth}, 4)}, 2);
  Random random(5);
  return makeStyle(graph, random);
}

// With descriptors of so many bytes: wide tensors need some for a few rows, narrow ones fit whole into as many.
struct BandedStyle {
  Style style;
  uint32_t descriptor_bytes;
};

std::vector<BandedStyle> bandedStyles() {
  std::vector<BandedStyle> styles = {
      {makeSmallStyle(3), 40000}, {makeRandomStyle(11), 40000}, {makeRandomStyle(12), 40000}};
  for (const uint32_t seed : {3u, 4u}) styles.push_back({makeRandomStyle(seed, {.version_2 = true}), 40000});
  for (uint32_t range = 0; range <= kMaxBlendRange; ++range) styles.push_back({makeBlendStyle(range), 16000});
  styles.push_back({makeFoldStyle(), 16000});
  return styles;
}

TEST_P(BandsTest, SmallDescriptorsChangeNothing) {
  const CountedDispatches counted(vulkanDevice());
  size_t dispatches = 0, banded = 0;
  for (const auto& [style, descriptor_bytes] : bandedStyles()) {
    SCOPED_TRACE(style.graph.ops[style.graph.output].name);
    const Tensor whole = run(style);
    dispatches += counted.take();
    const Changed<uint32_t> small(limits().maxStorageBufferRange, descriptor_bytes);
    EXPECT_EQ(whole.data, run(style).data);
    banded += counted.take();
  }
  EXPECT_GT(banded, dispatches + 10);
}

TEST_P(BandsTest, ASmallBudgetChangesNothing) {
  const CountedDispatches counted(vulkanDevice());
  size_t dispatches = 0, banded = 0;
  for (const auto& [style, descriptor_bytes] : bandedStyles()) {
    SCOPED_TRACE(style.graph.ops[style.graph.output].name);
    const Tensor whole = run(style);
    dispatches += counted.take();
    // Three rows at a time of 3 to 4 channels at full size, single rows of what is more.
    const Changed<double> small(vulkanDevice().max_multiply_adds, 3 * 45.0 * 9 * 3 * 4);
    EXPECT_EQ(whole.data, run(style).data);
    banded += counted.take();
  }
  EXPECT_GT(banded, dispatches + 200);
}

TEST_P(BandsTest, TooSmallALimitIsNamed) {
  const Changed<uint32_t> small(limits().maxStorageBufferRange, 64);
  try {
    vulkan::ScratchPool scratch(vulkanDevice());
    vulkan::VulkanGenerator(vulkanDevice(), scratch, makeSmallStyle(3), {45, 61});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unsupported);
    EXPECT_NE(std::string(error.what()).find("maxStorageBufferRange"), std::string::npos) << error.what();
  }
}

TEST(Bands, CoverATensor) {
  VkPhysicalDeviceLimits limits{};
  limits.minStorageBufferOffsetAlignment = 256;
  for (const uint32_t width : {1u, 3u, 16u, 33u}) {
    TensorView view;
    view.offset = 512;
    view.width = width;
    view.height = 1000;
    view.channels = 3;
    view.row_quads = 2;
    limits.maxStorageBufferRange = static_cast<uint32_t>(view.rowBytes() * 100);
    uint32_t row = 0;
    for (const TensorBand& band : splitIntoBands(limits, view)) {
      EXPECT_EQ(band.first_row, row);
      EXPECT_EQ(band.offset % 256, 0u);
      EXPECT_EQ(band.offset, view.offset + row * view.rowBytes());
      EXPECT_LE(band.range, limits.maxStorageBufferRange);
      row += band.rows;
    }
    EXPECT_EQ(row, view.height);
  }
}

}  // namespace
}  // namespace impasto::test
