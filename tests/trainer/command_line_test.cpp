// impasto-train as a user meets it: exit status, one-line errors, outputs.
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "support/random_style.h"
#include "trainer/trainer_fixture.h"

namespace impasto::test {
namespace {

struct Result {
  int status = -1;
  std::string output;  // stdout and stderr
};

Result run(const std::string& arguments) {
  Result result;
  FILE* pipe = popen((std::string("'") + IMPASTO_TRAIN_PROGRAM + "' " + arguments + " 2>&1").c_str(), "r");
  if (!pipe) return result;
  std::array<char, 4096> buffer;
  while (const size_t size = fread(buffer.data(), 1, buffer.size(), pipe)) result.output.append(buffer.data(), size);
  const int status = pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

// The object behind what was said while it was measured.
nlohmann::json jsonIn(const std::string& output) {
  const size_t begin = std::min(output.find('{'), output.size());
  return nlohmann::json::parse(output.substr(begin), nullptr, /*allow_exceptions=*/false);
}

class CommandLineTest : public TrainerTest {
 protected:
  std::string styleCommand(const std::string& more) const {
    return "style --style-image " + file("painting.png") + " --content " + file("content") + " --perceptual " +
           file("vgg.safetensors") + " --size small --image-size 32 --style-size 64 --batch 1 --device cpu --threads 1 " +
           more;
  }
};

void expectFailure(const Result& result, int status, const std::string& message) {
  EXPECT_EQ(result.status, status) << result.output;
  EXPECT_NE(result.output.find(message), std::string::npos) << result.output;
  EXPECT_EQ(std::count(result.output.begin(), result.output.end(), '\n'), 1) << result.output;
}

TEST_F(CommandLineTest, HelpAndVersionSucceed) {
  EXPECT_EQ(run("--version").status, 0);
  for (const char* command : {"style", "multi", "encode", "evaluate", "export", "inspect"}) {
    const Result help = run(std::string(command) + " --help");
    EXPECT_EQ(help.status, 0);
    EXPECT_NE(help.output.find("Example"), std::string::npos) << help.output;
  }
}

TEST_F(CommandLineTest, MisuseIsTwoAndFailureIsOne) {
  expectFailure(run(""), 2, "--help");
  expectFailure(run("style"), 2, "required");
  expectFailure(run("paint"), 2, "--help");
  expectFailure(run(styleCommand("--out x --steps ten")), 2, "--steps");
  expectFailure(run(styleCommand("--out x --privacy 8,1e-5")), 2, "only unpaired");
  expectFailure(run(styleCommand("--out x --optimizer sgd")), 2, "--optimizer sgd");
  expectFailure(run(styleCommand("--out " + file("s.safetensors") + " --style-layer-weights 1,2")), 2, "--style-layer-weights");
  expectFailure(run(styleCommand("--out " + file("s.safetensors") + " --content " + file("nowhere"))), 1, "nowhere");
  expectFailure(run("inspect " + file("vgg.safetensors")), 1, "vgg.safetensors");
  expectFailure(run("export " + file("nowhere") + " --out x"), 1, "nowhere");
}

TEST_F(CommandLineTest, TrainsExportsInspectsAndEvaluates) {
  const std::string out = file("s.safetensors");
  const Result trained = run(styleCommand("--out " + out + " --steps 3 --title 'A title'"));
  ASSERT_EQ(trained.status, 0) << trained.output;
  EXPECT_NE(trained.output.find("step 3/3"), std::string::npos) << trained.output;

  const Result exported = run("export " + file("s.checkpoint.safetensors") + " --out " + file("again.safetensors"));
  EXPECT_EQ(exported.status, 0) << exported.output;

  const Result inspected = run("inspect --json " + out);
  EXPECT_EQ(inspected.status, 0);
  EXPECT_NE(inspected.output.find("\"title\": \"A title\""), std::string::npos) << inspected.output;
  EXPECT_NE(inspected.output.find("multiply_adds_per_pixel"), std::string::npos);

  std::filesystem::create_directory(file("held_out"));
  trainer::writePng(makePicture(80, 72, 50), file("held_out/a.png"));
  const Result evaluated = run("evaluate --style " + out + " --content " + file("held_out") + " --style-image " +
                               file("painting.png") + " --style-size 64 --perceptual " + file("vgg.safetensors") +
                               " --device cpu --threads 1 --json --record");
  EXPECT_EQ(evaluated.status, 0) << evaluated.output;
  EXPECT_NE(evaluated.output.find("\"edge_f1\""), std::string::npos) << evaluated.output;
  const nlohmann::json recorded = jsonIn(run("inspect --json " + out).output)["metrics"];
  EXPECT_EQ(recorded["evaluated"]["pictures"], 1);
  EXPECT_EQ(recorded["evaluated"]["edge_f1"], jsonIn(evaluated.output)["styles"][0]["edge_f1"]);
  EXPECT_FALSE(recorded["evaluated"].contains("file"));
  EXPECT_TRUE(recorded.contains("image_size")) << "what was there";
  expectFailure(run("evaluate --record --style " + file("s.checkpoint.safetensors") + " --content " + file("held_out") +
                    " --style-image " + file("painting.png") + " --perceptual " + file("vgg.safetensors")),
                2, "is a checkpoint");
}

TEST_F(CommandLineTest, EvaluateComparesStylesWithAYardsticksCheckpointAndDrawsASheet) {
  const std::string out = file("s.safetensors"), yardstick = file("j.checkpoint.safetensors");
  ASSERT_EQ(run(styleCommand("--out " + out + " --steps 1")).status, 0);
  const Result trained = run(styleCommand("--preset still --network johnson --out " + file("j.safetensors") + " --steps 1"));
  ASSERT_EQ(trained.status, 0) << trained.output;
  EXPECT_NE(trained.output.find(yardstick + " holds the result"), std::string::npos) << trained.output;
  EXPECT_FALSE(std::filesystem::exists(file("j.safetensors")));
  expectFailure(run("export " + yardstick + " --out x.safetensors"), 2, "no style file");

  std::filesystem::create_directory(file("held_out"));
  trainer::writePng(makePicture(80, 72, 50), file("held_out/a.png"));
  trainer::writePng(makePicture(90, 100, 51), file("held_out/b.png"));
  const std::string command = "evaluate --style " + out + " --style " + yardstick + " --content " + file("held_out") +
                              " --style-image " + file("painting.png") + " --style-size 64 --perceptual " +
                              file("vgg.safetensors") + " --device cpu --threads 1 --sheet ";
  const Result evaluated = run(command + file("sheet.png"));
  EXPECT_EQ(evaluated.status, 0) << evaluated.output;
  for (const char* told : {"153792", "MACs/px", "the painting's own crops", "from left to right:\n  frame\n", "  a.png\n  b.png\n"}) {
    EXPECT_NE(evaluated.output.find(told), std::string::npos) << told << "\n" << evaluated.output;
  }
  const trainer::Image sheet = trainer::readImage(file("sheet.png"));
  EXPECT_EQ(sheet.width, 3 * 72);
  EXPECT_EQ(sheet.height, 2 * 72);
  const trainer::Image first = trainer::middleSquare(makePicture(80, 72, 50), 72);
  for (size_t y = 0; y < 72; ++y) {  // the frames are in the first column
    EXPECT_TRUE(std::equal(first.rgb.begin() + static_cast<int64_t>(y * 72 * 3), first.rgb.begin() + static_cast<int64_t>((y + 1) * 72 * 3),
                           sheet.rgb.begin() + static_cast<int64_t>(y * 3 * 72 * 3)));
  }
  // Where the sheet cannot be written the figures are printed all the same.
  const Result unwritten = run(command + file("nowhere/sheet.png") + " --json");
  EXPECT_EQ(unwritten.status, 1);
  EXPECT_NE(unwritten.output.find("\"style_centred\""), std::string::npos) << unwritten.output;
  EXPECT_NE(unwritten.output.find("\"flicker\""), std::string::npos) << unwritten.output;
  EXPECT_NE(unwritten.output.find("impasto-train: " + file("nowhere/sheet.png")), std::string::npos) << unwritten.output;
}

TEST_F(CommandLineTest, LearnsSeveralPaintingsAndEncodesOthers) {
  const std::string out = file("m.safetensors"), checkpoint = file("m.checkpoint.safetensors");
  const std::string more = file("more.safetensors");
  for (uint32_t i = 0; i < 3; ++i) {
    trainer::writePng(makePicture(80, 64, 500 + i), file("p_" + std::to_string(i) + ".png"));
  }
  const std::string shared = " --perceptual " + file("vgg.safetensors") + " --device cpu --threads 1";
  const std::string multi = "multi --style-image " + file("p_0.png") + " --style-image " + file("p_1.png") + " --content " +
                            file("content") + shared + " --size small --image-size 32 --style-size 64 --batch 2 --out " + out;
  // In float32, as `encode` computes: so that a painting's vector is the same once more.
  const Result trained = run(multi + " --precision float32 --steps 3 --titles 'First,Second' --samples " + file("samples"));
  ASSERT_EQ(trained.status, 0) << trained.output;
  EXPECT_NE(trained.output.find("fusion 0.5"), std::string::npos) << trained.output;
  EXPECT_TRUE(std::filesystem::exists(file("samples/step_0000003.png")));

  const std::string encode = "encode " + checkpoint + shared + " --out " + more;
  const Result encoded =
      run(encode + " --style-image " + file("p_0.png") + " --title 'First again' --style-image " + file("p_2.png"));
  ASSERT_EQ(encoded.status, 0) << encoded.output;
  const Style style = readStyleFile(more), learned = readStyleFile(out);
  ASSERT_EQ(style.paintings.size(), 4u);
  EXPECT_EQ(style.paintings[0].title, "First");
  EXPECT_EQ(style.paintings[2].title, "First again");
  EXPECT_EQ(style.paintings[3].title, "p 2");
  EXPECT_EQ(style.paintings[1].vector, learned.paintings[1].vector);
  ASSERT_EQ(style.paintings[2].vector.size(), 32u);
  for (size_t i = 0; i < 32; ++i) EXPECT_NEAR(style.paintings[2].vector[i], style.paintings[0].vector[i], 1e-4);
  EXPECT_NE(style.paintings[3].vector, style.paintings[0].vector);
  EXPECT_EQ(run(encode + " --only --overwrite --style-image " + file("p_2.png")).status, 0);
  EXPECT_EQ(readStyleFile(more).paintings.size(), 1u);
  const Result exported = run("export " + checkpoint + " --out " + file("exported.safetensors"));
  ASSERT_EQ(exported.status, 0) << exported.output;
  EXPECT_EQ(readStyleFile(file("exported.safetensors")).paintings[1].vector, learned.paintings[1].vector);

  // Each painting is measured, by its own picture, and alone to the same figures.
  std::filesystem::create_directory(file("held_out"));
  trainer::writePng(makePicture(80, 72, 50), file("held_out/a.png"));
  const std::string evaluate = "evaluate --json --content " + file("held_out") + shared + " --style-size 64 --style ";
  const std::string both = " --style-image " + file("p_0.png") + " --style-image " + file("p_1.png");
  const Result measured = run(evaluate + out + both);
  ASSERT_EQ(measured.status, 0) << measured.output;
  const nlohmann::json of_both = jsonIn(measured.output);
  ASSERT_EQ(of_both["styles"].size(), 2u) << measured.output;
  EXPECT_EQ(of_both["styles"][1]["painting"], "Second");
  EXPECT_EQ(of_both["styles"][1]["style_image"], file("p_1.png"));
  EXPECT_NE(of_both["styles"][0]["content_relu3_1"], of_both["styles"][1]["content_relu3_1"]);
  for (const char* painting : {"Second", "2"}) {
    const std::string only = " --style-image " + file("p_1.png") + " --painting " + painting;
    const nlohmann::json alone = jsonIn(run(evaluate + out + only).output);
    ASSERT_EQ(alone["styles"].size(), 1u);
    for (const char* figure : {"style", "content_relu3_1", "pan"}) {
      EXPECT_EQ(alone["styles"][0][figure], of_both["styles"][1][figure]) << figure;
    }
  }
  const nlohmann::json of_checkpoint = jsonIn(run(evaluate + checkpoint + both).output);
  EXPECT_NEAR(of_checkpoint["styles"][1]["style"].get<double>(), of_both["styles"][1]["style"].get<double>(), 1e-3);
  expectFailure(run(evaluate + out + both + " --painting Third"), 2, "give one");
  expectFailure(run(evaluate + out + " --style-image " + file("p_0.png") + " --painting Third"), 2, "First, Second");
  expectFailure(run(evaluate + out + both + " --style-image " + file("p_2.png")), 2, "3 given");

  const std::string image = " --style-image " + file("p_2.png"), other = " --out " + file("other.safetensors");
  expectFailure(run(encode + image), 2, "--overwrite");
  expectFailure(run("encode " + out + image + shared + other), 2, "is a style file");
  expectFailure(run("encode " + file("p_2.png") + image + shared + other), 1, "p_2.png");
  expectFailure(run("encode " + checkpoint + image + other), 2, "--perceptual");
  expectFailure(run("encode " + checkpoint + image + shared + other + " --title a --title b"), 2, "more titles");
  expectFailure(run("encode " + checkpoint + image + shared + other + " --title First"), 2, "\"First\" already");
  expectFailure(run("encode " + checkpoint + " --style-image " + file("nowhere.png") + shared + other), 1, "nowhere.png");
  ASSERT_EQ(run(styleCommand("--steps 1 --out " + file("s.safetensors"))).status, 0);
  expectFailure(run("encode " + file("s.checkpoint.safetensors") + image + shared + other), 2,
                "recipe style has no style encoder");
  EXPECT_FALSE(std::filesystem::exists(file("other.safetensors")));
}

TEST_F(CommandLineTest, APresetGivesWayToWhatIsTypedAndIsWrittenDown) {
  const Result result = run(styleCommand("--out " + file("p.safetensors") + " --preset preview --steps 2"));
  ASSERT_EQ(result.status, 0) << result.output;
  const Result inspected = run("inspect --json " + file("p.safetensors"));
  for (const char* told : {"preview", "0.9", "32"}) {  // its full-resolution-at; --image-size was typed
    EXPECT_NE(inspected.output.find(told), std::string::npos) << told << inspected.output;
  }
  EXPECT_NE(run("style --help").output.find("--preset"), std::string::npos);
  expectFailure(run(styleCommand("--out " + file("q.safetensors") + " --preset fast")), 2, "preview, standard, best or still");
}

TEST_F(CommandLineTest, APaintingAloneIsEnough) {
  setenv("XDG_CACHE_HOME", file("cache").c_str(), 1);
  const Result result = run("style --style-image " + file("painting.png") + " --own-content drawn --out " + file("a.safetensors") +
                            " --perceptual " + file("vgg.safetensors") +
                            " --size small --image-size 32 --style-size 64 --batch 1 --steps 1 --device cpu --threads 1");
  unsetenv("XDG_CACHE_HOME");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_NE(result.output.find("no --content: 48 drawn pictures"), std::string::npos) << result.output;
}

TEST_F(CommandLineTest, EveryHelpSaysWhatTheExitStatusMeans) {
  for (const char* command : {"", "style", "texture", "evaluate", "export", "inspect", "sample", "settings"}) {
    EXPECT_NE(run(std::string(command) + " --help").output.find("130 interrupted"), std::string::npos) << command;
  }
}

TEST_F(CommandLineTest, WhatCannotWorkIsSaidInOneLineBeforeAnythingBegins) {
  const std::string out = " --out " + file("s.safetensors");
  trainer::writePng(makePicture(20, 20, 1), file("tiny.png"));
  std::filesystem::create_directory(file("empty"));
  std::ofstream(file("keys.toml")) << "no-such-key = 1\n";
  const auto refused = [&](const std::string& more, int status, const std::string& message) {
    expectFailure(run(styleCommand(more)), status, message);
    EXPECT_FALSE(std::filesystem::exists(file("s.safetensors"))) << more;
  };
  refused(out + " --style-image " + file("tiny.png"), 2, "20x20");
  refused(out + " --style-image " + file("nowhere.png"), 1, "nowhere.png");
  refused(out + " --style-image " + file("content"), 1, "is a folder");
  refused(out + " --content " + file("empty"), 1, "no readable picture");
  refused(out + " --config " + file("keys.toml"), 2, "no-such-key");
  refused(" --out /proc/s.safetensors", 1, "cannot be written");
  refused(" --out /dev/full --overwrite", 2, "no regular file");
  refused(" --out " + file("keys.toml") + " --overwrite", 2, "will not be replaced");
  refused(" --out " + file("painting.png") + " --overwrite", 2, "is what --style-image names");
  refused(out + " --checkpoint /dev/full", 2, "/dev/full");
  EXPECT_EQ(trainer::readImage(file("painting.png")).width, 80);
}

TEST_F(CommandLineTest, TheDocumentedSettingsAreTheProgramsOwn) {
  std::ifstream in(std::string(IMPASTO_DOCS) + "/training-settings.md");
  const std::string documented((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(run("settings").output, documented) << "impasto-train settings > docs/training-settings.md";
}

TEST_F(CommandLineTest, AConfigurationFileHoldsWhatTheCommandLineDoesNotSay) {
  std::ofstream(file("run.toml")) << "style-image = \"" << file("painting.png") << "\"\ncontent = [\"" << file("content")
                                  << "\"]\nperceptual = \"" << file("vgg.safetensors") << "\"\nout = \""
                                  << file("c.safetensors") << "\"\nsize = \"small\"\nimage-size = 32\nstyle-size = 64\n"
                                  << "batch = 1\nsteps = 50\ndevice = \"cpu\"\nthreads = 1\n";
  const Result result = run("style --config " + file("run.toml") + " --steps 2");
  EXPECT_EQ(result.status, 0) << result.output;
  EXPECT_NE(result.output.find("step 2/2"), std::string::npos) << result.output;
  // Again: nothing is overwritten.
  expectFailure(run("style --config " + file("run.toml") + " --steps 2"), 2, "--overwrite");
  const Result resumed = run("style --config " + file("run.toml") + " --steps 3 --resume");
  EXPECT_EQ(resumed.status, 0) << resumed.output;
  EXPECT_NE(resumed.output.find("going on from step 2"), std::string::npos) << resumed.output;
}

std::string bytesOf(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
}

// Interrupted in the middle and resumed, a run ends with the style, byte for byte, that it would have ended with.
TEST_F(CommandLineTest, CtrlCStopsWithACheckpointFromWhichTheRunGoesOn) {
  ASSERT_EQ(run(styleCommand("--out " + file("whole.safetensors") + " --steps 300")).status, 0);
  const std::string log = file("log"), more = "--out " + file("s.safetensors") + " --steps 300";
  const std::string script = std::string("'") + IMPASTO_TRAIN_PROGRAM + "' " + styleCommand(more + " 2>" + log + " & pid=$!; ") +
                             "for i in $(seq 600); do grep -q 'training:' " + log +
                             " && break; sleep 0.1; done; sleep 0.5; kill -INT $pid; wait $pid";
  const int status = std::system(script.c_str());
  const std::string output = bytesOf(log);
  ASSERT_EQ(WEXITSTATUS(status), 130) << output;
  EXPECT_NE(output.find("--resume"), std::string::npos) << output;
  EXPECT_FALSE(std::filesystem::exists(file("s.safetensors")));
  const Result resumed = run(styleCommand(more + " --resume"));
  EXPECT_EQ(resumed.status, 0) << resumed.output;
  EXPECT_NE(resumed.output.find("going on from step"), std::string::npos) << resumed.output;
  EXPECT_TRUE(bytesOf(file("s.safetensors")) == bytesOf(file("whole.safetensors")));
}

// Ended without a word between two checkpoints, a run goes on from the last one and ends with the same style.
TEST_F(CommandLineTest, ARunThatWasKilledGoesOnFromItsLastCheckpoint) {
  ASSERT_EQ(run(styleCommand("--out " + file("whole.safetensors") + " --steps 200")).status, 0);
  const std::string more = "--out " + file("s.safetensors") + " --steps 200 --checkpoint-every 7";
  const std::string script = std::string("'") + IMPASTO_TRAIN_PROGRAM + "' " + styleCommand(more + " 2>/dev/null & pid=$!; ") +
                             "for i in $(seq 600); do test -s " + file("s.checkpoint.safetensors") +
                             " && break; sleep 0.05; done; sleep 0.3; kill -9 $pid; wait $pid";
  ASSERT_EQ(WEXITSTATUS(std::system(script.c_str())), 128 + 9);
  EXPECT_FALSE(std::filesystem::exists(file("s.safetensors")));
  expectFailure(run(styleCommand(more)), 2, "--resume");
  const Result resumed = run(styleCommand(more + " --resume"));
  EXPECT_EQ(resumed.status, 0) << resumed.output;
  EXPECT_NE(resumed.output.find("going on from step"), std::string::npos) << resumed.output;
  EXPECT_TRUE(bytesOf(file("s.safetensors")) == bytesOf(file("whole.safetensors")));
  // Had it been killed between its last step and its result, that would be all that is left to do.
  std::filesystem::remove(file("s.safetensors"));
  const Result finished = run(styleCommand(more + " --resume"));
  EXPECT_EQ(finished.status, 0) << finished.output;
  EXPECT_TRUE(bytesOf(file("s.safetensors")) == bytesOf(file("whole.safetensors")));
  const Result nothing_left = run(styleCommand(more + " --resume"));
  EXPECT_EQ(nothing_left.status, 2) << nothing_left.output;
  EXPECT_NE(nothing_left.output.find("has done 200 steps already"), std::string::npos) << nothing_left.output;
}

TEST_F(CommandLineTest, AStyleFileIsNamedAnew) {
  ASSERT_EQ(run(styleCommand("--steps 1 --title Old --painter Somebody --out " + file("s.safetensors"))).status, 0);
  ASSERT_EQ(run("export --style " + file("s.safetensors") + " --title New --out " + file("named.safetensors")).status, 0);
  const Style before = readStyleFile(file("s.safetensors")), after = readStyleFile(file("named.safetensors"));
  EXPECT_EQ(after.provenance.title, "New");
  EXPECT_EQ(after.provenance.painter, "Somebody");
  EXPECT_EQ(after.provenance.training, before.provenance.training);
  EXPECT_EQ(after.provenance.metrics, before.provenance.metrics);
  const uint32_t last = before.weights.rbegin()->first;
  EXPECT_EQ(after.weights.at(last).kernel, before.weights.at(last).kernel);
}

TEST_F(CommandLineTest, WhatIsThereIsReplacedOnlyWhenAskedFor) {
  const std::string out = file("s.safetensors"), checkpoint = file("s.checkpoint.safetensors");
  ASSERT_EQ(run(styleCommand("--out " + out + " --steps 1")).status, 0);
  const std::string style = bytesOf(out), state = bytesOf(checkpoint);
  expectFailure(run(styleCommand("--out " + out + " --steps 1")), 2, "--overwrite");
  expectFailure(run("export " + checkpoint + " --out " + out), 2, "--overwrite");
  expectFailure(run("export " + checkpoint + " --out " + checkpoint + " --overwrite"), 2, "give another name");
  expectFailure(run("export --style " + out + " --onnx " + out + " --overwrite"), 2, "give another name");
  expectFailure(run("sample " + out + " --out " + out), 2, ".png");
  const std::string distill = "distill --teacher " + out + " --content " + file("content") + " --image-size 32 --overwrite";
  expectFailure(run(distill + " --out " + out), 2, "--teacher");
  expectFailure(run(styleCommand("--init " + checkpoint + " --out " + out + " --overwrite")), 2, "--init");
  expectFailure(run("evaluate --style " + out + " --sheet " + checkpoint), 2, ".png");
  EXPECT_TRUE(bytesOf(out) == style && bytesOf(checkpoint) == state);
  EXPECT_EQ(run("export " + checkpoint + " --out " + out + " --overwrite").status, 0);
}

// Interrupted in one of its folds and resumed, a cross-validation prints what it would have printed.
TEST_F(CommandLineTest, FoldsArePrintedAndGoOnAfterCtrlC) {
  const std::string log = file("log"), both = " --steps 60 --folds 3 --json";
  const std::string printed = " 2>" + log + " >" + file("printed");
  const auto command = [&](const std::string& more) {
    return std::string("'") + IMPASTO_TRAIN_PROGRAM + "' " + styleCommand(more);
  };
  ASSERT_EQ(std::system((command("--out " + file("w.safetensors") + both) + printed).c_str()), 0) << bytesOf(log);
  const std::string whole = bytesOf(file("printed"));
  EXPECT_EQ(whole, bytesOf(file("w.folds.json")));
  EXPECT_NE(whole.find("\"deviation\""), std::string::npos) << whole;
  const std::string begun = command("--out " + file("s.safetensors") + both) + printed + " & pid=$!; " +
                            "for i in $(seq 600); do grep -q 'fold 2 of 3' " + log +
                            " && break; sleep 0.05; done; kill -INT $pid; wait $pid";
  ASSERT_EQ(WEXITSTATUS(std::system(begun.c_str())), 130) << bytesOf(log);
  EXPECT_NE(bytesOf(log).find("stopped in fold"), std::string::npos) << bytesOf(log);
  EXPECT_EQ(bytesOf(file("printed")), "");
  const std::string resumed = command("--out " + file("s.safetensors") + both + " --resume") + printed;
  ASSERT_EQ(std::system(resumed.c_str()), 0) << bytesOf(log);
  EXPECT_NE(bytesOf(log).find("fold 1 of 3 is done"), std::string::npos) << bytesOf(log);
  std::string again = bytesOf(file("printed"));
  for (size_t at; (at = again.find("s.fold")) != std::string::npos;) again.replace(at, 6, "w.fold");
  EXPECT_EQ(again, whole);
}

TEST_F(CommandLineTest, InspectShowsPaintingsOptionalInputsAndGlobalTensors) {
  Graph graph;
  graph.output = addInput(graph, InputKind::Color);
  addInput(graph, InputKind::Depth, true);
  addStyleInput(graph, 2);
  Random random(1);
  Style style = makeStyle(graph, random);
  style.paintings = {{"Two dancers", "", "", "", {0.5f, -2}}};
  writeStyleFile(style, file("paintings.safetensors"));
  const Result text = run("inspect " + file("paintings.safetensors"));
  EXPECT_EQ(text.status, 0) << text.output;
  EXPECT_NE(text.output.find("2 channels global"), std::string::npos) << text.output;
  EXPECT_NE(text.output.find("Two dancers"), std::string::npos) << text.output;
  EXPECT_NE(text.output.find("[0.5,-2.0]"), std::string::npos) << text.output;
  const Result json = run("inspect --json " + file("paintings.safetensors"));
  EXPECT_NE(json.output.find("\"style_vector_length\": 2"), std::string::npos) << json.output;
  EXPECT_NE(json.output.find("\"kind\": \"depth\""), std::string::npos) << json.output;
  EXPECT_NE(json.output.find("\"optional\": true"), std::string::npos) << json.output;
}

}  // namespace
}  // namespace impasto::test
