// impasto-render from the outside: what it writes, says and returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "apps/process.h"
#include "common/picture_file.h"
#include "gltf_maker.h"
#include "media/image_file.h"
#include "renderer/camera_path.h"
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

TEST_F(Render, PaintsWithAllBackendsAlike) {
  std::vector<app::Picture> styled;
  std::vector<std::string> backends = {"vulkan", "reference"};
  if (IMPASTO_HAS_CPU) backends.push_back("cpu");
  for (const std::string& backend : backends) {
    const std::string out = dir_.file(backend);
    const ProcessResult result = render({"--scene", scene_, "--size", "40x24", "--style", style_, "--backend", backend,
                                         "--side-by-side", "--json", "--out", out});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("\"backend\": \"" + backend + "\""));
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
    if (styled.size() < 3) continue;
    ASSERT_NEAR(styled[2].rgba[i], styled[1].rgba[i], 8);  // bfloat16 has an eighth of the precision
  }
}

TEST_F(Render, GivesStylesNormalsAndHistory) {
  const std::string surface = dir_.file("surface.safetensors");
  writeStyleFile(makeSurfaceStyle(), surface);
  const std::vector<std::string> arguments = {"--scene",  scene_,   "--camera-position", "0.3,0.3,2", "--look-at",
                                              "0.3,0.3,0", "--size", "32x32", "--style", surface, "--frames", "4"};
  const auto middle = [&](const std::string& frame) {
    const app::Picture picture = app::readPicture(fs::path(out_) / (frame + "_styled.png"));
    const uint8_t* pixel = picture.pixel(16, 16);
    return std::vector<int>{pixel[0], pixel[1], pixel[2]};
  };
  auto continuous = arguments;
  continuous.insert(continuous.end(), {"--out", out_});
  ASSERT_EQ(render(continuous).status, 0);
  // The triangle looks at the camera: (0, 0, 1).
  EXPECT_THAT(middle("frame_0000"), ElementsAre(64, 64, 128));
  EXPECT_THAT(middle("frame_0001"), ElementsAre(32, 32, 64));
  EXPECT_THAT(middle("frame_0002"), ElementsAre(16, 16, 32));
  // After a cut nothing is remembered.
  continuous.insert(continuous.end(), {"--clip-length", "2"});
  ASSERT_EQ(render(continuous).status, 0);
  EXPECT_THAT(middle("frame_0001"), ElementsAre(32, 32, 64));
  EXPECT_THAT(middle("frame_0002"), ElementsAre(64, 64, 128));

  continuous.insert(continuous.end(), {"--backend", "reference"});
  const ProcessResult refused = render(continuous);
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("which the reference backend is not given"));
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

// The values of a NumPy file whose header is padded to 128 bytes.
template <typename T>
std::vector<T> npy(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<T> values((bytes.size() - 128) / sizeof(T));
  std::memcpy(values.data(), bytes.data() + 128, values.size() * sizeof(T));
  return values;
}

// A style whose paintings are colours: what is painted is the mixture.
TEST_F(Render, MixesThePaintingsOfStyles) {
  const std::string several = dir_.file("several.safetensors");
  writeStyleFile(makePaintingsStyle(), several);
  std::vector<std::string> backends = {"vulkan", "reference"};
  if (IMPASTO_HAS_CPU) backends.push_back("cpu");
  for (const std::string& backend : backends) {
    SCOPED_TRACE(backend);
    const ProcessResult result =
        render({"--scene", scene_, "--size", "16x16", "--backend", backend, "--style", several, "--mix", "Red=1,Blue=3", "--style",
                style_, "--mix", "", "--style", several, "--mix", "2", "--out", out_});
    ASSERT_EQ(result.status, 0) << result.err;
    const auto expectColor = [&](const std::string& name, int red, int green, int blue) {
      const app::Picture picture = app::readPicture(fs::path(out_) / ("frame_0000_styled_" + name + ".png"));
      const uint8_t* pixel = picture.pixel(9, 3);
      EXPECT_NEAR(pixel[0], red, 1) << name;
      EXPECT_NEAR(pixel[1], green, 1) << name;
      EXPECT_NEAR(pixel[2], blue, 1) << name;
    };
    expectColor("several", 89, 89, 179);
    expectColor("several_2", 153, 153, 128);
  }
  expectMisused({"--style", several, "--mix", "Green", "--out", out_}, "--mix Green");
  expectMisused({"--style", style_, "--mix", "Red", "--out", out_}, "holds one painting");
  expectMisused({"--style", several, "--style", several, "--mix", "Red", "--out", out_}, "one belongs to each");
  expectMisused({"--mix", "Red", "--out", out_}, "--style 0 times");
}

TEST_F(Render, CapturesTrainingFrames) {
  const ProcessResult result = render({"--scene", scene_, "--size", "20x10", "--camera-path", "tour", "--clip-length",
                                       "2", "--frames", "3", "--capture", out_});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(names(out_).size(), 28u);
  const fs::path out = out_;
  EXPECT_EQ(npy<float>(out / "frame_0000_depth.npy").size(), 20u * 10);
  EXPECT_EQ(npy<uint16_t>(out / "frame_0000_normal.npy").size(), 20u * 10 * 3);
  EXPECT_EQ(npy<uint16_t>(out / "frame_0000_hdr.npy").size(), 20u * 10 * 3);
  EXPECT_EQ(npy<float>(out / "frame_0000_motion.npy").size(), 20u * 10 * 2);
  EXPECT_EQ(app::readPicture(out / "frame_0000_base_color.png").width, 20u);
  // The sky is object 0 at a depth of 65000, the triangle object 1 before it.
  const auto object = npy<uint32_t>(out / "frame_0000_object.npy");
  const auto depth = npy<float>(out / "frame_0000_depth.npy");
  for (size_t i = 0; i < object.size(); ++i) EXPECT_EQ(object[i] == 0, depth[i] == 65000.0f);
  EXPECT_TRUE(std::any_of(object.begin(), object.end(), [](uint32_t id) { return id == 1; }));
  const auto seen = [&](const char* name) {
    const auto visible = npy<uint8_t>(out / name);
    return std::count(visible.begin(), visible.end(), 255);
  };
  EXPECT_EQ(seen("frame_0000_visible.npy"), 0);   // after a cut
  EXPECT_GT(seen("frame_0001_visible.npy"), 60);  // of 200; not along edges, which are long in so small a picture
  const auto json = [&](const char* name) { return nlohmann::json::parse(std::ifstream(out / name)); };
  EXPECT_EQ(json("frame_0000_camera.json")["cut"], true);
  EXPECT_EQ(json("frame_0001_camera.json")["cut"], false);
  EXPECT_EQ(json("frame_0002_camera.json")["clip"], 1);
  const nlohmann::json index = json("capture.json");
  EXPECT_EQ(index["clips"], nlohmann::json::parse(R"([{"first": 0, "count": 2}, {"first": 2, "count": 1}])"));
  EXPECT_EQ(index["objects"].size(), 2u);
}

TEST_F(Render, TheSameCommandWritesTheSameBytes) {
  const auto all = [&](const std::string& folder, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"--size", "64x36", "--frames", "3", "--start-time", "1", "--clip-length", "3",
                                          "--capture", dir_.file(folder)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProcessResult result = render(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    std::map<std::string, std::string> files;
    for (const std::string& name : names(dir_.file(folder))) {
      std::ifstream file(fs::path(dir_.file(folder)) / name, std::ios::binary);
      files[name] = {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }
    return files;
  };
  const auto plain = all("once", {}), smooth = all("smooth", {"--taa"});
  EXPECT_EQ(plain, all("again", {}));
  EXPECT_EQ(smooth, all("smooth again", {"--taa"}));
  EXPECT_NE(plain.at("frame_0002_color.png"), smooth.at("frame_0002_color.png"));
  EXPECT_EQ(plain.at("frame_0002_camera.json"), smooth.at("frame_0002_camera.json"));
}

// Where the camera was in a frame of a capture.
TEST_F(Render, CamerasStandWhereTheyAreTold) {
  const auto positions = [&](std::vector<std::string> arguments) {
    const std::string out = dir_.file("cameras");
    fs::remove_all(out);
    arguments.insert(arguments.end(), {"--scene", scene_, "--size", "16x16", "--capture", out});
    const ProcessResult result = render(arguments);
    EXPECT_EQ(result.status, 0) << result.err;
    std::vector<glm::vec3> places;
    for (const std::string& name : names(out)) {
      if (name.find("camera.json") == std::string::npos) continue;
      const auto json = nlohmann::json::parse(std::ifstream(fs::path(out) / name));
      const auto view = json["view"].get<std::vector<float>>();
      places.push_back(glm::vec3(glm::inverse(glm::make_mat4(view.data()))[3]));
    }
    return places;
  };
  const auto still = positions({"--camera-position", "1,2,-3", "--look-at", "0,0,0", "--frames", "2"});
  ASSERT_EQ(still.size(), 2u);
  EXPECT_LT(glm::length(still[0] - glm::vec3(1, 2, -3)), 1e-4f);
  EXPECT_EQ(still[0], still[1]);

  // Half an orbit is on the other side of the triangle's middle.
  const auto orbit = positions({"--camera-path", "orbit", "--path-seconds", "2", "--fps", "1", "--frames", "3"});
  const glm::vec3 center(0.5f, 0.5f, 0.0f);
  EXPECT_LT(glm::length((orbit[0] - center) * glm::vec3(1, 0, 1) + (orbit[1] - center) * glm::vec3(1, 0, 1)), 1e-3f);
  EXPECT_LT(glm::length(orbit[0] - orbit[2]), 1e-3f);

  const auto flight = positions({"--camera-path", "fly", "--path-seconds", "2", "--fps", "1", "--frames", "3"});
  EXPECT_GT(glm::length(flight[0] - flight[1]), 0.05f);
  EXPECT_LT(glm::length(flight[0] - flight[2]), 1e-3f);  // back where it began

  render::CameraPath path;
  path.keys = {{0.0, {0, 0, 5}, {1, 0, 0, 0}, 0.8f}, {1.0, {2, 0, 5}, {1, 0, 0, 0}, 0.8f}};
  render::writeCameraPath(path, dir_.file("walk.json"));
  const auto walk = positions({"--camera-path", dir_.file("walk.json"), "--fps", "2", "--frames", "3"});
  EXPECT_LT(glm::length(walk[1] - glm::vec3(1, 0, 5)), 1e-5f);
  EXPECT_LT(glm::length(walk[2] - glm::vec3(2, 0, 5)), 1e-5f);
}

TEST_F(Render, ChoosesAnAnimationByNumberOrName) {
  GltfMaker maker;
  maker.addTriangle();
  const size_t times = maker.floats({0, 1}, "SCALAR"), away = maker.floats({9, 0, 0, 9, 0, 0}, "VEC3");
  const size_t here = maker.floats({0, 0, 0, 0, 0, 0}, "VEC3");
  for (const size_t values : {here, away}) {
    maker.root["animations"].push_back(
        {{"name", values == here ? "stay" : "go"},
         {"samplers", {{{"input", times}, {"output", values}}}},
         {"channels", {{{"sampler", 0}, {"target", {{"node", 0}, {"path", "translation"}}}}}}});
  }
  maker.write(dir_.file("moves.glb"));
  const auto picture = [&](const std::string& animation) {
    const ProcessResult result = render({"--scene", dir_.file("moves.glb"), "--size", "24x24", "--animation", animation,
                                         "--camera-position", "0.3,0.3,3", "--look-at", "0.3,0.3,0", "--out", out_});
    EXPECT_EQ(result.status, 0) << result.err;
    return app::readPicture(fs::path(out_) / "frame_0000_plain.png").rgba;
  };
  EXPECT_EQ(picture("0"), picture("none"));
  EXPECT_EQ(picture("1"), picture("go"));
  EXPECT_NE(picture("stay"), picture("go"));
  expectMisused({"--scene", dir_.file("moves.glb"), "--animation", "run", "--out", out_}, "stay, go");
}

TEST_F(Render, WritesLinearLightAndFilms) {
  const std::string film = dir_.file("film.mp4");
  const ProcessResult result = render(
      {"--scene", scene_, "--size", "32x16", "--frames", "3", "--out", out_, "--exr", "--video", film, "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  media::Notes notes;
  const media::Image light = media::readImage(fs::path(out_) / "frame_0000_plain.exr", notes);
  EXPECT_EQ(light.width, 32u);
  EXPECT_TRUE(media::isFloat(light.type));
  EXPECT_GT(fs::file_size(film), 500u);
  const nlohmann::json summary = nlohmann::json::parse(result.out);
  EXPECT_EQ(summary["frames"][1]["files"].size(), 2u);
  EXPECT_EQ(summary["video"], film);
}

TEST_F(Render, AnEnvironmentMapLightsTheScene) {
  // A Radiance picture of 8 x 4 pixels, all of them red: rows without run lengths.
  std::string map = "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 4 +X 8\n";
  for (int i = 0; i < 32; ++i) map += std::string("\xC8\x02\x02\x81", 4);
  std::ofstream(dir_.file("red.hdr"), std::ios::binary) << map;
  const ProcessResult result =
      render({"--scene", scene_, "--size", "16x16", "--environment", dir_.file("red.hdr"), "--out", out_});
  ASSERT_EQ(result.status, 0) << result.err;
  const app::Picture picture = app::readPicture(fs::path(out_) / "frame_0000_plain.png");
  EXPECT_GT(picture.pixel(0, 0)[0], picture.pixel(0, 0)[1] + 60);  // the sky
  EXPECT_GT(picture.pixel(7, 9)[0], picture.pixel(7, 9)[1] + 60);  // the triangle
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
  expectMisused({"--clip-length", "0"}, "--clip-length");
  expectMisused({"--camera-position", "1,2,3"}, "--look-at");
  expectMisused({"--camera-position", "1,2", "--look-at", "0,0,0"}, "--camera-position");
  expectMisused({"--camera-position", "1,2,3", "--look-at", "1,2,3"}, "--look-at");
  expectMisused({"--camera-position", "1,2,3", "--look-at", "0,0,0", "--camera-path", "tour"}, "--camera-path");
  expectMisused({"--tonemap", "film"}, "--tonemap");
  expectMisused({"--exposure", "bright"}, "--exposure");
  expectMisused({"--style", style_, "--style", style_, "--video", dir_.file("a.mp4")}, "--video");
  expectMisused({"--exr", "--capture", out_}, "--exr");
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
  expectFailed({"--scene", scene_, "--variant", "gold", "--out", out_}, "gold");
  expectFailed({"--scene", scene_, "--environment", dir_.file("gone.hdr"), "--out", out_}, "gone.hdr");
  expectFailed({"--scene", scene_, "--environment", scene_, "--out", out_}, "scene.glb");
  expectFailed({"--scene", scene_, "--camera-path", dir_.file("gone.json"), "--out", out_}, "gone.json");
  expectFailed({"--scene", scene_, "--camera-path", scene_, "--out", out_}, "scene.glb");
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
