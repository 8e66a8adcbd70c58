// The order of commands that a frame records: a barrier where it is needed, and none that does nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "api/pass_fixture.h"

namespace impasto::test {
namespace {

// b barrier, d dispatch, c copy.
std::string* commands = nullptr;

void VKAPI_CALL barrier(VkCommandBuffer, VkPipelineStageFlags, VkPipelineStageFlags, VkDependencyFlags, uint32_t,
                        const VkMemoryBarrier*, uint32_t, const VkBufferMemoryBarrier*, uint32_t,
                        const VkImageMemoryBarrier*) {
  *commands += 'b';
}
void VKAPI_CALL barrier2(VkCommandBuffer, const VkDependencyInfo*) { *commands += 'b'; }
void VKAPI_CALL dispatch(VkCommandBuffer, uint32_t, uint32_t, uint32_t) { *commands += 'd'; }
void VKAPI_CALL copy(VkCommandBuffer, VkBuffer, VkBuffer, uint32_t, const VkBufferCopy*) { *commands += 'c'; }
void VKAPI_CALL bindPipeline(VkCommandBuffer, VkPipelineBindPoint, VkPipeline) {}
void VKAPI_CALL bindSets(VkCommandBuffer, VkPipelineBindPoint, VkPipelineLayout, uint32_t, uint32_t,
                         const VkDescriptorSet*, uint32_t, const uint32_t*) {}
void VKAPI_CALL pushConstants(VkCommandBuffer, VkPipelineLayout, VkShaderStageFlags, uint32_t, uint32_t, const void*) {}

PFN_vkVoidFunction VKAPI_CALL getDeviceProc(VkDevice device, const char* name) {
  const std::string function = name;
  if (function == "vkCmdPipelineBarrier") return reinterpret_cast<PFN_vkVoidFunction>(barrier);
  if (function.rfind("vkCmdPipelineBarrier2", 0) == 0) return reinterpret_cast<PFN_vkVoidFunction>(barrier2);
  if (function == "vkCmdDispatch") return reinterpret_cast<PFN_vkVoidFunction>(dispatch);
  if (function == "vkCmdCopyBuffer") return reinterpret_cast<PFN_vkVoidFunction>(copy);
  if (function == "vkCmdBindPipeline") return reinterpret_cast<PFN_vkVoidFunction>(bindPipeline);
  if (function == "vkCmdBindDescriptorSets") return reinterpret_cast<PFN_vkVoidFunction>(bindSets);
  if (function == "vkCmdPushConstants") return reinterpret_cast<PFN_vkVoidFunction>(pushConstants);
  return vkGetDeviceProcAddr(device, name);
}
PFN_vkVoidFunction VKAPI_CALL getInstanceProc(VkInstance instance, const char* name) {
  if (std::string(name) == "vkGetDeviceProcAddr") return reinterpret_cast<PFN_vkVoidFunction>(getDeviceProc);
  return vkGetInstanceProcAddr(instance, name);
}

class BarriersTest : public PassTest {
 protected:
  // What the frames of a style record, which goes nowhere.
  std::vector<std::string> record(const Style& made, uint32_t frames, uint32_t layers = 1) {
    ImpastoContextInfo info = contextInfo();
    info.get_instance_proc_addr = getInstanceProc;
    info.debug_utils = VK_FALSE;
    const ContextPtr context = makeContext(info);
    const StylePtr style = toHandle(made);
    ImpastoPassInfo pass_info = passInfo(context.get(), style.get());
    pass_info.layers = layers;
    ImpastoPass raw_pass = nullptr;
    EXPECT_EQ(impastoCreatePass(&pass_info, &raw_pass), IMPASTO_SUCCESS) << impastoGetLastError();
    const PassPtr pass(raw_pass);
    FrameImages images(device(), {}, makePixels(16, 8, 1));
    auto controls = sized<ImpastoControls>();
    impastoDefaultControls(&controls);
    controls.detail = 1;
    std::vector<std::string> recorded(frames);
    for (std::string& text : recorded) {
      commands = &text;
      ImpastoFrame frame = images.frame(0);
      frame.controls = &controls;
      recordFrame(pass.get(), reinterpret_cast<VkCommandBuffer>(&frame), frame);
    }
    commands = nullptr;
    return recorded;
  }
};

TEST_F(BarriersTest, NoTwoAreAdjacent) {
  for (const Style& style : {makeSmallStyle(1), makeNegativeStyle(), makeHistoryStyle()}) {
    for (const uint32_t layers : {1u, 2u}) {
      for (const std::string& frame : record(style, 3, layers)) {
        EXPECT_EQ(frame.find("bb"), std::string::npos) << frame;
        EXPECT_EQ(frame.front(), 'b') << frame;
      }
    }
  }
}

// Two convolutions that write side by side into one concat have nothing to wait for, and noise is there already.
TEST_F(BarriersTest, NeighboursInOneAllocationDoNotWaitForEachOther) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t one = addConv(graph, color, 8, 3), two = addConv(graph, color, 8, 1);
  const uint32_t noise = addNoise(graph, 4, 1, 1);
  graph.output = addConv(graph, addOp(graph, OpType::Concat, {one, two, noise}), 3, 3);
  Random random(1);
  const std::vector<std::string> frames = record(makeStyle(std::move(graph), random), 2);
  // Begin, noise, its convolution, pack, the two, the last; then fine detail and composite.
  EXPECT_EQ(frames[0], "bdbdbdbddbdbdbd");
  // What does not depend on the frame is not computed again.
  EXPECT_EQ(frames[1], "bdbddbdbdbd");
}

}  // namespace
}  // namespace impasto::test
