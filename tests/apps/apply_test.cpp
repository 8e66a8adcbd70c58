// impasto-apply from the outside: what it paints, says, leaves behind and returns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "common/picture_file.h"
#include "media/color_profile.h"
#include "process.h"
#include "support/temp_dir.h"
#include "test_pictures.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;
using app::Picture;
using app::readPicture;
using app::writePicture;
using testing::HasSubstr;

constexpr uint32_t kSeed = 11;

class Apply : public testing::Test {
 protected:
  Apply() { writeStyleFile(makeSmallStyle(kSeed), style_); }

  // impasto-apply with the test's style, Vulkan and its validation layers, and `arguments` after them.
  std::vector<std::string> command(std::vector<std::string> arguments) const {
    std::vector<std::string> all = {IMPASTO_APPLY, "--style", style_, "--backend", "vulkan", "--validation"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return all;
  }
  ProcessResult apply(std::vector<std::string> arguments) const { return runProcess(command(std::move(arguments))); }
  ProcessResult applyWith(const std::string& backend, std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {IMPASTO_APPLY, "--style", style_, "--backend", backend});
    return runProcess(arguments);
  }
  std::string file(const std::string& name) const { return dir_.file(name); }
  std::string picture(const std::string& name, uint32_t width = 40, uint32_t height = 30, bool has_alpha = false) const {
    fs::create_directories(fs::path(file(name)).parent_path());
    writePicture(makePicture(width, height, kSeed, has_alpha), file(name));
    return file(name);
  }
  static std::set<std::string> names(const fs::path& folder) {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder)) found.insert(entry.path().filename().string());
    return found;
  }

  TempDir dir_;
  std::string style_ = dir_.file("style.safetensors");
};

TEST_F(Apply, HelpsAndTellsItsVersion) {
  const auto help = runProcess({IMPASTO_APPLY, "--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
  const auto version = runProcess({IMPASTO_APPLY, "--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_THAT(version.out, HasSubstr("impasto-apply 0."));
}

TEST_F(Apply, PassesPaintAsTheReferenceDoes) {
  struct Case {
    uint32_t width, height;
  };
  for (const auto& [width, height] : {Case{1, 1}, Case{1, 37}, Case{53, 1}, Case{67, 41}, Case{128, 96}}) {
    SCOPED_TRACE(testing::Message() << width << "x" << height);
    const std::string in = picture("in.png", width, height, true);
    const auto vulkan = apply({"--in", in, "--out", file("vulkan.png"), "--overwrite"});
    ASSERT_EQ(vulkan.status, 0) << vulkan.err;
    EXPECT_THAT(vulkan.err, testing::Not(HasSubstr("impasto-apply:")));  // a slow machine shows its progress
    const auto reference = applyWith("reference", {"--in", in, "--out", file("reference.png"), "--overwrite"});
    ASSERT_EQ(reference.status, 0) << reference.err;
    const Picture painted = readPicture(file("vulkan.png"));
    // fp16 storage between the ops: 2/255, as the project promises; and one step for rounding to 8 bits.
    EXPECT_LE(maxDifference(painted, readPicture(file("reference.png"))), 3);
    EXPECT_TRUE(painted.has_alpha);
    const Picture before = readPicture(in);
    for (size_t i = 3; i < before.rgba.size(); i += 4) ASSERT_EQ(painted.rgba[i], before.rgba[i]);
    if (width * height > 100) {
      EXPECT_GT(maxDifference(painted, before), 8) << "nothing was painted";
    }
    if (!IMPASTO_HAS_CPU) continue;
    const auto cpu = applyWith("cpu", {"--in", in, "--out", file("cpu.png"), "--overwrite", "--json"});
    ASSERT_EQ(cpu.status, 0) << cpu.err;
    EXPECT_THAT(cpu.out, HasSubstr("\"backend\": \"cpu ("));
    EXPECT_LE(maxDifference(readPicture(file("cpu.png")), readPicture(file("reference.png"))), 8);  // bfloat16
  }
}

TEST_F(Apply, StrengthZeroLeavesEveryPixel) {
  const std::string in = picture("in.png", 61, 35, true);
  const auto result = apply({"--in", in, "--out", file("out.png"), "--strength", "0"});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(maxDifference(readPicture(in), readPicture(file("out.png"))), 0);
}

TEST_F(Apply, ControlsChangeTheResult) {
  const std::string in = picture("in.png", 64, 48);
  ASSERT_EQ(apply({"--in", in, "--out", file("plain.png")}).status, 0);
  for (const char* control : {"--color-preservation", "--detail"}) {
    ASSERT_EQ(apply({"--in", in, "--out", file("other.png"), control, "1", "--overwrite"}).status, 0);
    EXPECT_GT(maxDifference(readPicture(file("plain.png")), readPicture(file("other.png"))), 4) << control;
  }
}

TEST_F(Apply, SizeIsTheLongerSideOfTheResult) {
  const auto result = apply({"--in", picture("in.jpg", 90, 60), "--out", file("out.jpg"), "--size", "45"});
  ASSERT_EQ(result.status, 0) << result.err;
  const Picture out = readPicture(file("out.jpg"));
  EXPECT_EQ(out.width, 45u);
  EXPECT_EQ(out.height, 30u);
}

TEST_F(Apply, FoldersKeepNamesAndSkipWhatIsBroken) {
  picture("in/a.jpg", 33, 20);
  picture("in/b.PNG", 20, 33);
  picture("in/c.png", 20, 33);
  picture("in/deep/d.png");
  writeBytes(file("in/broken.png"), readBytes(file("in/c.png")).substr(0, 200));
  writeBytes(file("in/text.png"), "no picture");
  writeBytes(file("in/empty.jpg"), "");
  writeBytes(file("in/notes.txt"), "not named like one");
  const auto result = apply({"--in", file("in"), "--out", file("out/of/it"), "--json"});
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(names(file("out/of/it")), (std::set<std::string>{"a.jpg", "b.PNG", "c.png"}));
  for (const char* name : {"broken.png", "text.png", "empty.jpg"}) EXPECT_THAT(result.err, HasSubstr(name));
  const auto summary = nlohmann::json::parse(result.out);
  EXPECT_EQ(summary["painted"], 3);
  EXPECT_EQ(summary["failed"], 3);
  EXPECT_EQ(summary["ignored"], 1);
  EXPECT_EQ(summary["files"].size(), 6u);
  EXPECT_EQ(readPicture(file("out/of/it/b.PNG")).height, 33u);
}

TEST_F(Apply, RecursiveKeepsFoldersAndDoesNotPaintItsOwnResults) {
  picture("in/a.png");
  picture("in/deep/er/b.png");
  for (int run = 0; run < 2; ++run) {
    const auto result = apply({"--in", file("in"), "--out", file("in/painted"), "--recursive", "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const auto summary = nlohmann::json::parse(result.out);
    EXPECT_EQ(summary["painted"], run == 0 ? 2 : 0);
    EXPECT_EQ(summary["kept"], run == 0 ? 0 : 2);
  }
  EXPECT_TRUE(fs::exists(file("in/painted/deep/er/b.png")));
}

TEST_F(Apply, NeverReplacesItsInputUnasked) {
  const std::string in = picture("in/a.png");
  const std::string before = readBytes(in);
  fs::create_hard_link(in, file("in/link.png"));
  for (const auto& out : {in, file("in"), file("in/"), file("in/../in/a.png"), file("in/link.png")}) {
    EXPECT_EQ(apply({"--in", in, "--out", out}).status, 2) << out;
  }
  EXPECT_EQ(apply({"--in", file("in"), "--out", file("in")}).status, 2);
  EXPECT_TRUE(readBytes(in) == before);
  EXPECT_EQ(apply({"--in", in, "--out", in, "--overwrite"}).status, 0);
  EXPECT_FALSE(readBytes(in) == before);
}

TEST_F(Apply, ResultsThatAreThereAreKeptUnlessAskedOtherwise) {
  const std::string in = picture("in/a.png");
  picture("in/b.png");
  fs::create_directory(file("out"));
  writeBytes(file("out/a.png"), "the old result");
  const auto single = apply({"--in", in, "--out", file("out/a.png")});
  EXPECT_EQ(single.status, 2);
  EXPECT_THAT(single.err, HasSubstr("out/a.png is there already; --overwrite"));
  const auto folder = apply({"--in", file("in"), "--out", file("out")});
  EXPECT_EQ(folder.status, 0) << folder.err;
  EXPECT_THAT(folder.out, HasSubstr("1 were there already"));
  EXPECT_EQ(readBytes(file("out/a.png")), "the old result");
  EXPECT_TRUE(fs::exists(file("out/b.png")));
  EXPECT_EQ(apply({"--in", file("in"), "--out", file("out"), "--overwrite"}).status, 0);
  EXPECT_EQ(readPicture(file("out/a.png")).width, 40u);
}

TEST_F(Apply, JsonNamesTheResultsAndTheTimes) {
  const std::string in = picture("in.png");
  const auto result = apply({"--in", in, "--out", file("out.jpg"), "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto summary = nlohmann::json::parse(result.out);
  const auto& record = summary["files"][0];
  EXPECT_EQ(record["out"], file("out.jpg"));
  for (const char* part : {"read_seconds", "paint_seconds", "write_seconds"}) EXPECT_GT(record[part], 0) << part;
  EXPECT_LE(record["read_seconds"].get<double>() + record["paint_seconds"].get<double>() + record["write_seconds"].get<double>(),
            record["seconds"].get<double>());
  EXPECT_EQ(summary["paint_seconds"], record["paint_seconds"]);
}

TEST_F(Apply, KeepsWhatThePictureIs) {
  // 16 bits, half-transparent, of a wide space, at 300 dpi.
  media::Image image(48, 32, media::SampleType::U16);
  image.has_alpha = true;
  for (uint32_t y = 0; y < 32; ++y) {
    for (uint32_t x = 0; x < 48; ++x) {
      const float p[4] = {static_cast<float>(x) / 48, static_cast<float>(y) / 32, 0.4f, static_cast<float>(x) / 47};
      media::storePixels(image, x, y, 1, p);
    }
  }
  image.metadata.icc = media::profileOf({0.735f, 0.265f, 0.115f, 0.826f, 0.157f, 0.018f, 0.3127f, 0.3290f}, 2.2);
  image.metadata.pixels_per_metre = {11811, 11811};
  media::Notes notes;
  for (const char* name : {"deep.png", "deep.tif"}) {
    SCOPED_TRACE(name);
    media::writeImage(image, file(name), {}, notes);
    const std::string out = file(std::string("painted_") + name);
    const auto result = apply({"--in", file(name), "--out", out});
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.err, testing::Not(HasSubstr("impasto-apply:")));
    const media::Image painted = media::readImage(out, notes);
    EXPECT_EQ(painted.type, media::SampleType::U16);
    EXPECT_EQ(painted.metadata.icc, image.metadata.icc);
    EXPECT_NEAR(painted.metadata.pixels_per_metre[0], 11811, 1);
    std::set<uint16_t> low_bytes;
    bool changed = false;
    for (size_t i = 0; i < painted.samples.size() / 2; ++i) {
      uint16_t now = 0, before = 0;
      std::memcpy(&now, painted.samples.data() + i * 2, 2);
      std::memcpy(&before, image.samples.data() + i * 2, 2);
      if (i % 4 == 3) ASSERT_EQ(now, before);
      else changed = changed || now != before;
      low_bytes.insert(now & 255);
    }
    EXPECT_TRUE(changed);
    EXPECT_GT(low_bytes.size(), 200u) << "eight bits only";
  }
  const auto jpeg = apply({"--in", file("deep.png"), "--out", file("deep.jpg")});
  EXPECT_EQ(jpeg.status, 0);
  EXPECT_THAT(jpeg.err, testing::AllOf(HasSubstr("16 bits become 8"), HasSubstr("laid on white")));
}

TEST_F(Apply, PaintsHighlightsOfExr) {
  media::Image image(40, 40, media::SampleType::F16);
  for (uint32_t y = 0; y < 40; ++y) {
    for (uint32_t x = 0; x < 40; ++x) {
      const float v = x < 20 ? 8.0f : 0.2f;
      const float p[4] = {v, v, v, 1};
      media::storePixels(image, x, y, 1, p);
    }
  }
  media::Notes notes;
  media::writeImage(image, file("a.exr"), {}, notes);
  // Random weights paint anything: what counts is that both backends agree, and that bright places stay bright.
  for (const char* backend : {"vulkan", "reference"}) {
    const auto result = applyWith(backend, {"--in", file("a.exr"), "--out", file(std::string(backend) + ".exr"), "--strength", "0.5"});
    ASSERT_EQ(result.status, 0) << result.err;
  }
  const media::Image vulkan = media::readImage(file("vulkan.exr"), notes), reference = media::readImage(file("reference.exr"), notes);
  EXPECT_EQ(vulkan.type, media::SampleType::F16);
  float brightest = 0;
  for (uint32_t y = 0; y < 40; ++y) {
    for (uint32_t x = 0; x < 40; ++x) {
      float p[4], q[4];
      media::loadPixels(vulkan, x, y, 1, p);
      media::loadPixels(reference, x, y, 1, q);
      brightest = std::max(brightest, p[0]);
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(media::srgbFromLinear(p[c]), media::srgbFromLinear(q[c]), 0.08f);
    }
  }
  EXPECT_GT(brightest, 1.5f);
}

TEST_F(Apply, StylesThatCanDoWithoutDepthArePaintedWithoutIt) {
  Random random(kSeed);
  const auto write = [&](const char* name, bool optional) {
    Graph graph;
    const uint32_t color = addInput(graph, InputKind::Color), depth = addInput(graph, InputKind::Depth, optional);
    graph.output = addConv(graph, addOp(graph, OpType::Concat, {color, depth}), 3, 3, 1, Activation::Sigmoid);
    writeStyleFile(makeStyle(graph, random), file(name));
    return file(name);
  };
  const std::string in = picture("in.png");
  const auto painted = runProcess({IMPASTO_APPLY, "--style", write("can.safetensors", true), "--in", in, "--out", file("a.png")});
  EXPECT_EQ(painted.status, 0) << painted.err;
  EXPECT_TRUE(fs::exists(file("a.png")));
  const auto refused = runProcess({IMPASTO_APPLY, "--style", write("cannot.safetensors", false), "--in", in, "--out", file("b.png")});
  EXPECT_EQ(refused.status, 1);
  EXPECT_THAT(refused.err, HasSubstr("depth"));
}

TEST_F(Apply, StrokeScalePaintsLargerStrokesAtTheSameExtent) {
  const std::string in = picture("in.webp", 96, 64);
  ASSERT_EQ(apply({"--in", in, "--out", file("one.png")}).status, 0);
  const auto result = apply({"--in", in, "--out", file("four.png"), "--stroke-scale", "4"});
  ASSERT_EQ(result.status, 0) << result.err;
  const Picture one = readPicture(file("one.png")), four = readPicture(file("four.png"));
  ASSERT_EQ(four.width, 96u);
  ASSERT_EQ(four.height, 64u);
  const auto roughness = [](const Picture& picture) {
    double sum = 0;
    for (uint32_t y = 0; y < picture.height; ++y) {
      for (uint32_t x = 1; x < picture.width; ++x) sum += std::abs(picture.pixel(x, y)[1] - picture.pixel(x - 1, y)[1]);
    }
    return sum;
  };
  EXPECT_LT(roughness(four), 0.6 * roughness(one));
}

// A style whose paintings are colours: what is painted is the mixture.
TEST_F(Apply, MixesThePaintingsOfAStyle) {
  const std::string several = file("several.safetensors"), in = picture("in.png", 20, 12), out = file("out.png");
  writeStyleFile(makePaintingsStyle(), several);
  struct Case {
    const char* mix;
    int red, green, blue;
  };
  for (const auto& [mix, red, green, blue] : {Case{"", 204, 51, 102}, Case{"Blue", 51, 102, 204}, Case{"1", 51, 102, 204},
                                              Case{"Red=1,Blue=1", 128, 77, 153}, Case{" 1 = 30 , red=10 ", 89, 89, 179},
                                              Case{"Grey, nearly", 153, 153, 128}, Case{"2=1,0=1,1=0", 179, 102, 115}}) {
    SCOPED_TRACE(mix);
    for (const char* backend : {"vulkan", "reference"}) {
      const auto result = runProcess({IMPASTO_APPLY, "--style", several, "--backend", backend, "--mix", mix, "--in", in, "--out",
                                      out, "--overwrite"});
      ASSERT_EQ(result.status, 0) << result.err;
      const Picture painted = readPicture(out);
      const uint8_t* pixel = painted.pixel(7, 5);
      EXPECT_NEAR(pixel[0], red, 1) << backend;
      EXPECT_NEAR(pixel[1], green, 1) << backend;
      EXPECT_NEAR(pixel[2], blue, 1) << backend;
    }
  }
  const auto expectMisused = [&](const std::string& style, const std::string& mix, const std::string& message) {
    const auto result = runProcess({IMPASTO_APPLY, "--style", style, "--mix", mix, "--in", in, "--out", file("no.png")});
    EXPECT_EQ(result.status, 2) << mix;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  };
  expectMisused(several, "Green=1", "has no painting \"Green\"; it has 0 Red, 1 Blue, 2 Grey, nearly");
  expectMisused(several, "3", "has no painting \"3\"");
  expectMisused(several, "Red,", "has no painting \"\"");
  expectMisused(several, "Red=lots", "\"lots\" is not a number from 0");
  expectMisused(several, "Red=-1", "\"-1\" is not a number from 0");
  expectMisused(several, "Red=nan", "\"nan\" is not a number from 0");
  expectMisused(several, "Red=1e300", "\"1e300\" is not a number from 0");
  expectMisused(several, "Red=", "\"\" is not a number from 0");
  expectMisused(several, "Red=0,Blue=0", "sum is 0");
  expectMisused(several, "Red=1,0=1", "\"0\" is named twice");
  expectMisused(style_, "Red", "holds one painting");
  EXPECT_FALSE(fs::exists(file("no.png")));
}

TEST_F(Apply, MisuseIsStatusTwoAndNamesTheFlag) {
  const std::string in = picture("in.png");
  const struct {
    std::vector<std::string> arguments;
    const char* named;
  } cases[] = {{{}, "--in"},
               {{"--in", in}, "--out"},
               {{"--in", in, "--out", file("out.gif")}, "--out"},
               {{"--in", in, "--out", ""}, "--out"},
               {{"--in", in, "--out", file("o.png"), "--strength", "1.5"}, "--strength"},
               {{"--in", in, "--out", file("o.png"), "--strength", "nan"}, "--strength"},
               {{"--in", in, "--out", file("o.png"), "--size", "0"}, "--size"},
               {{"--in", in, "--out", file("o.png"), "--size", "99999"}, "--size"},
               {{"--in", in, "--out", file("o.png"), "--quality", "0"}, "--quality"},
               {{"--in", in, "--out", file("o.png"), "--stroke-scale", "0.5"}, "--stroke-scale"},
               {{"--in", in, "--out", file("o.png"), "--codec", "mpeg1"}, "--codec"},
               {{"--in", in, "--out", file("o.mp4")}, "--out"},
               {{"--in", in, "--out", file("o.png"), "--frobnicate"}, "--frobnicate"},
               {{"--in", dir_.path().string(), "--out", in}, "--out"}};
  for (const auto& [arguments, named] : cases) {
    const auto result = apply(arguments);
    EXPECT_EQ(result.status, 2) << result.err;
    EXPECT_THAT(result.err, HasSubstr(named));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
  EXPECT_FALSE(fs::exists(file("o.png")));
}

TEST_F(Apply, BadFilesAreStatusOneAndNamed) {
  const std::string in = picture("in.png");
  writeBytes(file("bad.safetensors"), readBytes(style_).substr(0, 1000));
  fs::create_directory(file("nothing"));
  const struct {
    std::vector<std::string> arguments;
    const char* named;
  } cases[] = {{{"--in", file("none.png"), "--out", file("o.png")}, "none.png"},
               {{"--in", file("two\nlines.png"), "--out", file("o.png")}, "two?lines.png"},
               {{"--in", file("nothing"), "--out", file("o")}, "nothing"},
               {{"--in", in, "--out", file("in.png/o.png")}, "in.png"},
               {{"--in", in, "--out", file("o.png"), "--style", file("none.safetensors")}, "none.safetensors"},
               {{"--in", in, "--out", file("o.png"), "--style", file("bad.safetensors")}, "bad.safetensors"}};
  for (const auto& [arguments, named] : cases) {
    std::vector<std::string> all = {IMPASTO_APPLY};
    if (std::find(arguments.begin(), arguments.end(), "--style") == arguments.end()) all = {IMPASTO_APPLY, "--style", style_};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto result = runProcess(all);
    EXPECT_EQ(result.status, 1) << result.err;
    EXPECT_THAT(result.err, HasSubstr(named));
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

TEST_F(Apply, AFullDiskLeavesTheOldResultAndNoRest) {
  const std::string in = picture("in.png", 64, 64);
  fs::create_directory(file("out"));
  writeBytes(file("out/a.png"), "the old result");
  constexpr long kBytes = 1000;  // less than the result needs
  const auto result =
      runProcess({IMPASTO_APPLY, "--style", style_, "--backend", "reference", "--in", in, "--out", file("out/a.png"), "--overwrite"}, kBytes);
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("out/a.png: cannot write"));
  EXPECT_EQ(names(file("out")), std::set<std::string>{"a.png"});
  EXPECT_EQ(readBytes(file("out/a.png")), "the old result");
}

TEST_F(Apply, InterruptedItStopsCleanly) {
  for (int i = 0; i < 200; ++i) picture("in/" + std::to_string(1000 + i) + ".png", 200, 150);
  Process process({IMPASTO_APPLY, "--style", style_, "--backend", "reference", "--in", file("in"), "--out", file("out")});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!fs::exists(file("out/1000.png")) && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  process.signal(SIGINT);
  const auto result = process.wait();
  EXPECT_EQ(result.status, 130) << result.err;
  EXPECT_THAT(result.err, HasSubstr("of 200 files"));
  const auto painted = names(file("out"));
  EXPECT_LT(painted.size(), 200u);
  for (const auto& name : painted) EXPECT_NO_THROW(readPicture(file("out/" + name))) << name;
}

TEST_F(Apply, WithoutAVulkanDeviceAutoUsesTheProcessor) {
  const std::string in = picture("in.png", 24, 18);
  // No driver: the loader finds none where there is no manifest.
  ASSERT_EQ(setenv("VK_DRIVER_FILES", "/nonexistent.json", 1), 0);
  ASSERT_EQ(setenv("VK_ICD_FILENAMES", "/nonexistent.json", 1), 0);
  const auto automatic = applyWith("auto", {"--in", in, "--out", file("auto.png")});
  const auto vulkan = applyWith("vulkan", {"--in", in, "--out", file("vulkan.png")});
  unsetenv("VK_DRIVER_FILES");
  unsetenv("VK_ICD_FILENAMES");
  EXPECT_EQ(automatic.status, 0) << automatic.err;
  EXPECT_THAT(automatic.err, HasSubstr(IMPASTO_HAS_CPU ? "without Vulkan" : "reference"));
  EXPECT_EQ(vulkan.status, 1);
  EXPECT_FALSE(fs::exists(file("vulkan.png")));
}

}  // namespace
}  // namespace impasto::test
