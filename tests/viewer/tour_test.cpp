// A scripted tour through every control, what it shows held against pictures of ours (goldens/, made anew with
// IMPASTO_REGENERATE=1; look at them before committing), and a long run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

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
    writeStyleFile(makeMixedStyle(), dir_.file("mixed.safetensors"));
    std::ofstream(dir_.file("nonsense.txt")) << "nothing";
    std::ofstream map(dir_.file("red.hdr"), std::ios::binary);  // 4x2 pixels of (3, 0.2, 0.2)
    map << "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 4\n";
    for (int i = 0; i < 8; ++i) map << '\xC0' << '\x0D' << '\x0D' << '\x82';
    app::writePicture(app::Picture(64, 64), dir_.file("painting.png"));
    fs::create_directories(dir_.file("folder"));
  }

  // Two paintings: one leaves the red of a frame, the other its blue.
  static Style makeMixedStyle() {
    Style style;
    const uint32_t color = addInput(style.graph, InputKind::Color), factors = addStyleInput(style.graph, 6);
    style.graph.output = addOp(style.graph, OpType::Modulate, {color, factors});
    style.paintings = {{"Red", "A", "", "", {0, -1, -1, 0, 0, 0}}, {"Blue", "B", "", "", {-1, -1, 0, 0, 0, 0}}};
    return style;
  }

  std::string writeScript(std::string text) const {
    const std::string folder = fs::path(dir_.file("x")).parent_path().string();
    for (size_t at = 0; (at = text.find("DIR", at)) != std::string::npos;) text.replace(at, 3, folder);
    const std::string path = dir_.file("script.txt");
    std::ofstream(path) << text;
    return path;
  }

  ProcessResult view(const std::string& script, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "/usr/bin/env", "HOME=" + dir_.file(""), "xvfb-run", "-a",       IMPASTO_VIEWER, "--validation", "--plain-font",
        "--no-settings", "--width",              "560",      "--height", "460",          "--script",     writeScript(script),
        scene_,          style_,                 surface_};
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
  const auto share = [&](const char* name, size_t channel) {
    const app::Picture picture = app::readPicture(dir_.file(name));
    double sum = 0.0, all = 0.0;
    for (size_t i = 0; i < picture.rgba.size(); ++i) {
      if (i % 4 == 3) continue;
      all += picture.rgba[i];
      if (i % 4 == channel) sum += picture.rgba[i];
    }
    return sum / all;
  };
  EXPECT_GT(share("environment.png", 0), share("sky.png", 0) + 0.1);  // the map is red, and gone when it is taken away
  EXPECT_GT(share("red.png", 0), 0.95);
  EXPECT_GT(share("blue.png", 2), 0.95);
  EXPECT_NEAR(share("both.png", 0), share("both.png", 2), 0.2);
  EXPECT_LT(share("both.png", 1), 0.05);
  int videos = 0, paths = 0, pictures = 0;
  for (const auto& entry : fs::recursive_directory_iterator(dir_.file(""))) {
    const std::string name = entry.path().filename().string();
    videos += name.ends_with(".mp4");
    paths += name.ends_with(".path.json");
    pictures += name.starts_with("frame_");
  }
  EXPECT_EQ(videos, 2);
  EXPECT_EQ(paths, 2);
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

// Sources that change while the viewer runs: the next frames are drawn by them. One that does not compile is a line, and
// what was there goes on.
TEST_F(ViewerTour, TakesUpShadersThatChange) {
  const fs::path shaders = dir_.file("shaders");
  for (const char* room : {"renderer", "viewer"}) {
    fs::create_directories(shaders / room);
    fs::copy(fs::path(IMPASTO_SHADERS) / room, shaders / room);
  }
  const auto read = [](const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  };
  const auto change = [&](const char* name, const std::string& from, const std::string& to) {
    std::string text = read(shaders / name);
    const size_t at = text.rfind(from);
    ASSERT_NE(at, std::string::npos) << name;
    text.replace(at, from.size(), to);
    std::ofstream(shaders / name) << text;
  };
  const auto written = [&](const char* name) {
    for (int i = 0; i < 3000 && !fs::exists(dir_.file(name)); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  };
  const std::string patience = "wait 200\nsettle\nwait 200\nsettle\n";
  auto seen = std::async(std::launch::async, [&] {
    return view("set layout plain\nset time 1\nset pause on\nsettle\nscreenshot DIR/first.png\n" + patience +
                    "screenshot DIR/second.png\n" + patience + "screenshot DIR/third.png\n",
                {"--shaders", shaders.string()});
  });
  written("first.png");
  change("renderer/resolve.frag", "out_display = vec4(encodeSrgb(display * 0.25), 1.0);",
         "out_display = vec4(0.0, encodeSrgb(display * 0.25).g, 0.0, 1.0);");
  written("second.png");
  change("renderer/scene.frag", "out_object = v_object;", "out_object = v_nothing;");
  const ProcessResult result = seen.get();
  ASSERT_EQ(result.status, 0) << result.err << result.out;
  const auto colors = [&](const char* name) {
    const app::Picture picture = app::readPicture(dir_.file(name));
    std::array<double, 3> sums{};
    for (size_t i = 0; i < picture.rgba.size(); ++i) {
      if (i % 4 != 3) sums[i % 4] += picture.rgba[i];
    }
    return sums;
  };
  EXPECT_GT(colors("first.png")[0], 0.0);
  EXPECT_EQ(colors("second.png")[0], 0.0);
  EXPECT_GT(colors("second.png")[1], 0.0);
  EXPECT_EQ(colors("third.png"), colors("second.png"));
  EXPECT_THAT(result.err, HasSubstr("scene.frag:"));
  EXPECT_THAT(result.err, HasSubstr("v_nothing"));
  const ProcessResult nowhere = view("quit", {"--shaders", dir_.file("nowhere")});
  EXPECT_NE(nowhere.status, 0);
  EXPECT_THAT(nowhere.err, HasSubstr("no such folder"));
}

// Programs of this name beside the viewer are what it starts; there may be a real trainer elsewhere.
class ViewerTraining : public ViewerTour {
 protected:
  void SetUp() override {
    ViewerTour::SetUp();
    if (IsSkipped()) return;
    fs::create_directories(folder_);
    fs::copy_file(IMPASTO_VIEWER, folder_ + "/impasto-viewer");
    app::writePicture(app::Picture(64, 64), dir_.file("painting.png"));
    std::ofstream(dir_.file("network.safetensors")) << "n";
  }

  void program(const std::string& name, const std::string& lines) const {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << "#!/bin/sh\n" + lines;
    fs::permissions(path, fs::perms::owner_all);
  }

  ProcessResult train(const std::string& script) const {
    const std::string programs = fs::path(IMPASTO_VIEWER).parent_path();
    return runProcess({"/usr/bin/env", "PATH=" + programs + ":" + std::getenv("PATH"), "XDG_CACHE_HOME=" + dir_.file("cache"),
                       "xvfb-run", "-a", folder_ + "/impasto-viewer", "--validation", "--no-settings", "--width", "200",
                       "--height", "160", "--script", writeScript(script), scene_, style_, surface_});
  }

  std::string learned(const char* name) const { return dir_.file("cache/impasto/training/painting/") + name; }

  std::string folder_ = dir_.file("bin");
};

// On frames that impasto-render takes; a stand-in for impasto-train: a checkpoint, a sample, a style.
TEST_F(ViewerTraining, TakesUpCheckpointsAndTheResult) {
  program("impasto-train", "set -e; echo \"$@\" >> '" + dir_.file("flags") + "'\n"
                           "if [ \"$1\" = export ]; then cp '" + surface_ + "' \"$4\"; exit 0; fi\n"
                           "while [ $# -gt 0 ]; do case $1 in --out) out=$2;; --checkpoint) c=$2;; --samples) s=$2;; "
                           "--content) f=$2;; esac; shift; done\n"
                           "mkdir -p \"$s\"; cp \"$f/frame_0000_plain.png\" \"$s/step_0000010.png\"\n"
                           "echo 'step 10/20  loss 1.0' >&2; echo c > \"$c\"; sleep 1\n"
                           "echo 'step 20/20  loss 0.5' >&2; cp '" + surface_ + "' \"$out\"\n");
  const ProcessResult result = train(
      "settle\ndo train\nwait 2\ndo open DIR/painting.png\nwait 2\nexpect tab train\nset train-preset preview\n"
      "set train-steps 20\ndo train-perceptual DIR/network.safetensors\ndo train\nuntil style 2\nwait 200\nsettle\n");
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_THAT(result.err, HasSubstr("no painting is chosen"));
  EXPECT_TRUE(fs::exists(learned("style.safetensors")));
  EXPECT_TRUE(fs::exists(learned("preview.safetensors")));
  std::ostringstream flags;
  flags << std::ifstream(dir_.file("flags")).rdbuf();
  EXPECT_THAT(flags.str(), HasSubstr("--steps 20 "));
  EXPECT_THAT(flags.str(), HasSubstr("--preset preview"));
  EXPECT_THAT(flags.str(), HasSubstr("--perceptual " + (fs::path(dir_.file("")) / "network.safetensors").string()));
}

TEST_F(ViewerTraining, IsCancelled) {
  program("impasto-render", "exit 0\n");
  program("impasto-train", "trap 'echo stopped > \"" + dir_.file("stopped") + "\"; exit 130' INT; trap '' TERM\n"
                           "echo \"$@\" > '" + dir_.file("flags") + "'; echo 'step 1/900  loss 1.0' >&2\n"
                           "while :; do sleep 0.1; done\n");
  const ProcessResult result = train("settle\ndo open DIR/painting.png\nset train-preset best\ndo train\nwait 70\n"
                                     "do cancel-training\nsettle\n");
  EXPECT_EQ(result.status, 0) << result.err << result.out;
  EXPECT_TRUE(fs::exists(dir_.file("stopped")));
  std::ostringstream flags;
  flags << std::ifstream(dir_.file("flags")).rdbuf();
  EXPECT_THAT(flags.str(), HasSubstr("--preset best "));
  EXPECT_THAT(flags.str(), testing::Not(HasSubstr("--steps")));  // the preset's
  EXPECT_THAT(flags.str(), testing::Not(HasSubstr("--perceptual")));  // the trainer's own
}

TEST_F(ViewerTraining, SaysInOneLineWhatFailed) {
  program("impasto-render", "exit 0\n");
  program("impasto-train", "echo 'reading'; echo 'impasto-train: the painting is too small' >&2; exit 1\n");
  const ProcessResult trained = train("settle\ndo open DIR/painting.png\ndo train\nwait 100\nsettle\n");
  EXPECT_EQ(trained.status, 0) << trained.err << trained.out;
  EXPECT_THAT(trained.err, HasSubstr("training: impasto-train: the painting is too small\n"));
  program("impasto-render", "echo 'impasto-render: no device' >&2; exit 1\n");
  const ProcessResult captured = train("settle\ndo open DIR/painting.png\ndo train\nwait 100\nsettle\n");
  EXPECT_THAT(captured.err, HasSubstr("training: impasto-render: no device\n"));
}

// 1,000 frames: style switches, resizes, minimising.
TEST_F(ViewerTour, AThousandFramesTakeNothingWithThem) {
  const auto script = [](int rounds) {
    return
      "set panels off\nset cross-fade 0.1\nsettle\n"
      // Everything that will be there has been there once.
      "set stroke-size 2\nset style 1\nsettle\nset style 0\nsettle\nset stroke-size 1\nset show history\nwait 3\n"
      "set show picture\nresize 120 80\nsettle\nresize 160 96\nsettle\nset style 1\nsettle\nset style 0\nsettle\n"
      "do select 1\ndo clean-object\nwait 3\ndo clear-objects\nwait 3\nset taa on\nwait 3\nset taa off\nwait 3\n"
      "wait 8\nmark begin\n"
      "repeat " + std::to_string(rounds) + "\n"
      "set style 1\nsettle\nwait 8\nmark steady\nwait 38\nmark moving\n"
      "resize 128 72\nwait 4\nminimise\nwait 3\nrestore\nresize 160 96\nsettle\n"
      // With a mask, and smoothed over frames.
      "set style 0\nsettle\ndo select 1\ndo clean-object\nset taa on\nwait 8\nset split 0.3\nset strength 0.7\nmark steady\n"
      "wait 38\nmark moving\nset strength 1\ndo clear-objects\nset taa off\n"
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
