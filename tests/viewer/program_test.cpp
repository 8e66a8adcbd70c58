// impasto-viewer on a virtual display (Xvfb), with validation layers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "apps/process.h"
#include "common/picture_file.h"
#include "gltf_maker.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using testing::HasSubstr;

class ViewerProgram : public testing::Test {
 protected:
  void SetUp() override {
    if (std::system("{ command -v xvfb-run && command -v xauth; } >/dev/null 2>&1") != 0) {
      GTEST_SKIP() << "xvfb-run or xauth is not installed";
    }
    GltfMaker scene;
    scene.addTriangle();
    scene.write(scene_);
    writeStyleFile(makeSmallStyle(3), style_);
  }
  ProcessResult view(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"/usr/bin/env", "xvfb-run", "-a", IMPASTO_VIEWER, "--validation", "--scene",
                                         scene_, "--width", "96", "--height", "64"});
    return runProcess(arguments);
  }

  TempDir dir_;
  std::string scene_ = dir_.file("scene.glb"), style_ = dir_.file("paint.safetensors");
};

TEST_F(ViewerProgram, ShowsPaintedFrames) {
  const std::string shot = dir_.file("shot.png");
  const ProcessResult result = view({"--style", style_, "--frames", "5", "--screenshot", shot});
  ASSERT_EQ(result.status, 0) << result.err;
  const app::Picture picture = app::readPicture(shot);
  EXPECT_EQ(picture.width, 96u);
  EXPECT_EQ(picture.height, 64u);
}

TEST_F(ViewerProgram, ShowsPlainFramesWithoutAStyle) {
  const ProcessResult result = view({"--frames", "3"});
  EXPECT_EQ(result.status, 0) << result.err;
}

TEST_F(ViewerProgram, RefusesNonsense) {
  const std::vector<std::string> cases[] = {
      {"--strength", "nan"}, {"--detail", "2"}, {"--frames", "0"}, {"--screenshot", "a.png"}};
  for (const auto& arguments : cases) {
    std::vector<std::string> all = {IMPASTO_VIEWER};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const ProcessResult result = runProcess(all);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(arguments[0]));
  }
}

TEST_F(ViewerProgram, SaysThatThereIsNoDisplay) {
  const ProcessResult result = runProcess({"/usr/bin/env", "-u", "DISPLAY", "-u", "WAYLAND_DISPLAY", IMPASTO_VIEWER});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("no display"));
}

}  // namespace
}  // namespace impasto::test
