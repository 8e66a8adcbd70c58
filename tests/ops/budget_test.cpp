// No dispatch of a style that costs nearly all that the format permits keeps the GPU busy for longer than the budget.
#include <vector>

#include "generator/push_constants.h"
#include "ops/compare.h"

namespace impasto::test {
namespace {

constexpr uint32_t kChannels = 512, kLastChannels = 160, kWidth = 1920, kHeight = 1080;

// Convolutions at a quarter, of 512 channels.
Style makeHostileStyle() {
  Graph graph;
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {addInput(graph, InputKind::Color)}, 4);
  const uint32_t wide = addConv(graph, folded, kChannels, 1);
  const uint32_t wider = addConv(graph, wide, kChannels, 3);
  const uint32_t last = addConv(graph, wider, kLastChannels, 3);
  graph.output = addConv(graph, addOp(graph, OpType::DepthToSpace, {last}, 4), 3, 1);
  Random random(1);
  return makeStyle(graph, random);
}

// Takes down the rows of each dispatch and runs none.
class SwallowedDispatches {
 public:
  struct Rows {
    uint32_t begin, end, width, in_quads, out_quads;
  };

  explicit SwallowedDispatches(vulkan::VulkanDevice& device)
      : push_(device.vk.CmdPushConstants, &push), dispatch_(device.vk.CmdDispatch, &dispatch) {
    rows_.clear();
  }
  static const std::vector<Rows>& rows() { return rows_; }

 private:
  static VKAPI_ATTR void VKAPI_CALL push(VkCommandBuffer, VkPipelineLayout, VkShaderStageFlags, uint32_t, uint32_t size,
                                         const void* values) {
    if (size != sizeof(shaders::ConvPush)) return;
    const auto& conv = *static_cast<const shaders::ConvPush*>(values);
    rows_.push_back({conv.begin_y, conv.end_y, conv.out_width, conv.in_quads, conv.out_quads});
  }
  static VKAPI_ATTR void VKAPI_CALL dispatch(VkCommandBuffer, uint32_t, uint32_t, uint32_t) {}

  inline static std::vector<Rows> rows_;
  Changed<PFN_vkCmdPushConstants> push_;
  Changed<PFN_vkCmdDispatch> dispatch_;
};

class BudgetTest : public VariantTest {};

INSTANTIATE_TEST_SUITE_P(, BudgetTest, ::testing::ValuesIn(kVariants), nameOf);

TEST_P(BudgetTest, NoDispatchExceedsIt) {
  const Style style = makeHostileStyle();
  ASSERT_GT(style.graph.multiplyAddsPerPixel(), 0.9 * kMaxMultiplyAddsPerPixel);
  vulkan::ScratchPool scratch(vulkanDevice());
  vulkan::VulkanGenerator generator(vulkanDevice(), scratch, style, {kWidth, kHeight, 1, 1, 1});
  const SwallowedDispatches swallowed(vulkanDevice());
  device().submit([&](VkCommandBuffer command_buffer) {
    const GeneratorFrame frame{0, kWidth, kHeight, 0};
    generator.beginLayer(command_buffer, frame, 0);
    generator.endLayer(command_buffer, frame, 0);
  });
  // The two that are too much for one dispatch read 512 channels; the first of them has as many itself.
  uint32_t rows = 0;
  for (const auto& [begin, end, width, in_quads, out_quads] : swallowed.rows()) {
    if (in_quads != kChannels / 4) continue;
    EXPECT_EQ(begin, rows % (kHeight / 4)) << "rows are left out or computed twice";
    rows += end - begin;
    const uint32_t channels = out_quads == kChannels / 4 ? kChannels : kLastChannels;
    EXPECT_LE(1.0 * (end - begin) * width * channels * 9 * kChannels, vulkan::kMaxMultiplyAdds);
  }
  EXPECT_EQ(rows, 2 * (kHeight / 4));
}

}  // namespace
}  // namespace impasto::test
