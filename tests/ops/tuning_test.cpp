// Kernels that are chosen by time: measured once, kept, and never a matter of what is right.
#include <algorithm>
#include <cstring>

#include "ops/compare.h"
#include "vulkan/kernel_choices.h"
#include "vulkan/kernels/kernel.h"

namespace impasto::test {
namespace {

uint32_t dispatches = 0;
void VKAPI_CALL countDispatch(VkCommandBuffer command_buffer, uint32_t x, uint32_t y, uint32_t z) {
  ++dispatches;
  vkCmdDispatch(command_buffer, x, y, z);
}

// On the tensors that have most kernels to choose from: on a CPU its own and the portable one, on newer ones those for
// matrices too.
class TuningTest : public VulkanTest {
 protected:
  std::unique_ptr<vulkan::VulkanDevice> makeDevice() {
    auto made = makeVulkanDevice(device(), device().storage_16bit);
    made->vk.CmdDispatch = countDispatch;
    made->tuning_queue = device().queue;
    return made;
  }
  // Dispatches while a generator is prepared, which records no frame.
  uint32_t measured(const vulkan::VulkanDevice& on, const Style& style, uint32_t width, uint32_t height) {
    dispatches = 0;
    vulkan::ScratchPool scratch(on);
    vulkan::VulkanGenerator(on, scratch, style, {width, height});
    return dispatches;
  }
};

TEST_F(TuningTest, IsMeasuredOnceAndKept) {
  const auto first = makeDevice();
  if (!first->software && first->matrix.m == 0) GTEST_SKIP() << device().name << " has one kernel for each step";
  const Style style = makeSmallStyle(5);
  EXPECT_GT(measured(*first, style, 40, 24), 0u);
  EXPECT_EQ(measured(*first, style, 40, 24), 0u);
  EXPECT_EQ(measured(*first, style, 32, 24), 0u);  // about as large
  EXPECT_GT(measured(*first, style, 160, 96), 0u);

  const std::vector<std::byte> kept = first->kernelChoices().save();
  const auto second = makeDevice();
  second->kernelChoices().load(kept);
  EXPECT_EQ(measured(*second, style, 40, 24), 0u);
  EXPECT_EQ(second->kernelChoices().save(), kept);
}

TEST_F(TuningTest, NothingIsMeasuredWithoutAQueueOrWithAKernelPreferred) {
  const auto made = makeDevice();
  made->tuning_queue = VK_NULL_HANDLE;
  EXPECT_EQ(measured(*made, makeSmallStyle(5), 40, 24), 0u);
  made->tuning_queue = device().queue;
  made->preferred_kernel = "conv";
  EXPECT_EQ(measured(*made, makeSmallStyle(5), 40, 24), 0u);
  EXPECT_TRUE(made->kernelChoices().save().empty());
}

// Whatever is chosen, and whatever a file says: the frame is right.
TEST_F(TuningTest, AnyChoiceGivesTheFrame) {
  const auto made = makeDevice();
  const Style style = makeSmallStyle(6);
  const ReferenceInputs inputs = makeRandomInputs(style.graph, 24, 40, 6);
  const std::vector<Tensor> values = runReferenceOps(style, inputs);
  measured(*made, style, 40, 24);
  std::vector<std::byte> kept = made->kernelChoices().save();
  for (const char* name : {"", "conv", "noise", "conv_matrix", "conv_matrix_narrow", "no such kernel"}) {
    SCOPED_TRACE(name);
    const auto other = makeVulkanDevice(device(), device().storage_16bit);
    if (*name != 0) {
      for (size_t entry = 0; entry + 32 <= kept.size(); entry += 32) {
        std::fill_n(kept.begin() + static_cast<ptrdiff_t>(entry) + 8, 24, std::byte{0});
        std::memcpy(kept.data() + entry + 8, name, std::strlen(name));
      }
    }
    other->kernelChoices().load(kept);
    const Tensor frame = GeneratorRunner(device(), *other, style, 40, 24).run(inputs);
    EXPECT_LE(compare(frame, style, values, other->half_precision ? Rounding::Half : Rounding::None).closest, 1.0);
  }
}

// A clock on which each query comes sooner, or later, after the one before it than that did.
template <int kStep>
VkResult VKAPI_CALL pretendTimes(VkDevice, VkQueryPool, uint32_t first, uint32_t, size_t, void* data, VkDeviceSize,
                                 VkQueryResultFlags) {
  uint64_t ticks = 0;
  for (int query = 0; query < static_cast<int>(first); ++query) ticks += static_cast<uint64_t>(100'000 + kStep * query);
  std::memcpy(data, &ticks, sizeof ticks);
  return VK_SUCCESS;
}

// Kernels are timed in the order in which they are listed, the portable convolution last.
TEST_F(TuningTest, TheFastestIsTaken) {
  for (const bool last_is_fastest : {true, false}) {
    const auto made = makeDevice();
    if (!made->software && made->matrix.m == 0) GTEST_SKIP() << device().name << " has one kernel for each step";
    made->vk.GetQueryPoolResults = last_is_fastest ? pretendTimes<-1> : pretendTimes<1>;
    const Style style = makeSmallStyle(5);
    vulkan::ScratchPool scratch(*made);
    const vulkan::VulkanGenerator generator(*made, scratch, style, {40, 24});
    for (const vulkan::Step& step : generator.plan().steps) {
      if (step.kind != vulkan::Step::Kind::Conv) continue;
      EXPECT_EQ(std::string(step.kernel->name()) == "conv", last_is_fastest) << step.kernel->name();
    }
  }
}

TEST(KernelChoices, RubbishIsIgnored) {
  for (const size_t size : {0u, 1u, 31u, 32u, 33u, 100u, 4096u}) {
    vulkan::KernelChoices choices;
    choices.load(std::vector<std::byte>(size, std::byte{0xff}));
    EXPECT_TRUE(choices.save().empty());
  }
}

}  // namespace
}  // namespace impasto::test
