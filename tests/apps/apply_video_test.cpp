// impasto-apply on videos, from the outside: frames, times, sound, and work that is stopped and taken up again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "media/image_file.h"
#include "media/test_video.h"
#include "media/video/video_reader.h"
#include "media/video/video_writer.h"
#include "process.h"
#include "support/temp_dir.h"
#include "test_pictures.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;
using media::Picture;
using testing::HasSubstr;

constexpr uint32_t kWidth = 64, kHeight = 48;

class ApplyVideo : public testing::Test {
 protected:
  ApplyVideo() { writeStyleFile(makeSmallStyle(11), style_); }

  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {IMPASTO_APPLY, "--style", style_, "--backend", "reference"});
    return arguments;
  }
  ProcessResult apply(std::vector<std::string> arguments) const { return runProcess(command(std::move(arguments))); }
  std::string file(const std::string& name) const { return dir_.file(name); }

  // Frames at uneven times, and sound.
  std::string video(const std::string& name, int frames, uint32_t width = kWidth, uint32_t height = kHeight) const {
    {
      media::VideoWriter writer(file("silent.mp4"), {.width = width, .height = height, .time_base = {1, 1000}});
      for (int i = 0; i < frames; ++i) writer.write(media::makeFrame(width, height, i % 8), i * 40 + (i % 3) * 5);
      writer.finish();
    }
    media::addSound(file("silent.mp4"), file(name), "aac");
    return file(name);
  }
  static std::vector<Picture> framesOf(const std::string& path) {
    media::VideoReader reader(path);
    std::vector<Picture> frames;
    media::Image frame;
    int64_t time = 0;
    while (reader.read(frame, time)) frames.push_back(media::toPicture(frame));
    return frames;
  }

  TempDir dir_;
  std::string style_ = dir_.file("style.safetensors");
};

TEST_F(ApplyVideo, FramesArePaintedTimesAndSoundAreKept) {
  const std::string in = video("in.mp4", 6);
  const auto result = apply({"--in", in, "--out", file("out.mp4"), "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(media::frameTimesOf(file("out.mp4")), media::frameTimesOf(in));
  ASSERT_GT(media::soundOf(in).size(), 10u);
  EXPECT_EQ(media::soundOf(file("out.mp4")), media::soundOf(in));
  const auto plain = framesOf(in), painted = framesOf(file("out.mp4"));
  ASSERT_EQ(painted.size(), 6u);
  for (size_t i = 0; i < 6; ++i) EXPECT_GT(maxDifference(plain[i], painted[i]), 20) << i;
  const auto summary = nlohmann::json::parse(result.out);
  EXPECT_EQ(summary["files"][0]["frames"], 6);
  for (const char* part : {"read_seconds", "paint_seconds", "write_seconds"}) EXPECT_GT(summary["files"][0][part], 0) << part;
  EXPECT_FALSE(fs::exists(file("out.mp4.parts")));
}

TEST_F(ApplyVideo, FramesAreWhatThePicturesWouldBe) {
  const std::string in = video("in.mp4", 3);
  ASSERT_EQ(apply({"--in", in, "--out", file("plain"), "--codec", "png", "--strength", "0"}).status, 0);
  ASSERT_EQ(apply({"--in", in, "--out", file("frames"), "--codec", "png"}).status, 0);
  ASSERT_EQ(apply({"--in", file("plain"), "--out", file("pictures")}).status, 0);
  for (const char* name : {"frame_000001.png", "frame_000003.png"}) {
    EXPECT_EQ(readBytes(file("frames/") + name), readBytes(file("pictures/") + name));
  }
  const std::string list = readBytes(file("frames/frames.ffconcat"));
  EXPECT_THAT(list, HasSubstr("file frame_000001.png\nduration 0.045000\n"));
  EXPECT_FALSE(fs::exists(file("frames/frame_000004.png")));
}

TEST_F(ApplyVideo, PicturesBecomeAVideo) {
  fs::create_directory(file("frames"));
  for (int i = 0; i < 5; ++i) {
    media::writePicture(media::toPicture(media::makeFrame(kWidth, kHeight, i)), file("frames/f" + std::to_string(i) + ".png"));
  }
  const auto result = apply({"--in", file("frames"), "--out", file("film.mov"), "--fps", "23.976", "--codec", "prores", "--strength", "0"});
  ASSERT_EQ(result.status, 0) << result.err;
  media::VideoReader reader(file("film.mov"));
  EXPECT_EQ(reader.info().frame_rate.num, 24000);
  EXPECT_EQ(reader.info().frame_rate.den, 1001);
  EXPECT_EQ(reader.info().type, media::SampleType::U16);
  const auto frames = framesOf(file("film.mov"));
  ASSERT_EQ(frames.size(), 5u);
  for (int i = 0; i < 5; ++i) {
    const Picture plain = media::toPicture(media::makeFrame(kWidth, kHeight, i));
    for (int c = 0; c < 3; ++c) EXPECT_NEAR(frames[static_cast<size_t>(i)].pixel(8, 8)[c], plain.pixel(8, 8)[c], 2) << i;
  }
}

TEST_F(ApplyVideo, WorkThatIsStoppedGoesOnFromThere) {
  constexpr int kFrames = 60;
  const std::string in = video("in.mp4", kFrames, 320, 240);
  const auto arguments = command({"--in", in, "--out", file("out.mp4")});
  {
    Process process(arguments);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!fs::exists(file("out.mp4.parts")) && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    process.signal(SIGINT);
    const auto result = process.wait();
    ASSERT_EQ(result.status, 130) << result.err;
    EXPECT_THAT(result.err, HasSubstr("the same command goes on from there"));
  }
  EXPECT_FALSE(fs::exists(file("out.mp4")));
  const auto state = nlohmann::json::parse(readBytes(file("out.mp4.parts/state.json")));
  const size_t painted = state["times"].size();
  ASSERT_GT(painted, 0u);
  ASSERT_LT(painted, static_cast<size_t>(kFrames));

  // Other settings are refused by name, and nothing is lost by that.
  const auto other = apply({"--in", in, "--out", file("out.mp4"), "--detail", "1"});
  EXPECT_EQ(other.status, 1);
  EXPECT_THAT(other.err, HasSubstr("out.mp4.parts: holds unfinished work with other settings"));

  const auto resumed = apply({"--in", in, "--out", file("out.mp4"), "--json"});
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_EQ(nlohmann::json::parse(resumed.out)["files"][0]["resumed_frames"], painted);
  ASSERT_EQ(apply({"--in", in, "--out", file("whole.mp4")}).status, 0);
  EXPECT_EQ(media::frameTimesOf(file("out.mp4")), media::frameTimesOf(in));
  EXPECT_EQ(media::soundOf(file("out.mp4")), media::soundOf(in));
  const auto joined = framesOf(file("out.mp4")), whole = framesOf(file("whole.mp4"));
  ASSERT_EQ(joined.size(), static_cast<size_t>(kFrames));
  // Both are of the same painted frames, with key frames in different places.
  double difference = 0;
  for (size_t i = 0; i < joined.size(); ++i) {
    for (size_t b = 0; b < joined[i].rgba.size(); ++b) difference += std::abs(joined[i].rgba[b] - whole[i].rgba[b]);
  }
  EXPECT_LT(difference / static_cast<double>(joined.size() * joined[0].rgba.size()), 3);
  EXPECT_FALSE(fs::exists(file("out.mp4.parts")));
}

TEST_F(ApplyVideo, FoldersMayHoldPicturesAndVideos) {
  fs::create_directory(file("in"));
  video("in/clip.mp4", 2);
  media::writePicture(media::Picture(20, 10), file("in/photo.png"));
  writeBytes(file("in/broken.mp4"), "no video");
  const auto result = apply({"--in", file("in"), "--out", file("out")});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("broken.mp4: not a video"));
  EXPECT_TRUE(fs::exists(file("out/clip.mp4")));
  EXPECT_TRUE(fs::exists(file("out/photo.png")));
  EXPECT_FALSE(fs::exists(file("out/broken.mp4")));
}

TEST_F(ApplyVideo, SaysWhatItCannotKeep) {
  const std::string in = video("in.mp4", 2, 33, 31);  // H.264 in: 32 x 30
  media::VideoWriter writer(file("odd.mov"), {.width = 33, .height = 31, .codec = media::VideoCodec::ProRes, .has_alpha = true});
  writer.write(media::makeFrame(33, 31, 0));
  writer.finish();
  const auto result = apply({"--in", file("odd.mov"), "--out", file("out.mp4")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.err, testing::AllOf(HasSubstr("33x31 becomes 32x30"), HasSubstr("no alpha"), HasSubstr("more than 8 bits")));
  media::addSound(file("silent.mp4"), file("pcm.mkv"), "pcm_s16le");
  const auto refused = apply({"--in", file("pcm.mkv"), "--out", file("pcm.mp4")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("pcm.mp4: cannot hold sound of the kind pcm_s16le"));
  EXPECT_EQ(apply({"--in", file("pcm.mkv"), "--out", file("pcm.mp4"), "--no-sound"}).status, 0);
  EXPECT_TRUE(media::soundOf(file("pcm.mp4")).empty());
}

}  // namespace
}  // namespace impasto::test
