// Tensors longer than a descriptor: a device that pretends to have small limits works in bands and computes the same.
#include "backend/tensor_view.h"
#include "base/error.h"
#include "ops/compare.h"

namespace impasto::test {
namespace {

class BandsTest : public VulkanTest, public ::testing::WithParamInterface<Variant> {};

INSTANTIATE_TEST_SUITE_P(, BandsTest, ::testing::ValuesIn(kVariants), nameOf);

TEST_P(BandsTest, SmallDescriptorsChangeNothing) {
  const auto vulkan_device = makeVariant(device(), GetParam());
  if (vulkan_device == nullptr) GTEST_SKIP() << "the device cannot run " << GetParam().name;
  for (const Style& style : {makeSmallStyle(3), makeRandomStyle(11), makeRandomStyle(12)}) {
    const ReferenceInputs inputs = makeRandomInputs(style.graph, 61, 45, 3);
    vulkan_device->properties.limits.maxStorageBufferRange = 1u << 27;
    const Tensor whole = GeneratorRunner(device(), *vulkan_device, style, 45, 61).run(inputs);
    vulkan_device->properties.limits.maxStorageBufferRange = 40000;
    const Tensor banded = GeneratorRunner(device(), *vulkan_device, style, 45, 61).run(inputs);
    EXPECT_EQ(whole.data, banded.data);
  }
}

TEST_P(BandsTest, TooSmallALimitIsNamed) {
  const auto vulkan_device = makeVariant(device(), GetParam());
  if (vulkan_device == nullptr) GTEST_SKIP() << "the device cannot run " << GetParam().name;
  vulkan_device->properties.limits.maxStorageBufferRange = 64;
  try {
    vulkan::ScratchPool scratch(*vulkan_device);
    vulkan::VulkanGenerator(*vulkan_device, scratch, makeSmallStyle(3), {45, 61});
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
