// Ten thousand frames in flight, each with colours of its own, through a module that overwrites what it has read and what
// it is about to write: a frame that were packed too late, painted too early or composited from another's tensors would
// show it.
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>

#include "interop/protocol_fixture.h"

namespace impasto::test {
namespace {

constexpr uint32_t kWidth = 8, kHeight = 4, kSlots = 3;
constexpr VkDeviceSize kBytes = kWidth * kHeight * 4;

uint8_t colorOf(uint64_t frame, uint32_t byte) {
  uint64_t x = frame * 0x9e3779b97f4a7c15u + uint64_t{byte} * 0x2545f4914f6cdd1du;
  x ^= x >> 29;
  return static_cast<uint8_t>(x * 0xbf58476d1ce4e5b9u >> 56);
}

// Everything of one slot, recorded anew for each of its frames.
class Slot {
 public:
  Slot(const TestDevice& device, const PassSettings& settings)
      : device_(device),
        images_(device, settings, Pixels(kWidth, kHeight)),
        color_(device, kBytes, VK_BUFFER_USAGE_TRANSFER_SRC_BIT),
        result_(device, kBytes, VK_BUFFER_USAGE_TRANSFER_DST_BIT) {
    VkCommandPoolCreateInfo pool{VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO};
    pool.queueFamilyIndex = device.queue_family;
    pool.flags = VK_COMMAND_POOL_CREATE_RESET_COMMAND_BUFFER_BIT;
    expectSuccess(vkCreateCommandPool(device.device, &pool, nullptr, &pool_), "vkCreateCommandPool");
    VkCommandBufferAllocateInfo buffers{VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO};
    buffers.commandPool = pool_;
    buffers.commandBufferCount = 2;
    expectSuccess(vkAllocateCommandBuffers(device.device, &buffers, commands_), "vkAllocateCommandBuffers");
  }
  ~Slot() { vkDestroyCommandPool(device_.device, pool_, nullptr); }

  void run(ImpastoPass pass, uint32_t slot, uint64_t number, const Timeline& packed, const Timeline& painted,
           const Timeline& done) {
    frame_ = number;
    for (uint32_t i = 0; i < kBytes; ++i) color_.as<uint8_t>()[i] = colorOf(number, i);
    const ImpastoFrame frame = images_.frame(slot);
    const VkBufferImageCopy copy = {0, 0, 0, {VK_IMAGE_ASPECT_COLOR_BIT, 0, 0, 1}, {}, {kWidth, kHeight, 1}};
    begin(0);
    barrier(0, images_.color.get(), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL, VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL);
    vkCmdCopyBufferToImage(commands_[0], color_.get(), images_.color.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, 1,
                           &copy);
    barrier(0, images_.color.get(), VK_IMAGE_LAYOUT_TRANSFER_DST_OPTIMAL, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
    ASSERT_EQ(impastoCmdRecordInputs(pass, commands_[0], &frame), IMPASTO_SUCCESS) << impastoGetLastError();
    submit(0, nullptr, 0, packed, number);

    auto execute = sized<ImpastoExecuteInfo>();
    execute.frame_index = slot;
    execute.wait_semaphore = packed.get();
    execute.signal_semaphore = painted.get();
    execute.wait_value = execute.signal_value = number;
    ASSERT_EQ(impastoExecute(pass, &execute), IMPASTO_SUCCESS) << impastoGetLastError();

    begin(1);
    ASSERT_EQ(impastoCmdRecordOutputs(pass, commands_[1], &frame), IMPASTO_SUCCESS) << impastoGetLastError();
    barrier(1, images_.output.get(), VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_GENERAL);
    vkCmdCopyImageToBuffer(commands_[1], images_.output.get(), VK_IMAGE_LAYOUT_GENERAL, result_.get(), 1, &copy);
    barrier(1, images_.output.get(), VK_IMAGE_LAYOUT_GENERAL, VK_IMAGE_LAYOUT_GENERAL);
    submit(1, &painted, number, done, number);
  }

  // Waits for the slot's last frame, and looks at it.
  void check(const Timeline& done) const {
    if (frame_ == 0) return;
    ASSERT_TRUE(done.wait(frame_));
    for (uint32_t i = 0; i < kBytes; ++i) {
      const int color = colorOf(frame_, i), got = result_.as<uint8_t>()[i];
      ASSERT_NEAR(got, i % 4 == 3 ? color : 255 - color, 1) << "byte " << i << " of frame " << frame_;
    }
  }

 private:
  void begin(uint32_t i) const {
    VkCommandBufferBeginInfo info{VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO};
    info.flags = VK_COMMAND_BUFFER_USAGE_ONE_TIME_SUBMIT_BIT;
    expectSuccess(vkBeginCommandBuffer(commands_[i], &info), "vkBeginCommandBuffer");
  }
  void barrier(uint32_t i, VkImage image, VkImageLayout from, VkImageLayout to) const {
    VkImageMemoryBarrier barrier{VK_STRUCTURE_TYPE_IMAGE_MEMORY_BARRIER};
    barrier.srcAccessMask = barrier.dstAccessMask = VK_ACCESS_MEMORY_READ_BIT | VK_ACCESS_MEMORY_WRITE_BIT;
    barrier.oldLayout = from;
    barrier.newLayout = to;
    barrier.srcQueueFamilyIndex = barrier.dstQueueFamilyIndex = VK_QUEUE_FAMILY_IGNORED;
    barrier.image = image;
    barrier.subresourceRange = {VK_IMAGE_ASPECT_COLOR_BIT, 0, 1, 0, 1};
    constexpr VkPipelineStageFlags kAll = VK_PIPELINE_STAGE_ALL_COMMANDS_BIT | VK_PIPELINE_STAGE_HOST_BIT;
    vkCmdPipelineBarrier(commands_[i], kAll, kAll, 0, 0, nullptr, 0, nullptr, 1, &barrier);
  }
  void submit(uint32_t i, const Timeline* wait, uint64_t wait_value, const Timeline& signal, uint64_t value) const {
    expectSuccess(vkEndCommandBuffer(commands_[i]), "vkEndCommandBuffer");
    const VkPipelineStageFlags stage = VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT;
    const VkSemaphore waits[] = {wait ? wait->get() : VK_NULL_HANDLE}, signals[] = {signal.get()};
    VkTimelineSemaphoreSubmitInfo values{VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO};
    values.waitSemaphoreValueCount = wait ? 1 : 0;
    values.pWaitSemaphoreValues = &wait_value;
    values.signalSemaphoreValueCount = 1;
    values.pSignalSemaphoreValues = &value;
    VkSubmitInfo info{VK_STRUCTURE_TYPE_SUBMIT_INFO};
    info.pNext = &values;
    info.waitSemaphoreCount = wait ? 1 : 0;
    info.pWaitSemaphores = waits;
    info.pWaitDstStageMask = &stage;
    info.commandBufferCount = 1;
    info.pCommandBuffers = &commands_[i];
    info.signalSemaphoreCount = 1;
    info.pSignalSemaphores = signals;
    expectSuccess(vkQueueSubmit(device_.queue, 1, &info, VK_NULL_HANDLE), "vkQueueSubmit");
  }

  const TestDevice& device_;
  FrameImages images_;
  HostBuffer color_, result_;
  VkCommandPool pool_ = VK_NULL_HANDLE;
  VkCommandBuffer commands_[2] = {};
  uint64_t frame_ = 0;
};

class PoisonTest : public ProtocolTest, public ::testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    if (GetParam() && !layersCanFollow()) {
      GTEST_SKIP() << "these validation layers lose their way where hosts signal timelines; scripts/newest-mesa has others";
    }
    ProtocolTest::SetUp();
  }
  bool withLayers() const override { return GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(, PoisonTest, ::testing::Bool(),
                         [](const auto& layers) { return layers.param ? "WithLayers" : "WithoutLayers"; });

// Fewer with layers, which take most of the time.
TEST_P(PoisonTest, TenThousandFramesShowTheirOwnPaint) {
  const uint64_t frames = GetParam() ? 2'000 : 10'000;
  PassSettings settings;
  settings.width = kWidth;
  settings.height = kHeight;
  settings.frames_in_flight = kSlots;
  const ContextPtr context = makeContext(sharingInfo());
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get(), settings);
  const Timeline done(device());
  std::array<std::unique_ptr<Slot>, kSlots> slots;
  for (auto& slot : slots) slot = std::make_unique<Slot>(device(), settings);
  const size_t descriptors = openDescriptors();
  for (uint64_t frame = 1; frame <= frames; ++frame) {
    const auto index = static_cast<uint32_t>(frame % kSlots);
    ASSERT_NO_FATAL_FAILURE(slots[index]->check(done));
    ASSERT_NO_FATAL_FAILURE(slots[index]->run(pass.get(), index, frame, *packed_, *painted_, done));
  }
  for (const auto& slot : slots) ASSERT_NO_FATAL_FAILURE(slot->check(done));
  EXPECT_EQ(module().frames, frames);
  EXPECT_EQ(openDescriptors(), descriptors);
  EXPECT_TRUE(log_.lines().empty()) << log_.lines()[0];
}

}  // namespace
}  // namespace impasto::test
