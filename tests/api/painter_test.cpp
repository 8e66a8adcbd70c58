// What a painter tells about itself, and that it asks for no more than it says.
#include "pass/painter.h"

#include <gtest/gtest.h>

#include "api/injected_vulkan.h"
#include "api/painter_fixture.h"
#include "api/pretended_memory.h"
#include "pass/constants_buffer.h"
#include "pass/pass_shaders.h"
#include "pass/stage_timer.h"

namespace impasto::test {
namespace {

// A style of all that the pass can keep for one: history, depth, normals.
Style makeAllInputsStyle(bool optional) {
  Graph graph;
  std::vector<uint32_t> parts;
  for (const InputKind kind : {InputKind::Color, InputKind::Depth, InputKind::Normals, InputKind::History}) {
    parts.push_back(addInput(graph, kind));
    graph.ops.back().optional = optional && (kind == InputKind::Depth || kind == InputKind::Normals);
  }
  graph.output = addConv(graph, addOp(graph, OpType::Concat, parts), 3, 3);
  Random random(2);
  return makeStyle(std::move(graph), random);
}

class PainterTest : public VulkanTest {
 protected:
  struct Images {
    Images(const TestDevice& device, uint32_t width, uint32_t height)
        : color(device, VK_FORMAT_R8G8B8A8_UNORM, width, height, VK_IMAGE_USAGE_SAMPLED_BIT),
          output(device, VK_FORMAT_R8G8B8A8_UNORM, width, height, VK_IMAGE_USAGE_STORAGE_BIT) {
      color.upload(makePixels(width, height, 1), VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
      output.upload(Pixels(width, height), VK_IMAGE_LAYOUT_GENERAL);
    }
    ImpastoFrame frame() const {
      auto frame = sized<ImpastoFrame>();
      frame.color = toFrameImage(color);
      frame.output = toFrameImage(output);
      return frame;
    }
    TestImage color, output;
  };

  static PainterRequest request(uint32_t width, uint32_t height) {
    PainterRequest made{width, height, {}};
    made.settings.input_format = made.settings.output_format = VK_FORMAT_R8G8B8A8_UNORM;
    return made;
  }
};

TEST_F(PainterTest, MemoryIsPredicted) {
  for (const Style& style : {makeSmallStyle(3), makeAllInputsStyle(true)}) {
    for (const uint32_t layers : {1u, 2u}) {
      PainterRequest made = request(67, 45);
      made.settings.layers = layers;
      made.settings.frames_in_flight = 3;
      PainterRunner runner(device(), style, made);
      const MemoryUse predicted = Painter::predictMemory(runner.device(), runner.backend(), style, made);
      const MemoryUse use = runner.painter().memoryUse();
      EXPECT_EQ(predicted.scratch, use.scratch);
      // Weights that the host cannot map are there twice at first.
      EXPECT_GE(use.own, predicted.own);
      if (!runner.device().stage_weights) {
        EXPECT_LE(use.own, predicted.own + parameterCount(style) * 8);
      }
      // History: two frames of painted quads and of plain texels for each layer.
      if (style.graph.wants(InputKind::History)) {
        EXPECT_GT(use.own, VkDeviceSize{layers} * 2 * 67 * 45 * (8 + 8));
      }
    }
  }
}

TEST_F(PainterTest, NeedsAreCheckedAndOptionalInputsAreNot) {
  const Images images(device(), 16, 8);
  PainterRunner strict(device(), makeAllInputsStyle(false), request(16, 8));
  EXPECT_TRUE(strict.painter().needs(InputKind::Depth) && strict.painter().needs(InputKind::Normals));
  ImpastoFrame frame = images.frame();
  EXPECT_THROW(strict.paint(frame), Error);
  frame.depth = toFrameImage(images.color);
  EXPECT_THROW(strict.paint(frame), Error);
  frame.normals = toFrameImage(images.color);
  strict.paint(frame);

  PainterRunner lenient(device(), makeAllInputsStyle(true), request(16, 8));
  EXPECT_TRUE(lenient.painter().wants(InputKind::Depth) && !lenient.painter().needs(InputKind::Depth));
  lenient.paint(images.frame());
}

TEST_F(PainterTest, StageTimesAreThoseOfAFrameThatIsDone) {
  PainterRequest made = request(96, 64);
  made.settings.frames_in_flight = 2;
  PainterRunner runner(device(), makeSmallStyle(3), made);
  const Images images(device(), 96, 64);
  StageTimer timer(runner.device(), 2);
  ImpastoFrame frame = images.frame();
  runner.paint(frame, &timer);
  frame.frame_index = 1;
  runner.paint(frame, &timer);
  EXPECT_FALSE(timer.latest().has_value()) << "no slot has recurred";
  frame.frame_index = 0;
  runner.paint(frame, &timer);
  ASSERT_TRUE(timer.latest().has_value());
  EXPECT_GT(timer.latest()->inputs, 0.0f);
  EXPECT_GT(timer.latest()->generator, timer.latest()->inputs) << "a generator takes longer than packing for it";
  EXPECT_GT(timer.latest()->outputs, 0.0f);
  EXPECT_LT(timer.latest()->generator, 60e3f);

  // A frame of strength 0 has no generator; one that was begun and given up has no times.
  ImpastoControls controls;
  impastoDefaultControls(&controls);
  controls.strength = 0;
  frame.controls = &controls;
  runner.paint(frame, &timer);
  const float before = timer.latest()->generator;
  EXPECT_GT(before, 0.0f);
  runner.paint(frame, &timer);
  EXPECT_EQ(timer.latest()->generator, 0.0f);
  EXPECT_EQ(timer.latest()->inputs, 0.0f);
}

// A host of Vulkan 1.1 that has enabled nothing: barriers of the first kind, fp32 tensors, outputs of known format.
TEST_F(PainterTest, Vulkan11WithNothingEnabledIsEnough) {
  const Style style = makeAllInputsStyle(true);
  PainterOptions options;
  options.half = options.write_without_format = false;
  std::vector<uint8_t> expected;
  {
    const Images images(device(), 33, 17);
    PainterRunner(device(), style, request(33, 17), options).paint(images.frame());
    expected = images.output.download();
  }
  if (!useDevice(TestDeviceOptions::plain(VK_API_VERSION_1_1))) return;
  const Images images(device(), 33, 17);
  PainterRunner runner(device(), style, request(33, 17), options);
  EXPECT_EQ(runner.device().vk.CmdPipelineBarrier2, nullptr);
  ImpastoFrame frame = images.frame();
  frame.motion = toFrameImage(images.color);
  runner.paint(frame);
  EXPECT_EQ(images.output.download(), expected);
  runner.paint(frame);
}

// Mapped memory that is not coherent: each region is flushed when it is written, in ranges that the layers agree to.
TEST_F(PainterTest, FrameConstantsAreFlushedWhereMemoryIsNotCoherent) {
  InjectedVulkan::reset();
  {
    const vulkan::VulkanDevice usual(InjectedVulkan::getInstanceProcAddr, device().instance, device().physical_device,
                                     device().device, device().queue_family, {});
    ConstantsBuffer coherent(usual, 3);
    InjectedVulkan::failCall(InjectedVulkan::creatingCalls(), VK_ERROR_OUT_OF_HOST_MEMORY);
    coherent.write(1, {});
    EXPECT_FALSE(InjectedVulkan::failed());
  }
  InjectedVulkan::reset();
  PretendedMemory::pretend({PretendedMemory::kDeviceLocal, VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT});
  {
    const vulkan::VulkanDevice incoherent(InjectedVulkan::getInstanceProcAddr, device().instance,
                                          device().physical_device, device().device, device().queue_family, {});
    ConstantsBuffer buffer(incoherent, 3);
    for (uint32_t region = 0; region < 3; ++region) buffer.write(region, {});
    InjectedVulkan::failCall(InjectedVulkan::creatingCalls(), VK_ERROR_OUT_OF_HOST_MEMORY);
    EXPECT_THROW(buffer.write(1, {}), Error);
    EXPECT_EQ(InjectedVulkan::failedCall(), "vkFlushMappedMemoryRanges");
  }
  InjectedVulkan::reset();
}

// What the SPIR-V declares: of Vulkan 1.1, and no arithmetic in 16 bits.
TEST(PassShaders, NeedVulkan11And16BitStorageAtMost) {
  constexpr uint32_t kVersion13 = 0x00010300, kOpCapability = 17;
  constexpr uint32_t kShader = 1, kStorageImageWriteWithoutFormat = 56, kStorageBuffer16BitAccess = 4433;
  for (const bool half : {false, true}) {
    for (const bool layered : {false, true}) {
      const ShaderVariant variant{half, layered};
      std::vector<std::pair<Spirv, bool>> shaders;  // and whether it writes to a target of any format
      for (const Spirv code : {packShader(variant), packGlobalShader(variant), keepShader(variant),
                               reprojectShader(variant), highPassShader(variant)}) {
        shaders.emplace_back(code, false);
      }
      for (const TargetFormat target :
           {TargetFormat::Any, TargetFormat::Rgba8, TargetFormat::Rgba16f, TargetFormat::Rgba32f}) {
        shaders.emplace_back(compositeShader(variant, target), target == TargetFormat::Any);
      }
      for (const auto& [code, any_format] : shaders) {
        EXPECT_LE(code[1], kVersion13);
        size_t capabilities = 0;
        for (size_t i = 5; i < code.size() && (code[i] & 0xFFFFu) == kOpCapability; i += code[i] >> 16) {
          ++capabilities;
          const uint32_t capability = code[i + 1];
          EXPECT_TRUE(capability == kShader || (half && capability == kStorageBuffer16BitAccess) ||
                      (any_format && capability == kStorageImageWriteWithoutFormat))
              << "capability " << capability;
        }
        EXPECT_GT(capabilities, 0u);
      }
    }
  }
}

}  // namespace
}  // namespace impasto::test
