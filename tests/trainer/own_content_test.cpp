#include "recipes/own_content.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "base/error.h"
#include "data/drawn_pictures.h"
#include "data/image_folder.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

class EnvironmentVariable {
 public:
  EnvironmentVariable(const char* name, const std::string& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    setenv(name, value.c_str(), 1);
  }
  ~EnvironmentVariable() {
    if (before_) setenv(name_, before_->c_str(), 1);
    else unsetenv(name_);
  }
  EnvironmentVariable(const EnvironmentVariable&) = delete;
  EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

 private:
  const char* name_;
  std::optional<std::string> before_;
};

// Something to see in each, and no two alike: flat areas, edges, light and dark.
TEST(DrawnPictures, AreAFunctionOfTheirNumberAndHaveContrast) {
  std::set<std::string> seen;
  double spread = 0;
  for (uint64_t i = 0; i < 12; ++i) {
    const Image picture = drawPicture(160, 100, i);
    EXPECT_EQ(picture.rgb, drawPicture(160, 100, i).rgb);
    EXPECT_TRUE(seen.emplace(picture.rgb.begin(), picture.rgb.end()).second);
    const torch::Tensor pixels = toTensor(picture);
    EXPECT_GT(pixels.std().item<double>(), 0.05) << i;
    spread += pixels.std().item<double>() / 12;
  }
  EXPECT_GT(spread, 0.12);
}

class OwnContentTest : public TrainerTest {
 protected:
  std::string said_;
  Log log_ = [this](const std::string& message) { said_ += message + "\n"; };
};

TEST_F(OwnContentTest, DrawnPicturesAloneNeedNoProgram) {
  const EnvironmentVariable cache("XDG_CACHE_HOME", file("cache"));
  const std::vector<std::string> folders = ownContent("drawn", log_);
  ASSERT_EQ(folders.size(), 1u);
  const ImageFolder content = readImageFolders(folders, 768, log_);
  EXPECT_GE(content.images.size(), 32u);
  EXPECT_EQ(content.images[0].rgb, drawPictures(1)[0].rgb);
  EXPECT_NE(said_.find("are better"), std::string::npos) << said_;
}

TEST_F(OwnContentTest, APlaceThatCannotBeWrittenIsNamed) {
  std::ofstream(file("in_the_way")) << "no folder";
  const EnvironmentVariable cache("XDG_CACHE_HOME", file("in_the_way"));
  EXPECT_ERROR(ownContent("drawn", log_), ErrorCode::Io, "in_the_way");
}

// A stand-in for impasto-render writes pictures where it is told to; they are kept, and taken from there the next time.
TEST_F(OwnContentTest, FramesAreDrawnOnceAndKept) {
  if (std::filesystem::exists(std::filesystem::read_symlink("/proc/self/exe").parent_path() / "impasto-render")) {
    GTEST_SKIP() << "impasto-render lies beside this test and would be taken";
  }
  const EnvironmentVariable cache("XDG_CACHE_HOME", file("cache")), path("PATH", file("bin") + ":" + std::getenv("PATH"));
  std::filesystem::create_directory(file("bin"));
  const std::string program = file("bin/impasto-render"), find_out = "while [ \"$1\" != --out ]; do shift; done\n";
  std::ofstream(program) << "#!/bin/sh\necho \"$@\" >> " << file("calls") << "\n" << find_out << "mkdir \"$2\" && cp "
                         << file("content") << "/*.png \"$2\"\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(ownContent("scenes", log_).size(), 5u);
  EXPECT_TRUE(std::filesystem::exists(file("cache/impasto/content/harbour_12_640x400/0.png")));
  std::ifstream in(file("calls"));
  const std::string calls((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(std::count(calls.begin(), calls.end(), '\n'), 4) << calls;
  EXPECT_NE(calls.find("--scene harbour --camera-path tour"), std::string::npos) << calls;

  // A program that fails leaves nothing behind, and training goes on without.
  std::filesystem::remove_all(file("cache"));
  std::ofstream(program) << "#!/bin/sh\n" << find_out << "mkdir \"$2\"\nexit 1\n";
  said_.clear();
  EXPECT_EQ(ownContent("auto", log_).size(), 1u);
  EXPECT_NE(said_.find("cannot draw them (exit status 1)"), std::string::npos) << said_;
  size_t kept = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(file("cache/impasto/content"))) ++kept;
  EXPECT_EQ(kept, 1u);  // the drawn ones
  EXPECT_ERROR(ownContent("scenes", log_), ErrorCode::Unsupported, "--own-content scenes");
}

TEST_F(OwnContentTest, APaintingAloneIsEnough) {
  const EnvironmentVariable cache("XDG_CACHE_HOME", file("cache"));
  StyleSettings settings = tinySettings(1);
  settings.content.clear();
  settings.own_content = "drawn";
  StyleRun run(settings);
  run.step();
  EXPECT_EQ(run.stepsDone(), 1);
}

}  // namespace
}  // namespace impasto::test
