// A scripted tour through every control, what it shows held against pictures of ours (goldens/, made anew with
// IMPASTO_REGENERATE=1; look at them before committing), and a long run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "apps/process.h"
#include "common/picture_file.h"
#include "gltf_maker.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Drivers round a little differently and place edges elsewhere by a pixel.
constexpr double kMeanTolerance = 3.0;      // of 255
constexpr int kPixelTolerance = 40;         // of 255, largest channel
constexpr double kOutlierTolerance = 0.03;  // share of pixels beyond it

class ViewerTour : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("{ command -v xvfb-run && command -v xauth; } >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "xvfb-run or xauth is not installed";
    }
    GltfMaker scene;
    scene.addTriangle();
    scene.addTriangle();
    scene.root["nodes"][0]["name"] = "front";
    scene.root["nodes"][1]["name"] = "back";
    scene.root["nodes"][1]["translation"] = {-0.3, 0.2, -1.0};
    scene.write(scene_);
    writeStyleFile(makeSmallStyle(3), style_);
    writeStyleFile(makeSurfaceStyle(), surface_);
    std::ofstream(dir_.file("nonsense.txt")) << "nothing";
  }

  std::string writeScript(std::string text) const {
    for (size_t at = 0; (at = text.find("DIR", at)) != std::string::npos;) text.replace(at, 3, dir_.file(""));
    const std::string path = dir_.file("script.txt");
    std::ofstream(path) << text;
    return path;
  }

  ProcessResult view(const std::string& script, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {"/usr/bin/env",   "xvfb-run",   "-a",           IMPASTO_VIEWER,
                                          "--validation",   "--plain-font", "--no-settings", "--width",
                                          "560",            "--height",   "460",          "--script",
                                          writeScript(script), scene_,    style_,         surface_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runProcess(arguments);
  }

  void expectGolden(const std::string& name) const {
    const app::Picture now = app::readPicture(dir_.file(name + ".png"));
    const std::string path = std::string(IMPASTO_VIEWER_GOLDENS) + "/" + name + ".png";
    if (std::getenv("IMPASTO_REGENERATE")) app::writePicture(now, path);
    const app::Picture golden = app::readPicture(path);
    ASSERT_EQ(now.width, golden.width) << name;
    ASSERT_EQ(now.height, golden.height) << name;
    double sum = 0.0;
    size_t outliers = 0;
    for (size_t i = 0; i < now.rgba.size(); i += 4) {
      int largest = 0;
      for (size_t c = 0; c < 3; ++c) {
        const int d = std::abs(now.rgba[i + c] - golden.rgba[i + c]);
        largest = std::max(largest, d);
        sum += d;
      }
      outliers += largest > kPixelTolerance;
    }
    const double pixels = static_cast<double>(now.rgba.size() / 4);
    EXPECT_LT(sum / (pixels * 3), kMeanTolerance) << name;
    EXPECT_LT(static_cast<double>(outliers) / pixels, kOutlierTolerance) << name;
  }

  TempDir dir_;
  std::string scene_ = dir_.file("scene.glb"), style_ = dir_.file("paint.safetensors"),
              surface_ = dir_.file("surface.safetensors");
};

TEST_F(ViewerTour, EveryControlDoesWhatItSays) {
  std::ostringstream script;
  script << std::ifstream(IMPASTO_VIEWER_TOUR).rdbuf();
  const ProcessResult result = view(script.str(), {"--out", dir_.file("")});
  ASSERT_EQ(result.status, 0) << result.err << result.out;
  // A folder that is not there and a file that is nothing are messages, not the end.
  EXPECT_THAT(result.err, HasSubstr("no_such_folder"));
  EXPECT_THAT(result.err, HasSubstr("not a scene"));
  EXPECT_EQ(app::readPicture(dir_.file("window.png")).width, 560u);  // with the panels; times in it differ from run to run
  for (const char* name : {"painted", "plain", "difference", "side_by_side", "split", "clean_object"}) {
    expectGolden(name);
  }
  int videos = 0, paths = 0, pictures = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir_.file(""))) {
    const std::string name = entry.path().filename().string();
    videos += name.ends_with(".mp4");
    paths += name.ends_with(".path.json");
    pictures += name.starts_with("frame_");
  }
  EXPECT_EQ(videos, 1);
  EXPECT_EQ(paths, 1);
  EXPECT_GE(pictures, 4);
}

TEST_F(ViewerTour, SaysWhereAScriptIsWrong) {
  for (const auto& [script, message] : {std::pair{"jump 3", ":1: jump: unknown"},
                                        {"\nset strength 7", ":2: set: strength: '7' is not a number from 0 to 1"},
                                        {"expect layout plain", "layout is split, not plain"},
                                        {"repeat 2", "'repeat' without 'end'"},
                                        {"wait 1\npress Nowhere", ":2: press: there is no control 'Nowhere'"}}) {
    const ProcessResult result = view(script);
    EXPECT_NE(result.status, 0) << script;  // 1, or xvfb-run's own when the display goes first
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST_F(ViewerTour, KeepsSettingsAndSurvivesBadOnes) {
  const std::string settings = dir_.file("config/viewer.json");
  const auto run = [&](const std::string& script) {
    return runProcess({"/usr/bin/env", "xvfb-run", "-a", IMPASTO_VIEWER, "--settings", settings, "--width", "200",
                       "--height", "160", "--script", writeScript(script), scene_, style_});
  };
  ASSERT_EQ(run("set strength 0.25\nset layout plain").status, 0);
  const ProcessResult again = run("expect strength 0.25\nexpect layout plain");
  EXPECT_EQ(again.status, 0) << again.err;
  std::ofstream(settings, std::ios::trunc) << "{";
  const ProcessResult bad = run("expect layout split");
  EXPECT_EQ(bad.status, 0) << bad.err;
  EXPECT_THAT(bad.err, HasSubstr("viewer.json: not JSON"));
}

// A stand-in for impasto-train: a checkpoint, a sample, a style.
TEST_F(ViewerTour, TrainsOnFramesOfTheScene) {
  const std::string folder = dir_.file("bin");
  fs::create_directories(folder);
  const std::string program = folder + "/impasto-train";
  std::ofstream(program) << "#!/bin/sh\nset -e\n"
                            "if [ \"$1\" = export ]; then cp '" + surface_ + "' \"$4\"; exit 0; fi\n"
                            "while [ $# -gt 0 ]; do case $1 in --out) out=$2;; --checkpoint) c=$2;; --samples) s=$2;; "
                            "--content) f=$2;; esac; shift; done\n"
                            "mkdir -p \"$s\"; cp \"$f/frame_0000_plain.png\" \"$s/step_0000010.png\"\n"
                            "echo 'step 10/20  loss 1.0' >&2; echo c > \"$c\"; sleep 1\n"
                            "echo 'step 20/20  loss 0.5' >&2; cp '" + surface_ + "' \"$out\"\n";
  fs::permissions(program, fs::perms::owner_all);
  const std::string viewer = folder + "/impasto-viewer";  // takes the program beside it, and there may be a real one
  fs::copy_file(IMPASTO_VIEWER, viewer);
  const std::string programs = fs::path(IMPASTO_VIEWER).parent_path();
  app::writePicture(app::Picture(64, 64), dir_.file("painting.png"));
  std::ofstream(dir_.file("network.safetensors")) << "n";
  const std::string script =
      "settle\ndo train\nwait 2\ndo open DIR/painting.png\ndo train-perceptual DIR/network.safetensors\n"
      "wait 2\nexpect tab train\ndo train\nuntil style 2\nwait 200\nsettle\n";  // the result comes after the preview
  const ProcessResult result = runProcess(
      {"/usr/bin/env", "PATH=" + folder + ":" + programs + ":" + std::getenv("PATH"), "XDG_CACHE_HOME=" + dir_.file("cache"),
       "xvfb-run", "-a", viewer, "--validation", "--no-settings", "--width", "200", "--height", "160", "--script",
       writeScript(script), scene_, style_, surface_});
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_THAT(result.err, HasSubstr("no painting is chosen"));
  EXPECT_TRUE(fs::exists(dir_.file("cache/impasto/training/painting/style.safetensors")));
  EXPECT_TRUE(fs::exists(dir_.file("cache/impasto/training/painting/preview.safetensors")));
}

// 1,000 frames: style switches, resizes, minimising.
TEST_F(ViewerTour, AThousandFramesTakeNothingWithThem) {
  const auto script = [](int rounds) {
    return
      "set panels off\nset cross-fade 0.1\nsettle\n"
      // Everything that will be there has been there once.
      "set stroke-size 2\nset style 1\nsettle\nset style 0\nsettle\nset stroke-size 1\nset show history\nwait 3\n"
      "set show picture\nresize 120 80\nsettle\nresize 160 96\nsettle\nset style 1\nsettle\nset style 0\nsettle\n"
      "wait 8\nmark begin\n"
      "repeat " + std::to_string(rounds) + "\n"
      "set style 1\nsettle\nwait 8\nmark steady\nwait 38\nmark moving\n"
      "resize 128 72\nwait 4\nminimise\nwait 3\nrestore\nresize 160 96\nsettle\n"
      "set style 0\nsettle\nwait 8\nset split 0.3\nset strength 0.7\nmark steady\nwait 38\nmark moving\nset strength 1\n"
      "end\n"
      "set style 1\nsettle\nset style 0\nsettle\nwait 8\nmark end\n";
  };
  const std::string out = dir_.file("soak.json");
  const auto soak = [&](bool validation) {
    std::vector<std::string> arguments = {"/usr/bin/env",       "xvfb-run", "-a",   IMPASTO_VIEWER_SOAK,
                                          writeScript(script(validation ? 2 : 10)), out, scene_, style_,
                                          surface_};
    if (validation) arguments.push_back("--validation");
    return runProcess(arguments);
  };
  const ProcessResult result = soak(false);
  ASSERT_EQ(result.status, 0) << result.err;
  const nlohmann::json measured = nlohmann::json::parse(std::ifstream(out));
  SCOPED_TRACE(measured.dump(2));
  EXPECT_GE(measured["frames"], 1000);
  EXPECT_GE(measured["steady_frames"], 600);
  EXPECT_EQ(measured["steady_host_allocations"], 0);
  EXPECT_EQ(measured["steady_device_objects"], 0);
  EXPECT_EQ(measured["end"]["device_memories"], measured["begin"]["device_memories"]);
  // The whole program, with lavapipe's device memory and compiled kernels: a kernel more or less for a state that comes up
  // now and then is 0.1 MB each, stacks and arenas of threads come and go. One frame's leak would be 600 times as much.
  const auto growth = [&](const char* what) {
    return measured["end"][what].get<int64_t>() - measured["begin"][what].get<int64_t>();
  };
  EXPECT_LT(growth("heap_bytes"), 6 << 20);
  EXPECT_LT(growth("resident_kilobytes"), 16 << 10);
  const ProcessResult validated = soak(true);
  EXPECT_EQ(validated.status, 0) << validated.err;
}

}  // namespace
}  // namespace impasto::test
