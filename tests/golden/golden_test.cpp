// A small render of the sample scene against a committed picture; tests/golden/regenerate makes it anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "apps/process.h"
#include "common/picture_file.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;

// Drivers place edges and round shading a little differently, and leaves and grass are all edges: most pixels must be
// nearly the same, a few may differ.
constexpr double kMeanTolerance = 3.0;      // of 255, over all channels
constexpr int kPixelTolerance = 40;         // of 255, largest channel
constexpr double kOutlierTolerance = 0.03;  // share of pixels beyond it

TEST(Golden, SampleScene) {
  const TempDir dir;
  const ProcessResult result =
      runProcess({IMPASTO_RENDER, "--validation", "--size", "128x72", "--start-time", "2", "--out", dir.file("out")});
  ASSERT_EQ(result.status, 0) << result.err;
  const app::Picture now = app::readPicture(fs::path(dir.file("out")) / "frame_0000_plain.png");
  const app::Picture golden = app::readPicture(IMPASTO_GOLDEN "/sample_scene.png");
  ASSERT_EQ(now.width, golden.width);
  ASSERT_EQ(now.height, golden.height);

  double sum = 0.0;
  size_t outliers = 0;
  app::Picture difference(now.width, now.height);
  for (size_t i = 0; i < now.rgba.size(); i += 4) {
    int largest = 0;
    for (size_t c = 0; c < 3; ++c) {
      const int d = std::abs(now.rgba[i + c] - golden.rgba[i + c]);
      difference.rgba[i + c] = static_cast<uint8_t>(std::min(d * 4, 255));
      largest = std::max(largest, d);
      sum += d;
    }
    outliers += largest > kPixelTolerance;
  }
  const double pixels = static_cast<double>(now.rgba.size() / 4);
  EXPECT_LT(sum / (pixels * 3), kMeanTolerance);
  EXPECT_LT(static_cast<double>(outliers) / pixels, kOutlierTolerance);
  if (HasFailure()) {
    app::writePicture(now, "golden_sample_scene_now.png");
    app::writePicture(difference, "golden_sample_scene_difference.png");
    ADD_FAILURE() << "see golden_sample_scene_*.png in " << fs::current_path();
  }
}

}  // namespace
}  // namespace impasto::test
