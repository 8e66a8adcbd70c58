// History through the C ABI: what an engine's frames in flight, style switches and resizes do to it, and the reference
// backend, which paints elsewhere and remembers alike.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "api/moving_scene.h"

namespace impasto::test {
namespace {

const PassSettings kSettings{40, 28, kExact, IMPASTO_COLOR_ENCODING_SRGB, kExact, IMPASTO_COLOR_ENCODING_SRGB, 2};

class HistoryPassTest : public PassTest {
 protected:
  void SetUp() override {
    PassTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    MovingScene scene;
    for (uint32_t i = 0; i < 5; ++i) {
      MovingScene next = scene;
      next.camera.x += i == 0 ? 0.0f : 1.7f;
      next.disc[0] += i == 0 ? 0.0f : 3.1f;
      images_.push_back(std::make_unique<SceneImages>(device(), std::vector<LayerInputs>{next.draw(scene)}));
      scene = next;
    }
  }
  void TearDown() override {
    images_.clear();
    PassTest::TearDown();
  }

  ImpastoFrame frame(uint32_t i) const {
    ImpastoFrame frame = images_[i]->frame();
    frame.frame_index = i % kSettings.frames_in_flight;
    return frame;
  }
  Pixels painted(uint32_t i) const { return images_[i]->output->downloadPixels(); }

  // What frame `i` is when a pass of the same style has painted `first` ... i - 1 before.
  Pixels expected(uint32_t first, uint32_t i) {
    const ContextPtr context = makeContext();
    const StylePtr style = toHandle(makeBlendStyle());
    const PassPtr pass = makePass(context.get(), style.get(), kSettings);
    for (uint32_t k = first; k <= i; ++k) paintFrame(pass.get(), frame(k));
    return painted(i);
  }

  std::vector<std::unique_ptr<SceneImages>> images_;
};

TEST_F(HistoryPassTest, AnotherStyleAndAnotherExtentForget) {
  const Pixels alone = expected(3, 3), with_history = expected(0, 3);
  EXPECT_NE(alone.rgba, with_history.rgba);
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeBlendStyle());
  for (const bool resize : {false, true}) {
    const PassPtr pass = makePass(context.get(), style.get(), kSettings);
    for (uint32_t i = 0; i < 3; ++i) paintFrame(pass.get(), frame(i));
    if (resize) {
      ASSERT_EQ(impastoPassResize(pass.get(), 64, 64), IMPASTO_SUCCESS);
      ASSERT_EQ(impastoPassResize(pass.get(), 40, 28), IMPASTO_SUCCESS);
    } else {
      ASSERT_EQ(impastoPassSetStyle(pass.get(), style.get()), IMPASTO_SUCCESS);
    }
    paintFrame(pass.get(), frame(3));
    EXPECT_EQ(painted(3).rgba, alone.rgba) << (resize ? "resized" : "another style");
  }
}

// Two frames are recorded and submitted while the GPU has not begun the first, then each slot as it comes free.
TEST_F(HistoryPassTest, FramesInFlightArePaintedAsOneByOne) {
  std::vector<Pixels> one_by_one;
  for (uint32_t i = 0; i < 5; ++i) one_by_one.push_back(expected(0, i));
  for (const auto& images : images_) images->output->upload(Pixels(40, 28), VK_IMAGE_LAYOUT_GENERAL);
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeBlendStyle());
  const PassPtr pass = makePass(context.get(), style.get(), kSettings);
  {
    const Timeline gate(device());
    std::vector<std::unique_ptr<Submission>> submissions;
    for (uint32_t i = 0; i < 5; ++i) {
      if (i == 2) {
        EXPECT_FALSE(submissions[0]->done());
        gate.signal(1);
      }
      if (i >= 2) submissions[i - 2]->wait();
      submissions.push_back(device().submitAsync(
          [&](VkCommandBuffer command_buffer) { recordFrame(pass.get(), command_buffer, frame(i)); },
          i < 2 ? SubmitOrder{&gate, 1, nullptr, 0} : SubmitOrder{}));
    }
    for (const auto& submission : submissions) submission->wait();
  }
  for (uint32_t i = 0; i < 5; ++i) EXPECT_EQ(painted(i).rgba, one_by_one[i].rgba) << "frame " << i;
}

// The generator runs on a thread, between inputs and outputs in command buffers of their own; frames of strength 0 too.
// One step after the other: the validation layers of 1.3.239 now and then lose sight of a timeline that a thread waits
// for while another submits.
TEST_F(HistoryPassTest, TheReferenceBackendRemembersAlike) {
  ImpastoContextInfo info = contextInfo();
  info.backend = IMPASTO_BACKEND_REFERENCE;
  info.api_version = VK_API_VERSION_1_3;
  info.synchronization2 = info.write_without_format = info.timeline_semaphore = VK_TRUE;
  ImpastoContext raw = nullptr;
  ASSERT_EQ(impastoCreateContext(&info, &raw), IMPASTO_SUCCESS) << impastoGetLastError();
  const ContextPtr context(raw);
  const StylePtr style = toHandle(makeBlendStyle());
  ImpastoControls unpainted;
  impastoDefaultControls(&unpainted);
  unpainted.strength = 0;
  const auto frameOf = [&](uint32_t i) {
    ImpastoFrame made = frame(i);
    if (i == 2) made.controls = &unpainted;
    return made;
  };
  std::vector<Pixels> by_vulkan;
  {
    const ContextPtr vulkan = makeContext();
    const PassPtr pass = makePass(vulkan.get(), style.get(), kSettings);
    for (uint32_t i = 0; i < 5; ++i) {
      paintFrame(pass.get(), frameOf(i));
      by_vulkan.push_back(painted(i));
    }
  }
  const Timeline inputs(device()), outputs(device());
  const PassPtr pass = makePass(context.get(), style.get(), kSettings);
  for (uint32_t i = 0; i < 5; ++i) {
    const ImpastoFrame made = frameOf(i);
    const auto first = device().submitAsync(
        [&](VkCommandBuffer commands) {
          EXPECT_EQ(impastoCmdRecordInputs(pass.get(), commands, &made), IMPASTO_SUCCESS) << impastoGetLastError();
        },
        SubmitOrder{nullptr, 0, &inputs, i + 1});
    auto execute = sized<ImpastoExecuteInfo>();
    execute.frame_index = made.frame_index;
    execute.wait_semaphore = inputs.get();
    execute.signal_semaphore = outputs.get();
    execute.wait_value = execute.signal_value = i + 1;
    ASSERT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_SUCCESS) << impastoGetLastError();
    const auto second = device().submitAsync(
        [&](VkCommandBuffer commands) {
          EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), commands, &made), IMPASTO_SUCCESS) << impastoGetLastError();
        },
        SubmitOrder{&outputs, i + 1, nullptr, 0});
    second->wait();
    const Pixels by_reference = painted(i);
    for (size_t k = 0; k < by_reference.rgba.size(); ++k) {
      // As in history_test.cpp; the inputs and outputs of the reference are packed as fp16 too.
      ASSERT_NEAR(by_reference.rgba[k], by_vulkan[i].rgba[k], 8e-3f) << "frame " << i << ", value " << k;
    }
  }
}

}  // namespace
}  // namespace impasto::test
