#include "api/pass_fixture.h"

#include <cmath>

namespace impasto::test {
namespace {

// One 1x1 convolution over the concatenation of the colour and `extra`, with the given rows of weights and the bias.
Style makeLinearStyle(const std::vector<InputKind>& extra, std::vector<float> kernel, std::vector<float> bias) {
  Graph graph;
  uint32_t tensor = addInput(graph, InputKind::Color);
  if (!extra.empty()) {
    std::vector<uint32_t> parts = {tensor};
    for (const InputKind kind : extra) parts.push_back(addInput(graph, kind));
    tensor = addOp(graph, OpType::Concat, parts);
  }
  graph.output = addConv(graph, tensor, 3, 1);
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  style.weights.begin()->second = {std::move(kernel), std::move(bias)};
  style.provenance.title = "Linear";
  style.provenance.painter = "Nobody";
  return style;
}

// Of painted = offset + slope * source.
float meanError(const Pixels& source, const Pixels& painted, float slope, float offset) {
  double sum = 0;
  for (size_t i = 0; i < source.rgba.size(); ++i) {
    if (i % 4 != 3) sum += std::abs(painted.rgba[i] - (offset + slope * source.rgba[i]));
  }
  return static_cast<float>(sum / (static_cast<double>(source.rgba.size()) * 0.75));
}

}  // namespace

Style makeNegativeStyle() { return makeLinearStyle({}, {-1, 0, 0, 0, -1, 0, 0, 0, -1}, {1, 1, 1}); }

Style makeGrayStyle() { return makeLinearStyle({}, std::vector<float>(9, 0.0f), {0.5f, 0.5f, 0.5f}); }

Style makeDepthStyle() {
  return makeLinearStyle({InputKind::Depth}, {0.5f, 0, 0, 0.5f, 0, 1, 0, 0, 0, 0, 1, 0}, {0, 0, 0});
}

Style makeNormalsStyle() {
  return makeLinearStyle({InputKind::Normals}, {0, 0, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0.5f, 0, 0, 0, 0, 0, 0, 0.5f},
                         {0.5f, 0.5f, 0.5f});
}

Style makeHistoryStyle() { return makeLinearStyle({InputKind::History}, std::vector<float>(21, 0.1f), {0, 0, 0}); }

Style makeTintStyle() {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t vector = addInput(graph, InputKind::Style);
  graph.ops[vector].channels = 3;
  // Modulate: x * (1 + g[0..2]) + g[3..5].
  const uint32_t factors = addConv(graph, vector, 6, 1);
  graph.output = addOp(graph, OpType::Modulate, {color, factors});
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  ConvWeights& weights = style.weights.begin()->second;
  weights.kernel.assign(18, 0.0f);
  for (size_t i = 0; i < 3; ++i) weights.kernel[(3 + i) * 3 + i] = 1.0f;
  weights.bias = {-0.5f, -0.5f, -0.5f, 0, 0, 0};
  Painting painting;
  painting.title = "Tint";
  painting.vector.assign(std::begin(kFirstTint), std::end(kFirstTint));
  style.paintings.push_back(std::move(painting));
  return style;
}

// New paint from the 3 x 3 neighbourhood and a texture that stays on the screen, mixed with the history by a learned
// weight: between 0.5 and 0.73 where it is valid.
Style makeBlendStyle() {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t history = addInput(graph, InputKind::History);
  const uint32_t grain = addNoise(graph, 2, 1, 3);
  const uint32_t both = addOp(graph, OpType::Concat, {color, grain});
  const uint32_t paint = addConv(graph, both, 4, 3, 1, Activation::Sigmoid);
  graph.output = addOp(graph, OpType::Blend, {paint, history});
  Random random(11);
  return makeStyle(std::move(graph), random);
}

StylePtr toHandle(const Style& style) {
  const std::vector<std::byte> bytes = writeStyle(style);
  ImpastoStyle handle = nullptr;
  EXPECT_EQ(impastoCreateStyleFromMemory(bytes.data(), bytes.size(), &handle), IMPASTO_SUCCESS)
      << impastoGetLastError();
  return StylePtr(handle);
}

bool isNegative(const Pixels& source, const Pixels& painted) { return meanError(source, painted, -1, 1) < 2.0f / 255.0f; }
bool isGray(const Pixels& source, const Pixels& painted) { return meanError(source, painted, 0, 0.5f) < 2.0f / 255.0f; }

ImpastoImage toFrameImage(const TestImage& image) { return {image.get(), image.view(), image.layout()}; }

ImpastoContextInfo PassTest::contextInfo() const {
  auto info = sized<ImpastoContextInfo>();
  info.instance = device().instance;
  info.physical_device = device().physical_device;
  info.device = device().device;
  info.get_instance_proc_addr = vkGetInstanceProcAddr;
  info.queue_family_index = device().queue_family;
  info.half_precision = device().storage_16bit;
  info.cooperative_matrix = device().cooperative_matrix;
  const TestDeviceOptions& options = device().options;
  info.api_version = options.api_version;
  info.synchronization2 = options.synchronization2 != TestDeviceOptions::Synchronization2::Off;
  info.write_without_format = options.write_without_format;
  info.timeline_semaphore = options.timeline_semaphore;
  info.debug_utils = device().validation;
  return info;
}

ContextPtr PassTest::makeContext(const ImpastoContextInfo& info) {
  ImpastoContext context = nullptr;
  EXPECT_EQ(impastoCreateContext(&info, &context), IMPASTO_SUCCESS) << impastoGetLastError();
  return ContextPtr(context);
}

ImpastoPassInfo PassTest::passInfo(ImpastoContext context, ImpastoStyle style, const PassSettings& settings) {
  auto info = sized<ImpastoPassInfo>();
  info.context = context;
  info.style = style;
  info.width = settings.width;
  info.height = settings.height;
  info.input_format = settings.input_format;
  info.input_encoding = settings.input_encoding;
  info.output_format = settings.output_format;
  info.output_encoding = settings.output_encoding;
  info.frames_in_flight = settings.frames_in_flight;
  return info;
}

PassPtr PassTest::makePass(ImpastoContext context, ImpastoStyle style, const PassSettings& settings) {
  const ImpastoPassInfo info = passInfo(context, style, settings);
  ImpastoPass pass = nullptr;
  EXPECT_EQ(impastoCreatePass(&info, &pass), IMPASTO_SUCCESS) << impastoGetLastError();
  return PassPtr(pass);
}

void PassTest::recordFrame(ImpastoPass pass, VkCommandBuffer command_buffer, const ImpastoFrame& frame) {
  EXPECT_EQ(impastoCmdRecordInputs(pass, command_buffer, &frame), IMPASTO_SUCCESS) << impastoGetLastError();
  auto execute = sized<ImpastoExecuteInfo>();
  execute.frame_index = frame.frame_index;
  EXPECT_EQ(impastoExecute(pass, &execute), IMPASTO_SUCCESS) << impastoGetLastError();
  EXPECT_EQ(impastoCmdRecordOutputs(pass, command_buffer, &frame), IMPASTO_SUCCESS) << impastoGetLastError();
}

void PassTest::paintFrame(ImpastoPass pass, const ImpastoFrame& frame) {
  device().submit([&](VkCommandBuffer command_buffer) { recordFrame(pass, command_buffer, frame); });
}

FrameImages::FrameImages(const TestDevice& device, const PassSettings& settings, const Pixels& pixels)
    : color(device, settings.input_format, settings.width, settings.height, VK_IMAGE_USAGE_SAMPLED_BIT),
      output(device, settings.output_format, settings.width, settings.height, VK_IMAGE_USAGE_STORAGE_BIT) {
  color.upload(pixels, VK_IMAGE_LAYOUT_SHADER_READ_ONLY_OPTIMAL);
  output.upload(Pixels(settings.width, settings.height), VK_IMAGE_LAYOUT_GENERAL);
}

ImpastoFrame FrameImages::frame(uint32_t frame_index) const {
  auto frame = sized<ImpastoFrame>();
  frame.frame_index = frame_index;
  frame.color = toFrameImage(color);
  frame.output = toFrameImage(output);
  return frame;
}

}  // namespace impasto::test
