// The painted frame before, as the GPU's pass gives it to the generator: against the reference on moving pictures, and
// where it must be forgotten.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "api/moving_scene.h"

namespace impasto::test {
namespace {

// What the generator is given: its colours where validity is 1, and validity itself.
Style makeShowHistoryStyle() {
  Graph graph;
  graph.output = addConv(graph, addInput(graph, InputKind::History), 3, 1);
  const uint32_t color = addInput(graph, InputKind::Color);
  graph.output = addOp(graph, OpType::Add, {graph.output, addConv(graph, color, 3, 1)});
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  // red: a quarter of the history's red, green: half the validity; and the frame's colour / 2 in blue.
  style.weights.begin()->second = {{0.25f, 0, 0, 0, 0, 0, 0, 0.5f, 0, 0, 0, 0}, {0, 0, 0}};
  style.weights.rbegin()->second = {{0.5f, 0, 0, 0, 0, 0, 0, 0, 0.5f}, {0, 0, 0}};
  return style;
}

PainterRequest exactRequest(uint32_t width, uint32_t height, uint32_t layers = 1) {
  PainterRequest request{width, height, {}};
  request.settings.layers = layers;
  request.settings.input_format = request.settings.output_format = kExact;
  return request;
}

using Change = std::function<void(ImpastoFrame&)>;
const Change kNoChange = [](ImpastoFrame&) {};

// A sequence of scenes: where each comes from is the one before it.
struct Step {
  MovingScene scene;
  Change change = kNoChange;
};

double meanDifference(const Pixels& a, const Pixels& b) {
  double sum = 0;
  for (size_t i = 0; i < a.rgba.size(); ++i) {
    sum += std::abs(static_cast<double>(a.rgba[i]) - static_cast<double>(b.rgba[i]));
  }
  return sum / static_cast<double>(a.rgba.size());
}

// fp32: the same sums in another order: 1e-5. fp16: four tensors are rounded by 2^-12 of values below 1, and what was
// wrong is carried on by 0.73 of the history at most: 4 * 2^-12 / (1 - 0.73). A GPU that fuses multiplications and
// additions may snap a position to the next 1/256 of a texel now and then: that moves the history by 1/256 of a step
// between texels, and validity where it is steepest by some hundredths.
void expectClose(const Pixels& painted, const Pixels& expected, bool half) {
  const double tolerance = half ? 4e-3 : 1e-5;
  size_t beyond = 0;
  for (size_t i = 0; i < painted.rgba.size(); ++i) {
    const double difference = std::abs(static_cast<double>(painted.rgba[i]) - static_cast<double>(expected.rgba[i]));
    beyond += difference > tolerance;
    ASSERT_LE(difference, 0.02) << "value " << i;
  }
  EXPECT_LE(beyond, painted.rgba.size() / 100) << "values that differ by more than " << tolerance;
}

std::vector<Step> moving(const std::function<void(MovingScene&)>& move, uint32_t frames = 6) {
  std::vector<Step> steps;
  MovingScene scene;
  for (uint32_t i = 0; i < frames; ++i) {
    steps.push_back({scene});
    move(scene);
  }
  return steps;
}

std::vector<Step> panning() {
  return moving([](MovingScene& s) {
    s.camera.x += 1.7f;
    s.camera.y -= 0.6f;
    s.disc[0] += 3.1f;
  });
}

class HistoryTest : public VulkanTest {
 protected:
  // Paints all steps; returns what each output holds.
  std::vector<Pixels> paint(PainterRunner& runner, const std::vector<Step>& steps) {
    std::vector<Pixels> outputs;
    for (size_t i = 0; i < steps.size(); ++i) {
      const SceneImages images(device(), {steps[i].scene.draw(steps[i > 0 ? i - 1 : 0].scene)});
      ImpastoFrame frame = images.frame();
      steps[i].change(frame);
      runner.paint(frame);
      outputs.push_back(images.output->downloadPixels());
    }
    return outputs;
  }
  std::vector<Pixels> paint(const Style& style, const std::vector<Step>& steps) {
    PainterRunner runner(device(), style, exactRequest(40, 28));
    return paint(runner, steps);
  }
};

// ---- against the reference

struct Sequence {
  const char* name;
  std::vector<Step> (*steps)();
};

std::ostream& operator<<(std::ostream& out, const Sequence& s) { return out << s.name; }

class HistorySequences : public HistoryTest, public testing::WithParamInterface<std::tuple<Sequence, bool>> {};

TEST_P(HistorySequences, EqualTheReference) {
  const auto& [sequence, half] = GetParam();
  if (half && !device().storage_16bit) GTEST_SKIP() << "the device has no 16-bit storage";
  for (const Style& style : {makeBlendStyle(), makeShowHistoryStyle()}) {
    const PainterRequest request = exactRequest(40, 28);
    PainterOptions options;
    options.half = half;
    PainterRunner runner(device(), style, request, options);
    const std::vector<Step> steps = sequence.steps();
    const std::vector<Pixels> painted = paint(runner, steps);
    PassReference reference(style, request.settings);
    double used = 0;
    for (size_t i = 0; i < steps.size(); ++i) {
      LayerInputs inputs = steps[i].scene.draw(steps[i > 0 ? i - 1 : 0].scene);
      const SceneImages any(device(), {inputs});
      ImpastoFrame frame = any.frame();
      steps[i].change(frame);
      if (frame.depth.image == VK_NULL_HANDLE) inputs.depth = Pixels();
      const Pixels expected = reference.paint(readFrame(request.settings, 40, 28, frame), inputs);
      expectClose(painted[i], expected, half);
      const size_t pixels = reference.history().data.size() / 4;
      for (size_t v = 0; v < pixels; ++v) {
        used += static_cast<double>(reference.history().data[3 * pixels + v]) / static_cast<double>(pixels);
      }
    }
    EXPECT_GT(used / static_cast<double>(steps.size()), 0.3) << "the history is hardly used: no test";
  }
}

INSTANTIATE_TEST_SUITE_P(
    , HistorySequences,
    testing::Combine(
        testing::Values(Sequence{"Panning", panning},
                        Sequence{"Rotating",
                                 [] {
                                   return moving([](MovingScene& s) {
                                     s.camera.angle += 0.07f;
                                     s.disc[1] += 1.3f;
                                   });
                                 }},
                        Sequence{"ZoomingIn", [] { return moving([](MovingScene& s) { s.camera.scale *= 0.93f; }); }},
                        Sequence{"ZoomingOut", [] { return moving([](MovingScene& s) { s.camera.scale *= 1.08f; }); }},
                        Sequence{"CutInTheMiddle",
                                 [] {
                                   std::vector<Step> steps = panning();
                                   for (size_t i = 3; i < steps.size(); ++i) steps[i].scene.seed = 5;
                                   steps[3].change = [](ImpastoFrame& f) { f.reset = VK_TRUE; };
                                   return steps;
                                 }},
                        Sequence{"DepthComesAndGoes",
                                 [] {
                                   std::vector<Step> steps = panning();
                                   for (const size_t i : {1, 4, 5}) {
                                     steps[i].change = [](ImpastoFrame& f) { f.depth = {}; };
                                   }
                                   return steps;
                                 }},
                        Sequence{"ChangingExtent",
                                 [] {
                                   std::vector<Step> steps = panning();
                                   for (size_t i = 0; i < steps.size(); ++i) {
                                     const uint32_t width = 40 - 5 * static_cast<uint32_t>(i % 3);
                                     const uint32_t height = 28 - 3 * static_cast<uint32_t>(i % 2);
                                     steps[i].scene.width = width;
                                     steps[i].scene.height = height;
                                     steps[i].change = [=](ImpastoFrame& f) {
                                       f.width = width;
                                       f.height = height;
                                     };
                                   }
                                   return steps;
                                 }},
                        Sequence{"JitterTemporalWeightAndUvMotion",
                                 [] {
                                   std::vector<Step> steps = panning();
                                   static ImpastoControls controls;
                                   impastoDefaultControls(&controls);
                                   controls.temporal_weight = 0.8f;
                                   for (size_t i = 0; i < steps.size(); ++i) {
                                     steps[i].change = [=](ImpastoFrame& f) {
                                       f.jitter[0] = 0.25f * static_cast<float>(i % 3);
                                       f.motion_scale[0] = f.motion_scale[1] = 0.5f;  // as if it came in half pixels
                                       f.controls = &controls;
                                     };
                                   }
                                   return steps;
                                 }}),
        testing::Bool()),
    [](const auto& test) {
      return std::string(std::get<0>(test.param).name) + (std::get<1>(test.param) ? "Fp16" : "Fp32");
    });

// A camera that turns and walks, with matrices: the pass's validity is the reference's.
TEST_F(HistoryTest, CamerasTellWhatWasUncovered) {
  const Style style = makeShowHistoryStyle();
  const PainterRequest request = exactRequest(24, 16);
  PainterRunner runner(device(), style, request);
  PassReference reference(style, request.settings);
  double changed = 0;
  for (int i = 0; i < 2; ++i) {
    LayerInputs inputs;
    inputs.color = inputs.depth = inputs.motion = Pixels(24, 16);
    for (size_t k = 0; k < inputs.color.rgba.size(); k += 4) {
      inputs.color.rgba[k] = inputs.color.rgba[k + 1] = inputs.color.rgba[k + 2] = 0.5f;
      inputs.depth.rgba[k] = i == 0 ? 5.0f : 4.0f;  // a wall, one metre nearer than before
    }
    const SceneImages images(device(), {inputs});
    for (const bool matrices : {false, true}) {
      if (i == 0 && !matrices) continue;
      ImpastoFrame frame = images.frame();
      if (matrices) {
        for (const int diagonal : {0, 5, 10, 15}) frame.view[diagonal] = 1.0f;
        frame.view[14] = i == 0 ? 0.0f : 1.0f;  // the eye has moved a metre towards -z
        frame.projection[0] = 1.0f;
        frame.projection[5] = -1.5f;
        frame.projection[11] = -1.0f;
        frame.projection[14] = 0.1f;
      }
      if (i == 1 && !matrices) {  // a frame that is given up, to look at
        runner.begin(frame, true);
        continue;
      }
      runner.paint(frame);
      const Pixels expected = reference.paint(readFrame(request.settings, 24, 16, frame), inputs);
      const Pixels painted = images.output->downloadPixels();
      expectClose(painted, expected, device().storage_16bit);
      if (i == 1) changed = static_cast<double>(painted.at(12, 8, 1));
    }
  }
  EXPECT_NEAR(changed, 0.5, 1e-3) << "the wall is the same wall: valid";
}

// ---- what must be exactly so

TEST_F(HistoryTest, AStillCameraGivesEqualFrames) {
  const std::vector<Pixels> painted = paint(makeBlendStyle(), moving([](MovingScene&) {}, 5));
  for (size_t i = 1; i < painted.size(); ++i) EXPECT_EQ(painted[i].rgba, painted[0].rgba) << "frame " << i;
}

// Jittered frames of a still camera, whose motion vectors hold the difference of the jitter: nothing has moved.
TEST_F(HistoryTest, JitterInMotionVectorsIsTakenOut) {
  PainterRequest request = exactRequest(40, 28);
  request.settings.motion_jittered = true;
  PainterRunner runner(device(), makeBlendStyle(), request);
  const float jitter[][2] = {{0.375f, -0.25f}, {-0.125f, 0.5f}, {0.25f, 0.0f}};
  std::vector<Pixels> painted;
  for (size_t i = 0; i < 3; ++i) {
    LayerInputs inputs = MovingScene().draw(MovingScene());
    for (size_t k = 0; i > 0 && k < inputs.motion.rgba.size(); k += 4) {
      for (size_t c = 0; c < 2; ++c) inputs.motion.rgba[k + c] = jitter[i - 1][c] - jitter[i][c];
    }
    const SceneImages images(device(), {inputs});
    ImpastoFrame frame = images.frame();
    std::copy(jitter[i], jitter[i] + 2, frame.jitter);
    runner.paint(frame);
    painted.push_back(images.output->downloadPixels());
    EXPECT_EQ(painted[i].rgba, painted[0].rgba) << "frame " << i;
  }
}

// Frames that lie anywhere in larger images, whose other pixels are no numbers.
TEST_F(HistoryTest, OffsetsMoveNothing) {
  const std::vector<Step> steps = panning();
  const std::vector<Pixels> expected = paint(makeShowHistoryStyle(), steps);
  PainterRunner runner(device(), makeShowHistoryStyle(), exactRequest(40, 28));
  for (size_t i = 0; i < steps.size(); ++i) {
    LayerInputs inputs = steps[i].scene.draw(steps[i > 0 ? i - 1 : 0].scene);
    inputs.color = framed(inputs.color, 50, 40, 3, 12, NAN);
    inputs.depth = framed(inputs.depth, 50, 40, 10, 1, NAN);
    inputs.motion = framed(inputs.motion, 50, 40, 0, 7, NAN);
    const SceneImages images(device(), {inputs});
    ImpastoFrame frame = images.frame();
    frame.color_offset = {3, 12};
    frame.depth_offset = {10, 1};
    frame.motion_offset = {0, 7};
    frame.output_offset = {10, 12};
    runner.paint(frame);
    const Pixels painted = images.output->downloadPixels();
    for (uint32_t y = 0; y < 28; ++y) {
      for (uint32_t x = 0; x < 40; ++x) {
        ASSERT_EQ(painted.at(x + 10, y + 12, 0), expected[i].at(x, y, 0)) << x << ", " << y << " of frame " << i;
        ASSERT_EQ(painted.at(x + 10, y + 12, 1), expected[i].at(x, y, 1)) << x << ", " << y << " of frame " << i;
      }
    }
  }
}

// What a frame looks like without any history: as painted by a new painter.
class ForgettingCases : public HistoryTest, public testing::WithParamInterface<std::pair<const char*, Change>> {};

TEST_F(HistoryTest, ItIsThereToBeForgotten) {
  const std::vector<Step> steps = panning();
  const Pixels alone = paint(makeBlendStyle(), {steps[2]}).back();
  EXPECT_GT(meanDifference(paint(makeBlendStyle(), {steps[0], steps[1], steps[2]}).back(), alone), 0.005);
}

TEST_P(ForgettingCases, TheNextFrameIsLikeAFirstOne) {
  std::vector<Step> steps = panning();
  steps.resize(3);
  const Pixels alone = paint(makeBlendStyle(), {steps[2]}).back();
  steps[2].change = GetParam().second;
  EXPECT_EQ(paint(makeBlendStyle(), steps).back().rgba, alone.rgba);
}

ImpastoControls controlsWith(float ImpastoControls::*member, float value) {
  ImpastoControls controls;
  impastoDefaultControls(&controls);
  controls.*member = value;
  return controls;
}
const ImpastoControls kAnew = controlsWith(&ImpastoControls::temporal_weight, 0.0f);
const ImpastoControls kUnpainted = controlsWith(&ImpastoControls::strength, 0.0f);

INSTANTIATE_TEST_SUITE_P(
    , ForgettingCases,
    testing::Values(std::pair<const char*, Change>{"Reset", [](ImpastoFrame& f) { f.reset = VK_TRUE; }},
                    std::pair<const char*, Change>{"NoMotion", [](ImpastoFrame& f) { f.motion = {}; }},
                    std::pair<const char*, Change>{"NoTemporalWeight", [](ImpastoFrame& f) { f.controls = &kAnew; }}),
    [](const auto& test) { return test.param.first; });

TEST_F(HistoryTest, AFrameOfStrengthZeroIsForgottenAndForgets) {
  std::vector<Step> steps = panning();
  steps.resize(4);
  steps[2].change = [](ImpastoFrame& f) { f.controls = &kUnpainted; };
  PainterRunner runner(device(), makeBlendStyle(), exactRequest(40, 28));
  const std::vector<Pixels> painted = paint(runner, steps);
  EXPECT_EQ(painted[2].rgba, steps[2].scene.draw(steps[1].scene).color.rgba);
  EXPECT_EQ(painted[3].rgba, paint(makeBlendStyle(), {steps[3]}).back().rgba);
}

TEST_F(HistoryTest, AFrameThatIsGivenUpLeavesNoTrace) {
  const std::vector<Step> steps = panning();
  const std::vector<Pixels> expected = paint(makeBlendStyle(), {steps[0], steps[1], steps[2]});
  for (const bool submit : {false, true}) {
    PainterRunner runner(device(), makeBlendStyle(), exactRequest(40, 28));
    paint(runner, {steps[0], steps[1]});
    MovingScene other = steps[2].scene;
    other.seed = 9;
    const SceneImages abandoned(device(), {other.draw(other)});
    ImpastoFrame frame = abandoned.frame();
    frame.reset = VK_TRUE;
    runner.begin(frame, submit);
    const SceneImages images(device(), {steps[2].scene.draw(steps[1].scene)});
    runner.paint(images.frame());
    EXPECT_EQ(images.output->downloadPixels().rgba, expected[2].rgba) << (submit ? "submitted" : "not submitted");
  }
}

// Two eyes see two pictures that move differently: each is painted as if it were alone.
TEST_F(HistoryTest, LayersHaveAHistoryEach) {
  const std::vector<Step> left = panning();
  std::vector<Step> right = moving([](MovingScene& s) { s.camera.scale *= 0.95f; });
  for (Step& step : right) step.scene.seed = 3;
  const std::vector<Pixels> alone[] = {paint(makeBlendStyle(), left), paint(makeBlendStyle(), right)};
  PainterRunner runner(device(), makeBlendStyle(), exactRequest(40, 28, 2));
  for (size_t i = 0; i < left.size(); ++i) {
    const SceneImages images(device(), {left[i].scene.draw(left[i > 0 ? i - 1 : 0].scene),
                                        right[i].scene.draw(right[i > 0 ? i - 1 : 0].scene)});
    runner.paint(images.frame());
    for (uint32_t layer = 0; layer < 2; ++layer) {
      EXPECT_EQ(images.output->downloadPixels(layer).rgba, alone[layer][i].rgba) << "frame " << i << " layer " << layer;
    }
  }
}

TEST_F(HistoryTest, APreviousFrameTooLongForADescriptorIsNamed) {
  PainterOptions options;
  options.max_storage_buffer_range = 4096;
  try {
    PainterRunner(device(), makeBlendStyle(), exactRequest(40, 28), options);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unsupported);
    EXPECT_NE(std::string(error.what()).find("maxStorageBufferRange"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace impasto::test
