// Passes that live: resized, restyled from another thread, several at once, many frames in flight, released in any
// order.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "api/pass_fixture.h"

namespace impasto::test {
namespace {

class LifetimeTest : public PassTest {
 protected:
  static uint64_t memoryUsage(ImpastoPass pass) {
    uint64_t bytes = 0;
    EXPECT_EQ(impastoPassGetMemoryUsage(pass, &bytes), IMPASTO_SUCCESS);
    return bytes;
  }
};

TEST_F(LifetimeTest, AnObjectLivesWhileAnotherUsesIt) {
  ContextPtr context = makeContext();
  StylePtr style = toHandle(makeNegativeStyle());
  PassPtr pass = makePass(context.get(), style.get());
  context.reset();
  style.reset();
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  paintFrame(pass.get(), images.frame());
  EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
  impastoRetainPass(pass.get());
  impastoReleasePass(pass.get());
  paintFrame(pass.get(), images.frame());
}

TEST_F(LifetimeTest, ResizedPassPaintsTheNewExtent) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  const uint64_t small = memoryUsage(pass.get());
  EXPECT_GT(small, 0u);
  for (const auto& [width, height] : {std::pair{64u, 40u}, {1u, 1u}, {7u, 300u}, {16u, 8u}}) {
    ASSERT_EQ(impastoPassResize(pass.get(), width, height), IMPASTO_SUCCESS) << impastoGetLastError();
    PassSettings settings;
    settings.width = width;
    settings.height = height;
    const Pixels source = makePixels(width, height, width);
    FrameImages images(device(), settings, source);
    paintFrame(pass.get(), images.frame());
    EXPECT_TRUE(isNegative(source, images.output.downloadPixels())) << width << "x" << height;
  }
  EXPECT_EQ(memoryUsage(pass.get()), small);
}

TEST_F(LifetimeTest, ResizeForgetsWhatWasRecorded) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const PassPtr pass = makePass(context.get(), style.get());
  FrameImages images(device(), {}, makePixels(16, 8, 1));
  const ImpastoFrame frame = images.frame();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
  });
  ASSERT_EQ(impastoPassResize(pass.get(), 8, 8), IMPASTO_SUCCESS);
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame), IMPASTO_ERROR_INVALID_ARGUMENT);
  });
}

TEST_F(LifetimeTest, ANewStyleIsUsedByTheNextFrameAndTheOldOneIsFreed) {
  const ContextPtr context = makeContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  const PassPtr pass = makePass(context.get(), negative.get());
  const uint64_t one = memoryUsage(pass.get());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  paintFrame(pass.get(), images.frame(0));
  paintFrame(pass.get(), images.frame(1));
  ASSERT_EQ(impastoPassSetStyle(pass.get(), gray.get()), IMPASTO_SUCCESS) << impastoGetLastError();
  auto memory = sized<ImpastoMemory>();
  const ImpastoPassInfo info = passInfo(context.get(), gray.get());
  ASSERT_EQ(impastoQueryMemory(&info, &memory), IMPASTO_SUCCESS);
  EXPECT_GT(memory.scratch_bytes, 0u);
  const uint64_t both = one + memory.pass_bytes;  // they share their scratch memory
  EXPECT_EQ(memoryUsage(pass.get()), both);
  paintFrame(pass.get(), images.frame(0));
  EXPECT_TRUE(isGray(source, images.output.downloadPixels()));
  EXPECT_EQ(memoryUsage(pass.get()), both);  // slot 1 still holds the old one
  paintFrame(pass.get(), images.frame(1));
  EXPECT_EQ(memoryUsage(pass.get()), one);
}

TEST_F(LifetimeTest, AFrameBegunWithTheOldStyleEndsWithIt) {
  const ContextPtr context = makeContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  const PassPtr pass = makePass(context.get(), negative.get());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  const ImpastoFrame frame = images.frame();
  device().submit([&](VkCommandBuffer cmd) {
    EXPECT_EQ(impastoCmdRecordInputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoPassSetStyle(pass.get(), gray.get()), IMPASTO_SUCCESS);
    const auto execute = sized<ImpastoExecuteInfo>();
    EXPECT_EQ(impastoExecute(pass.get(), &execute), IMPASTO_SUCCESS);
    EXPECT_EQ(impastoCmdRecordOutputs(pass.get(), cmd, &frame), IMPASTO_SUCCESS);
  });
  EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));
}

TEST_F(LifetimeTest, ResizeTakesAStyleThatNoFrameHasUsedYet) {
  const ContextPtr context = makeContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  const PassPtr pass = makePass(context.get(), negative.get());
  ASSERT_EQ(impastoPassSetStyle(pass.get(), gray.get()), IMPASTO_SUCCESS);
  ASSERT_EQ(impastoPassResize(pass.get(), 20, 10), IMPASTO_SUCCESS);
  PassSettings settings;
  settings.width = 20;
  settings.height = 10;
  const Pixels source = makePixels(20, 10, 1);
  FrameImages images(device(), settings, source);
  paintFrame(pass.get(), images.frame());
  EXPECT_TRUE(isGray(source, images.output.downloadPixels()));
}

TEST_F(LifetimeTest, StyleSwitchedByAnotherThreadWhileFramesAreRecorded) {
  const ContextPtr context = makeContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  const PassPtr pass = makePass(context.get(), negative.get());
  const uint64_t one = memoryUsage(pass.get());
  const Pixels source = makePixels(16, 8, 1);
  FrameImages images(device(), {}, source);
  std::atomic<bool> done = false;
  std::thread switcher([&] {
    for (int i = 0; i < 24; ++i) {
      EXPECT_EQ(impastoPassSetStyle(pass.get(), (i % 2 ? negative : gray).get()), IMPASTO_SUCCESS)
          << impastoGetLastError();
    }
    done = true;
  });
  uint32_t frames = 0;
  while (!done || frames < 4) {
    paintFrame(pass.get(), images.frame(frames++ % 2));
    const Pixels painted = images.output.downloadPixels();
    ASSERT_TRUE(isNegative(source, painted) || isGray(source, painted)) << "frame " << frames;
  }
  switcher.join();
  paintFrame(pass.get(), images.frame(0));
  paintFrame(pass.get(), images.frame(1));
  EXPECT_TRUE(isNegative(source, images.output.downloadPixels()));  // the last one set
  EXPECT_EQ(memoryUsage(pass.get()), one);
}

// Frames recorded before any of them runs, in one submission, each with images of its own.
TEST_F(LifetimeTest, FramesInFlight) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  PassSettings settings;
  settings.frames_in_flight = 8;
  const PassPtr pass = makePass(context.get(), style.get(), settings);
  std::vector<Pixels> sources;
  std::vector<std::unique_ptr<FrameImages>> images;
  for (uint32_t i = 0; i < 8; ++i) {
    sources.push_back(makePixels(16, 8, 100 + i));
    images.push_back(std::make_unique<FrameImages>(device(), settings, sources.back()));
  }
  for (int round = 0; round < 2; ++round) {
    device().submit([&](VkCommandBuffer cmd) {
      for (uint32_t i = 0; i < 8; ++i) recordFrame(pass.get(), cmd, images[i]->frame(i));
    });
    for (uint32_t i = 0; i < 8; ++i) EXPECT_TRUE(isNegative(sources[i], images[i]->output.downloadPixels()));
  }
}

TEST_F(LifetimeTest, SeveralPassesInOneSubmission) {
  const ContextPtr context = makeContext();
  const StylePtr negative = toHandle(makeNegativeStyle());
  const StylePtr gray = toHandle(makeGrayStyle());
  PassSettings large;
  large.width = 50;
  large.height = 30;
  const PassPtr first = makePass(context.get(), negative.get());
  const PassPtr second = makePass(context.get(), gray.get(), large);
  const PassPtr third = makePass(context.get(), negative.get(), large);
  const Pixels small_source = makePixels(16, 8, 1), large_source = makePixels(50, 30, 2);
  FrameImages first_images(device(), {}, small_source);
  FrameImages second_images(device(), large, large_source), third_images(device(), large, large_source);
  device().submit([&](VkCommandBuffer cmd) {
    recordFrame(first.get(), cmd, first_images.frame());
    recordFrame(second.get(), cmd, second_images.frame());
    recordFrame(third.get(), cmd, third_images.frame());
  });
  EXPECT_TRUE(isNegative(small_source, first_images.output.downloadPixels()));
  EXPECT_TRUE(isGray(large_source, second_images.output.downloadPixels()));
  EXPECT_TRUE(isNegative(large_source, third_images.output.downloadPixels()));
}

TEST_F(LifetimeTest, PassesOfOneContextOnTwoThreads) {
  const ContextPtr context = makeContext();
  const StylePtr style = toHandle(makeNegativeStyle());
  const auto work = [&] {
    for (uint32_t i = 1; i <= 6; ++i) {
      const PassPtr pass = makePass(context.get(), style.get());
      EXPECT_EQ(impastoPassResize(pass.get(), 4 * i, 5), IMPASTO_SUCCESS) << impastoGetLastError();
    }
  };
  std::thread other(work);
  work();
  other.join();
}

}  // namespace
}  // namespace impasto::test
