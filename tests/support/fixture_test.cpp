// The fixture that the Vulkan tests stand on: devices of every kind, and work that waits until a test lets it go.
#include <ostream>
#include <string>
#include <vector>

#include "support/vulkan_fixture.h"

namespace impasto::test {
namespace {

using Synchronization2 = TestDeviceOptions::Synchronization2;

void fill(VkCommandBuffer command_buffer, const HostBuffer& buffer, uint32_t value) {
  VkMemoryBarrier memory{VK_STRUCTURE_TYPE_MEMORY_BARRIER};
  memory.srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
  memory.dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT;
  vkCmdPipelineBarrier(command_buffer, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &memory, 0,
                       nullptr, 0, nullptr);
  vkCmdFillBuffer(command_buffer, buffer.get(), 0, VK_WHOLE_SIZE, value);
}

class FixtureTest : public VulkanTest {};

struct Kind {
  const char* name;
  TestDeviceOptions options;
};

void PrintTo(const Kind& kind, std::ostream* out) { *out << kind.name; }

class DeviceKindTest : public VulkanTest, public ::testing::WithParamInterface<Kind> {};

TEST_P(DeviceKindTest, Works) {
  const TestDeviceOptions& options = GetParam().options;
  if (!useDevice(options)) return;
  const HostBuffer buffer(device(), 64, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  device().submit([&](VkCommandBuffer command_buffer) { fill(command_buffer, buffer, 7); });
  EXPECT_EQ(buffer.as<uint32_t>()[15], 7u);

  const auto has = [&](const char* name) { return vkGetDeviceProcAddr(device().device, name) != nullptr; };
  EXPECT_EQ(has("vkCmdPipelineBarrier2KHR"), options.synchronization2 == Synchronization2::Extension);
  EXPECT_TRUE(has("vkCmdPipelineBarrier2") || options.api_version < VK_API_VERSION_1_3);
  EXPECT_TRUE(options.storage_16bit || !device().storage_16bit);
  EXPECT_TRUE((options.storage_16bit && options.shader_float16) || !device().half_precision);
  if (!options.timeline_semaphore) return;
  const Timeline timeline(device());
  timeline.signal(3);
  EXPECT_EQ(timeline.value(), 3u);
}

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const auto& [name, version] : {std::pair{"Plain11", VK_API_VERSION_1_1}, std::pair{"Plain12", VK_API_VERSION_1_2},
                                      std::pair{"Plain13", VK_API_VERSION_1_3}}) {
    all.push_back({name, TestDeviceOptions::plain(version)});
  }
  TestDeviceOptions options;
  all.push_back({"All13", options});
  options.synchronization2 = Synchronization2::Extension;
  all.push_back({"Extension13", options});
  options.api_version = VK_API_VERSION_1_2;
  all.push_back({"Extension12", options});
  options.api_version = VK_API_VERSION_1_1;
  all.push_back({"Extensions11", options});
  options.shader_float16 = false;
  all.push_back({"Storage16Alone", options});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Kinds, DeviceKindTest, ::testing::ValuesIn(kinds()),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_F(FixtureTest, AnUnknownExtensionSkipsByName) {
  std::string why_not;
  TestDeviceOptions options;
  options.extensions = {"VK_IMPASTO_no_such_extension"};
  EXPECT_EQ(TestDevice::create(why_not, options), nullptr);
  EXPECT_NE(why_not.find("has no VK_IMPASTO_no_such_extension"), std::string::npos) << why_not;
}

TEST_F(FixtureTest, AMessageOfTheLayersIsSeen) {
  VkBufferCreateInfo info{VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO};  // of no bytes
  info.usage = VK_BUFFER_USAGE_TRANSFER_DST_BIT;
  VkBuffer buffer = VK_NULL_HANDLE;
  if (vkCreateBuffer(device().device, &info, nullptr, &buffer) == VK_SUCCESS) {
    vkDestroyBuffer(device().device, buffer, nullptr);
  }
  EXPECT_EQ(TestDevice::takeMessages().empty(), !device().validation);
}

TEST_F(FixtureTest, FramesInFlightRunWhenTheyAreLetGo) {
  const HostBuffer first(device(), 64, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  const HostBuffer second(device(), 64, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  first.as<uint32_t>()[0] = second.as<uint32_t>()[0] = 1;
  const Timeline gate(device()), progress(device());
  const auto held = device().submitAsync([&](VkCommandBuffer c) { fill(c, first, 2); }, {&gate, 1, &progress, 1});
  const auto behind = device().submitAsync([&](VkCommandBuffer c) { fill(c, second, 3); }, {&gate, 2, &progress, 2});
  EXPECT_FALSE(held->done());
  EXPECT_FALSE(behind->done());
  EXPECT_EQ(first.as<uint32_t>()[0], 1u);

  gate.signal(1);
  held->wait();
  EXPECT_EQ(first.as<uint32_t>()[0], 2u);
  EXPECT_TRUE(progress.wait(1));
  EXPECT_FALSE(behind->done());
  EXPECT_EQ(second.as<uint32_t>()[0], 1u);

  gate.signal(2);
  EXPECT_TRUE(progress.wait(2));
  EXPECT_EQ(second.as<uint32_t>()[0], 3u);
}

TEST_F(FixtureTest, WhatIsStillHeldBackIsLetGoAtTheEnd) {
  const HostBuffer buffer(device(), 64, VK_BUFFER_USAGE_TRANSFER_DST_BIT);
  const Timeline gate(device());
  device().submitAsync([&](VkCommandBuffer c) { fill(c, buffer, 5); }, {&gate, 1});
  EXPECT_EQ(buffer.as<uint32_t>()[0], 5u);
}

}  // namespace
}  // namespace impasto::test
