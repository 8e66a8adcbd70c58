// impasto-render from the outside: what it writes, says and returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "apps/process.h"
#include "common/picture_file.h"
#include "gltf_maker.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class Render : public testing::Test {
 protected:
  Render() {
    GltfMaker scene;
    scene.addTriangle();
    scene.write(scene_);
    writeStyleFile(makeSmallStyle(3), style_);
  }

  // impasto-render with validation layers and `arguments`.
  static ProcessResult render(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {IMPASTO_RENDER, "--validation"});
    return runProcess(arguments);
  }
  static std::set<std::string> names(const fs::path& folder) {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.insert(entry.path().filename().string());
    return found;
  }
  static void expectMisused(const std::vector<std::string>& arguments, const std::string& flag) {
    const ProcessResult result = render(arguments);
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr(flag));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }

  TempDir dir_;
  std::string scene_ = dir_.file("scene.glb"), style_ = dir_.file("paint.safetensors"), out_ = dir_.file("out");
};

TEST_F(Render, WritesPlainFrames) {
  const ProcessResult result = render({"--scene", scene_, "--size", "33x17", "--frames", "2", "--out", out_});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(names(out_), ElementsAre("frame_0000_plain.png", "frame_0001_plain.png"));
  const app::Picture picture = app::readPicture(fs::path(out_) / "frame_0000_plain.png");
  EXPECT_EQ(picture.width, 33u);
  EXPECT_EQ(picture.height, 17u);
}

TEST_F(Render, PaintsWithBothBackendsAlike) {
  std::vector<app::Picture> styled;
  for (const std::string backend : {"vulkan", "reference"}) {
    const std::string out = dir_.file(backend);
    const ProcessResult result = render({"--scene", scene_, "--size", "40x24", "--style", style_, "--backend", backend,
                                         "--side-by-side", "--out", out});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(names(out),
                ElementsAre("frame_0000_plain.png", "frame_0000_side_by_side.png", "frame_0000_styled.png"));
    const app::Picture plain = app::readPicture(fs::path(out) / "frame_0000_plain.png");
    styled.push_back(app::readPicture(fs::path(out) / "frame_0000_styled.png"));
    EXPECT_NE(plain.rgba, styled.back().rgba);
    const app::Picture row = app::readPicture(fs::path(out) / "frame_0000_side_by_side.png");
    ASSERT_EQ(row.width, 80u);
    EXPECT_EQ(*row.pixel(7, 5), *plain.pixel(7, 5));
    EXPECT_EQ(*row.pixel(47, 5), *styled.back().pixel(7, 5));
  }
  for (size_t i = 0; i < styled[0].rgba.size(); ++i) {
    ASSERT_NEAR(styled[0].rgba[i], styled[1].rgba[i], 3);  // fp16 against fp32, and rounding
  }
}

TEST_F(Render, StrengthZeroLeavesTheFrame) {
  const ProcessResult result =
      render({"--scene", scene_, "--size", "24x16", "--style", style_, "--strength", "0", "--out", out_});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(app::readPicture(fs::path(out_) / "frame_0000_plain.png").rgba,
            app::readPicture(fs::path(out_) / "frame_0000_styled.png").rgba);
}

TEST_F(Render, NamesSeveralStyles) {
  fs::create_directories(dir_.path() / "other");
  const std::string other = dir_.file("other/paint.safetensors");
  fs::copy_file(style_, other);
  const ProcessResult result =
      render({"--scene", scene_, "--size", "16x16", "--style", style_, "--style", other, "--out", out_});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(names(out_),
              ElementsAre("frame_0000_plain.png", "frame_0000_styled_paint.png", "frame_0000_styled_paint_2.png"));
}

TEST_F(Render, CapturesTrainingFrames) {
  const ProcessResult result = render({"--scene", scene_, "--size", "20x10", "--camera-path", "tour", "--clip-length",
                                       "2", "--frames", "3", "--capture", out_});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(names(out_).size(), 15u);
  // NumPy files: a header padded to 64 bytes, then the values.
  const auto headerBytes = [](uintmax_t values) { return values + 128; };
  EXPECT_EQ(fs::file_size(fs::path(out_) / "frame_0000_depth.npy"), headerBytes(20 * 10 * 4));
  EXPECT_EQ(fs::file_size(fs::path(out_) / "frame_0000_normal.npy"), headerBytes(20 * 10 * 3 * 2));
  EXPECT_EQ(fs::file_size(fs::path(out_) / "frame_0000_motion.npy"), headerBytes(20 * 10 * 2 * 4));
  const auto camera = [&](const char* name) { return nlohmann::json::parse(std::ifstream(fs::path(out_) / name)); };
  EXPECT_EQ(camera("frame_0000_camera.json")["cut"], true);
  EXPECT_EQ(camera("frame_0001_camera.json")["cut"], false);
  EXPECT_EQ(camera("frame_0002_camera.json")["clip"], 1);
}

TEST_F(Render, PrintsTimingsAsJson) {
  const ProcessResult result = render({"--scene", scene_, "--size", "16x16", "--frames", "2", "--out", out_, "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const nlohmann::json summary = nlohmann::json::parse(result.out);
  EXPECT_EQ(summary["frames"].size(), 2u);
  EXPECT_GT(summary["frames"][1]["gpu_ms"], 0.0);
}

TEST_F(Render, RefusesNonsense) {
  expectMisused({"--size", "640"}, "--size");
  expectMisused({"--size", "0x10"}, "--size");
  expectMisused({"--size", "20000x10"}, "--size");
  expectMisused({"--frames", "0"}, "--frames");
  expectMisused({"--fps", "0"}, "--fps");
  expectMisused({"--strength", "nan"}, "--strength");
  expectMisused({"--backend", "magic"}, "--backend");
  expectMisused({"--side-by-side"}, "--side-by-side");
  expectMisused({"--clip-length", "3"}, "--clip-length");
  expectMisused({"--scene", scene_, "--camera", "4", "--out", out_}, "--camera");
  expectMisused({"--no-such-flag"}, "--no-such-flag");
}

TEST_F(Render, NamesTheFileThatIsWrong) {
  const auto expectFailed = [](const std::vector<std::string>& arguments, const std::string& name) {
    const ProcessResult result = render(arguments);
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr(name));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  };
  expectFailed({"--scene", dir_.file("gone.glb"), "--out", out_}, "gone.glb");
  expectFailed({"--scene", scene_, "--style", dir_.file("gone.safetensors"), "--out", out_}, "gone.safetensors");
  std::ofstream(dir_.file("bad.gltf")) << "{}";
  expectFailed({"--scene", dir_.file("bad.gltf"), "--out", out_}, "bad.gltf");
  std::ofstream(dir_.file("a file")) << "x";
  expectFailed({"--scene", scene_, "--size", "16x16", "--out", dir_.file("a file")}, "a file");
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(Render, AFullDiskLeavesNothingHalfWritten) {
  const ProcessResult result = runProcess({IMPASTO_RENDER, "--size", "320x180", "--out", out_}, 4096);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("frame_0000_plain.png"));
  EXPECT_TRUE(names(out_).empty());
}

TEST_F(Render, SaysWhenThereIsNoDevice) {
  setenv("VK_ICD_FILENAMES", "/nonexistent.json", 1);
  setenv("VK_DRIVER_FILES", "/nonexistent.json", 1);
  const ProcessResult result = runProcess({IMPASTO_RENDER, "--scene", scene_, "--out", out_});
  unsetenv("VK_ICD_FILENAMES");
  unsetenv("VK_DRIVER_FILES");
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("no Vulkan device"));
}

TEST_F(Render, StopsCleanlyAtCtrlC) {
  Process process({IMPASTO_RENDER, "--scene", scene_, "--size", "64x64", "--frames", "100000", "--out", out_});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(fs::path(out_) / "frame_0001_plain.png") && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.status, 130);
  EXPECT_THAT(result.err, HasSubstr("stopped after"));
  for (const std::string& name : names(out_)) EXPECT_NO_THROW(app::readPicture(fs::path(out_) / name)) << name;
}

TEST_F(Render, HelpAndVersion) {
  const ProcessResult help = runProcess({IMPASTO_RENDER, "--help"}),
                      version = runProcess({IMPASTO_RENDER, "--version"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples"));
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, HasSubstr("impasto-render"));
}

}  // namespace
}  // namespace impasto::test
