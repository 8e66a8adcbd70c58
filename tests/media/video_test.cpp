// Videos through files: frames, times, sound, damage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "media/video/join.h"
#include "media/video/video_reader.h"
#include "media/video/video_writer.h"
#include "support/temp_dir.h"
#include "test_images.h"
#include "media/test_video.h"

namespace impasto::media {
namespace {

namespace fs = std::filesystem;
using test::TempDir;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr uint32_t kWidth = 64, kHeight = 48;

void writeVideo(const std::string& path, int frames, VideoSettings settings = {}, const std::vector<int64_t>& times = {}) {
  settings.width = kWidth;
  settings.height = kHeight;
  VideoWriter video(path, settings);
  for (int i = 0; i < frames; ++i) {
    const Image frame = makeFrame(kWidth, kHeight, i);
    if (times.empty()) video.write(frame);
    else video.write(frame, times[static_cast<size_t>(i)]);
  }
  video.finish();
}

struct Frames {
  std::vector<Image> images;
  std::vector<double> seconds;
};
Frames readFrames(const std::string& path) {
  VideoReader reader(path);
  Frames frames;
  Image image;
  int64_t time = 0;
  while (reader.read(image, time)) {
    frames.images.push_back(image);
    frames.seconds.push_back(static_cast<double>(time) * reader.info().time_base.value());
  }
  return frames;
}

// Away from the edges of the squares, where chroma is shared by 2 x 2 pixels.
float centerDifference(const Image& a, const Image& b) {
  float most = 0;
  for (const uint32_t x : {a.width / 4, a.width * 3 / 4}) {
    for (const uint32_t y : {a.height / 4, a.height * 3 / 4}) {
      float p[4], q[4];
      loadPixels(a, x, y, 1, p);
      loadPixels(b, x, y, 1, q);
      for (int c = 0; c < 3; ++c) most = std::max(most, std::fabs(p[c] - q[c]));
    }
  }
  return most;
}

TEST(Video, FramesAndTimesComeBack) {
  const TempDir dir;
  const struct {
    const char* name;
    VideoCodec codec;
    float tolerance;  // crf 16 at 8 bits; ProRes HQ at 10
  } cases[] = {{"a.mp4", VideoCodec::H264, 4.0f / 255}, {"a.mkv", VideoCodec::H264, 4.0f / 255}, {"a.MOV", VideoCodec::ProRes, 2.0f / 255}};
  for (const auto& [name, codec, tolerance] : cases) {
    SCOPED_TRACE(name);
    writeVideo(dir.file(name), 10, {.frame_rate = {25, 1}, .codec = codec});
    VideoReader reader(dir.file(name));
    EXPECT_EQ(reader.info().width, kWidth);
    EXPECT_EQ(reader.info().height, kHeight);
    EXPECT_NEAR(reader.info().frame_rate.value(), 25, 0.01);
    EXPECT_EQ(reader.info().frame_count, 10);
    EXPECT_EQ(reader.info().type, codec == VideoCodec::H264 ? SampleType::U8 : SampleType::U16);
    const Frames frames = readFrames(dir.file(name));
    ASSERT_EQ(frames.images.size(), 10u);
    for (size_t i = 0; i < 10; ++i) {
      EXPECT_LE(centerDifference(frames.images[i], makeFrame(kWidth, kHeight, static_cast<int>(i))), tolerance) << i;
      EXPECT_NEAR(frames.seconds[i], static_cast<double>(i) / 25, 0.0006);  // Matroska counts milliseconds
    }
  }
}

TEST(Video, UnevenTimesAreKept) {
  const TempDir dir;
  const std::vector<int64_t> times = {0, 40, 55, 200, 201, 900};
  writeVideo(dir.file("a.mp4"), 6, {.frame_rate = {24, 1}, .time_base = {1, 1000}}, times);
  const Frames frames = readFrames(dir.file("a.mp4"));
  ASSERT_EQ(frames.seconds.size(), times.size());
  for (size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(frames.seconds[i], static_cast<double>(times[i]) / 1000, 1e-6);
  EXPECT_THAT(errorOf([&] { writeVideo(dir.file("b.mp4"), 2, {.time_base = {1, 1000}}, {5, 5}); }), HasSubstr("b.mp4: a frame that is not later"));
}

TEST(Video, ProResKeepsAlphaAndTenBits) {
  const TempDir dir;
  Image frame = makeFrame(kWidth, kHeight, 0, SampleType::U16);
  frame.has_alpha = true;
  std::vector<float> values = valuesOf(frame);
  for (size_t i = 3; i < values.size(); i += 4) values[i] = i / 4 % kWidth < kWidth / 2 ? 0.25f : 1.0f;
  storePixels(frame, 0, 0, values.size() / 4, values.data());
  VideoWriter video(dir.file("a.mov"), {.width = kWidth, .height = kHeight, .codec = VideoCodec::ProRes, .has_alpha = true});
  video.write(frame);
  video.finish();
  VideoReader reader(dir.file("a.mov"));
  EXPECT_TRUE(reader.info().has_alpha);
  Image back;
  int64_t time = 0;
  ASSERT_TRUE(reader.read(back, time));
  EXPECT_EQ(back.type, SampleType::U16);
  float left[4], right[4];
  loadPixels(back, 8, 8, 1, left);
  loadPixels(back, kWidth - 8, 8, 1, right);
  EXPECT_NEAR(left[3], 0.25f, 0.01f);
  EXPECT_NEAR(right[3], 1.0f, 0.01f);
}

TEST(Video, TheSameFramesGiveTheSameBytes) {
  const TempDir dir;
  writeVideo(dir.file("a.mp4"), 5);
  writeVideo(dir.file("b.mp4"), 5);
  EXPECT_EQ(readBytes(dir.file("a.mp4")), readBytes(dir.file("b.mp4")));
}

TEST(Video, OddExtentsLoseTheirLastColumnAndRow) {
  const TempDir dir;
  VideoWriter video(dir.file("a.mp4"), {.width = 31, .height = 33});
  video.write(makeFrame(31, 33, 0));
  video.finish();
  const VideoReader reader(dir.file("a.mp4"));
  EXPECT_EQ(reader.info().width, 30u);
  EXPECT_EQ(reader.info().height, 32u);
  EXPECT_EQ(codedExtent(VideoCodec::H264, 31, 33).width, 30u);
}

TEST(Video, TurnedVideosAreReadUpright) {
  const TempDir dir;
  writeVideo(dir.file("a.mp4"), 2);
  turnOnTheSide(dir.file("a.mp4"), dir.file("turned.mp4"));
  const Frames frames = readFrames(dir.file("turned.mp4"));
  ASSERT_EQ(frames.images.size(), 2u);
  EXPECT_EQ(frames.images[0].width, kHeight);
  EXPECT_EQ(frames.images[0].height, kWidth);
  // av_display_rotation_set turns clockwise: the stored top left quarter is shown at the top right.
  float shown[4], stored[4];
  loadPixels(frames.images[0], kHeight * 3 / 4, kWidth / 4, 1, shown);
  loadPixels(makeFrame(kWidth, kHeight, 0), kWidth / 4, kHeight / 4, 1, stored);
  for (int c = 0; c < 3; ++c) EXPECT_NEAR(shown[c], stored[c], 4.0f / 255);
}

TEST(Video, NothingIsLeftOfWhatWasNotFinished) {
  const TempDir dir;
  {
    VideoWriter video(dir.file("a.mp4"), {.width = kWidth, .height = kHeight});
    video.write(makeFrame(kWidth, kHeight, 0));
    EXPECT_FALSE(fs::exists(dir.file("a.mp4")));
  }
  EXPECT_TRUE(fs::is_empty(dir.path()));
  EXPECT_THAT(errorOf([&] { writeVideo(dir.file("missing/a.mp4"), 1); }), HasSubstr("missing/a.mp4: cannot write"));
  EXPECT_THAT(errorOf([&] { writeVideo(dir.file("a.mp4"), 1, {.codec = VideoCodec::ProRes}); }), HasSubstr(".mov or .mkv"));
}

TEST(Video, PartsAreJoinedWithTheSoundAndTheTimesOfTheSource) {
  const TempDir dir;
  const struct {
    const char* sound;
    const char* name;
  } cases[] = {{"aac", ".mp4"}, {"pcm_s16le", ".mov"}};
  for (const auto& [sound, extension] : cases) {
    SCOPED_TRACE(extension);
    const std::string plain = dir.file(std::string("plain") + extension), source = dir.file(std::string("source") + extension),
                      joined = dir.file(std::string("joined") + extension);
    // Uneven, and not from 0 on.
    const std::vector<int64_t> times = {50, 90, 110, 200, 240, 280, 400};
    writeVideo(plain, 7, {.time_base = {1, 1000}}, times);
    addSound(plain, source, sound);
    ASSERT_GT(soundOf(source).size(), 10u);

    VideoReader reader(source);
    VideoParts parts{.time_base = reader.info().time_base, .frame_rate = reader.info().frame_rate};
    Image image;
    int64_t time = 0;
    for (const size_t count : {3u, 1u, 3u}) {
      parts.files.push_back(dir.file("part" + std::to_string(parts.files.size()) + ".mov"));
      VideoWriter part(parts.files.back(), {.width = kWidth, .height = kHeight, .frame_rate = parts.frame_rate});
      for (size_t i = 0; i < count; ++i) {
        ASSERT_TRUE(reader.read(image, time));
        parts.times.push_back(time);
        part.write(image);
      }
      part.finish();
    }
    std::vector<std::string> notes;
    joinVideo(parts, source, joined, notes);
    EXPECT_THAT(notes, IsEmpty());
    EXPECT_EQ(frameTimesOf(joined), frameTimesOf(source));
    EXPECT_EQ(soundOf(joined), soundOf(source));
    const Frames frames = readFrames(joined);
    ASSERT_EQ(frames.images.size(), 7u);
    for (int i = 0; i < 7; ++i) {
      EXPECT_LE(centerDifference(frames.images[static_cast<size_t>(i)], makeFrame(kWidth, kHeight, i)), 5.0f / 255) << i;
    }
  }
}

TEST(Video, SoundThatAFormatCannotHoldIsRefusedByName) {
  const TempDir dir;
  writeVideo(dir.file("a.mov"), 2);
  addSound(dir.file("a.mov"), dir.file("sound.mkv"), "pcm_s16le");
  EXPECT_THAT(errorOf([&] { checkSound(dir.file("sound.mkv"), dir.file("out.mp4")); }), HasSubstr("out.mp4: cannot hold sound of the kind pcm_s16le"));
  EXPECT_EQ(errorOf([&] { checkSound(dir.file("sound.mkv"), dir.file("out.mov")); }), "");
}

TEST(Video, TruncatedFilesAreErrors) {
  const TempDir dir;
  const std::string plain = dir.file("plain.mp4"), cut = dir.file("cut.mp4");
  writeVideo(plain, 8);
  const std::vector<uint8_t> whole = readBytes(plain);
  int opened = 0;
  for (size_t size = 0; size < whole.size(); size += 1 + whole.size() / 200) {
    writeBytes(cut, {whole.begin(), whole.begin() + static_cast<long>(size)});
    const std::string error = errorOf([&] {
      VideoReader reader(cut);
      ++opened;
      Image image;
      int64_t time = 0;
      while (reader.read(image, time)) {
      }
    });
    EXPECT_THAT(error, HasSubstr("cut.mp4: ")) << size << " of " << whole.size() << " bytes";
    EXPECT_EQ(error.find('\n'), std::string::npos);
  }
  EXPECT_GT(opened, 0);  // some were cut off among the frames
}

TEST(Video, WhatIsNoVideoIsNamed) {
  const TempDir dir;
  const auto readError = [](const std::string& path) { return errorOf([&] { VideoReader reader(path); }); };
  EXPECT_THAT(readError(dir.file("none.mp4")), HasSubstr("none.mp4: no such file"));
  EXPECT_THAT(readError(dir.path().string()), HasSubstr("not a regular file"));
  writeBytes(dir.file("text.mp4"), {'t', 'e', 'x', 't', '\n'});
  EXPECT_THAT(readError(dir.file("text.mp4")), HasSubstr("text.mp4: not a video"));
  writeBytes(dir.file("empty.mp4"), {});
  EXPECT_THAT(readError(dir.file("empty.mp4")), HasSubstr("empty.mp4: "));
}

TEST(Video, NamesTellWhatIsAVideo) {
  EXPECT_TRUE(isWritableVideoName("a/b.MP4"));
  EXPECT_TRUE(isWritableVideoName("b.mkv"));
  EXPECT_FALSE(isWritableVideoName("b.webm"));
  EXPECT_TRUE(isVideoName("b.webm"));
  EXPECT_FALSE(isVideoName("b.png"));
}

}  // namespace
}  // namespace impasto::media
