// Clips, and what is measured and learned of them.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "data/captured_clips.h"
#include "data/picture_clips.h"
#include "export/style_export.h"
#include "losses/temporal.h"
#include "metrics/clip_figures.h"
#include "nn/clip_painter.h"
#include "nn/reproject.h"
#include "nn/widened.h"
#include "pass/reproject_reference.h"
#include "support/random_style.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

// Slow waves: what a look-up between texels finds of it is nearly exact.
Image smoothPicture(int width, int height, double phase) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int c = 0; c < 3; ++c) {
        const double wave = std::sin(0.05 * x + phase + c) * std::cos(0.04 * y + 2 * phase - c);
        image.rgb.push_back(static_cast<uint8_t>(std::lround(127.5 + 100 * wave)));
      }
    }
  }
  return image;
}

bool equal(const Clip& a, const Clip& b) {
  if (a.frames.size() != b.frames.size() || a.noise_offsets != b.noise_offsets) return false;
  for (size_t t = 0; t < a.frames.size(); ++t) {
    for (torch::Tensor ClipFrame::*part : {&ClipFrame::color, &ClipFrame::motion, &ClipFrame::visible, &ClipFrame::depth}) {
      if (!torch::equal(a.frames[t].*part, b.frames[t].*part)) return false;
    }
  }
  return true;
}

// Fetching the frame before along the motion gives the frame, wherever the surface was seen: within 1 of 255 on the mean.
// What is left is the look-up between texels, and rounding to bytes.
TEST(PictureClips, TheFrameBeforeMovedIsTheFrame) {
  const std::vector<Image> pictures = {smoothPicture(320, 300, 0), smoothPicture(300, 340, 2), smoothPicture(400, 300, 4)};
  PictureClipOptions options;
  options.side = 96;
  options.light = options.grain = false;
  options.shortest = options.longest = 4;
  options.batch = 1;
  const PictureClips clips(pictures, options);
  int moving = 0, covering = 0;
  for (uint64_t i = 0; i < 16; ++i) {
    const Clip clip = clips.make(i);
    ASSERT_EQ(clip.frames.size(), 4u);
    for (size_t t = 1; t < 4; ++t) {
      const ClipFrame& frame = clip.frames[t];
      const double seen = frame.visible.mean().item<double>();
      EXPECT_GT(seen, 0.3) << i;
      const torch::Tensor error = (fetchSmooth(clip.frames[t - 1].color, frame.motion) - frame.color).abs() * frame.visible;
      EXPECT_LT(error.mean().item<double>() / seen, 1.0 / 255) << i << " " << t;
      EXPECT_LT(error.max().item<double>(), 8.0 / 255) << i << " " << t;
      moving += frame.motion.abs().max().item<double>() > 0.5;
      const torch::Tensor inside = cameFromInside(frame.motion).narrow(2, 8, 80).narrow(3, 8, 80);
      covering += ((1 - frame.visible.narrow(2, 8, 80).narrow(3, 8, 80)) * inside).sum().item<double>() > 40;
    }
  }
  EXPECT_GT(moving, 20);
  EXPECT_GT(covering, 10) << "hardly anything passes in front of anything";
}

TEST(PictureClips, AreAFunctionOfTheSeedAndTheirNumber) {
  const std::vector<Image> pictures = {makePicture(90, 80, 1), makePicture(80, 100, 2)};
  PictureClipOptions options;
  options.side = 40;
  options.longest = 5;
  const Clip clip = PictureClips(pictures, options).make(3);
  EXPECT_TRUE(equal(PictureClips(pictures, options).make(3), clip));
  EXPECT_FALSE(equal(PictureClips(pictures, options).make(4), clip));
  options.seed = 2;
  EXPECT_FALSE(equal(PictureClips(pictures, options).make(3), clip));
  std::set<size_t> lengths;
  for (uint64_t i = 0; i < 12; ++i) lengths.insert(PictureClips(pictures, options).make(i).frames.size());
  EXPECT_EQ(*lengths.begin(), 2u);
  EXPECT_EQ(*lengths.rbegin(), 5u);
}

TEST(Track, MotionAddsUpAndEndsWhereTheSurfaceWasNotSeen) {
  std::vector<ClipFrame> frames(4);
  for (ClipFrame& frame : frames) {
    frame.color = torch::rand({1, 3, 12, 16});
    frame.motion = torch::tensor({2.0f, -1.0f}).view({1, 2, 1, 1}).expand({1, 2, 12, 16}).contiguous();
    frame.visible = torch::ones({1, 1, 12, 16});
  }
  frames[2].visible.narrow(3, 8, 1).zero_();  // one step back from column 6 of the last frame
  const Track track = trackBack(frames, 3, 3);
  EXPECT_TRUE(torch::allclose(track.motion.select(1, 0), torch::full({1, 12, 16}, 6.0)));
  EXPECT_TRUE(torch::allclose(track.motion.select(1, 1), torch::full({1, 12, 16}, -3.0)));
  const torch::Tensor seen = track.visible[0][0][6];
  for (int64_t x = 0; x < 16; ++x) EXPECT_EQ(seen[x].item<double>(), x != 6 && x < 10 ? 1 : 0) << x;
  EXPECT_EQ(track.visible[0][0][2][0].item<double>(), 0);  // came from above the frame
}

torch::Tensor toTorch(const Tensor& t) {
  return torch::tensor(t.data).view({1, int64_t{t.channels}, int64_t{t.height}, int64_t{t.width}});
}

// The definition is the pass's.
TEST(History, IsWhatThePassGives) {
  Random random(3);
  const auto filled = [&](uint32_t channels, float low, float high) {
    Tensor t(channels, 9, 13);
    for (float& value : t.data) value = random.uniform(low, high);
    return t;
  };
  for (int round = 0; round < 4; ++round) {
    const Tensor seen = filled(3, 0.45f, 0.55f), before = filled(3, 0.45f, 0.55f), painted = filled(3, -0.2f, 1.2f);
    const Tensor depth = filled(1, 0.1f, 0.13f), depth_before = filled(1, 0.1f, 0.13f);
    const float reach = round == 0 ? 0.4f : 4.0f;
    Tensor motion = filled(2, -reach, reach);
    motion.at(0, 3, 3) = std::nanf("");
    const bool knows_depth = round != 2;
    const Tensor expected = reproject({}, seen, knows_depth ? depth : Tensor(), motion, painted,
                                      keepPlainFrame(before, knows_depth ? depth_before : Tensor()));
    const torch::Tensor none;
    const torch::Tensor history =
        historyOf(toTorch(painted), {toTorch(before), knows_depth ? toTorch(depth_before) : none},
                  {toTorch(seen), knows_depth ? toTorch(depth) : none}, toTorch(motion));
    EXPECT_LT((history - toTorch(expected)).abs().max().item<double>(), 1e-5) << round;
    EXPECT_GT(history.select(1, 3).max().item<double>(), 0.5);
  }
}

TEST(TemporalLoss, IsHowFarPaintIsFromWhereItsSurfaceWent) {
  const torch::Tensor earlier = torch::rand({1, 3, 24, 24});
  const torch::Tensor motion = torch::tensor({3.0f, 2.0f}).view({1, 2, 1, 1}).expand({1, 2, 24, 24}).contiguous();
  torch::Tensor moved = torch::zeros_like(earlier);
  moved.narrow(2, 0, 22).narrow(3, 0, 21).copy_(earlier.narrow(2, 2, 22).narrow(3, 3, 21));
  const torch::Tensor pixels = comparablePixels(moved, earlier, motion, torch::ones({1, 1, 24, 24}));
  EXPECT_EQ(pixels.sum().item<double>(), 22 * 21);  // the others came from outside
  EXPECT_NEAR(temporalLoss(moved, earlier, motion, pixels).item<double>(), 0, 1e-6);
  EXPECT_NEAR(temporalLoss(moved + 0.1, earlier, motion, pixels).item<double>(), 0.1, 1e-6);
  EXPECT_EQ(temporalLoss(moved, earlier, motion, torch::zeros_like(pixels)).item<double>(), 0);
  torch::Tensor lit = moved.clone();
  lit.narrow(3, 0, 10).add_(0.06);  // another light: nothing to hold on to
  EXPECT_EQ(comparablePixels(lit, earlier, motion, torch::ones({1, 1, 24, 24})).sum().item<double>(), 22 * 11);
  // Away from where paint and surface agree: the loss has a kink there.
  expectGradient([&](const torch::Tensor& x) { return temporalLoss(x, earlier, motion, pixels); },
                 moved + 0.1 + 0.05 * torch::rand({1, 3, 24, 24}), 0.05, 1e-2);
}

TEST(LostContrast, IsTheShareThatIsMissing) {
  const torch::Tensor reference = torch::rand({1, 3, 32, 48});
  const torch::Tensor mean = reference.mean();
  EXPECT_NEAR(lostContrastLoss(reference, reference).item<double>(), 0, 1e-6);
  EXPECT_NEAR(lostContrastLoss(mean.expand_as(reference), reference).item<double>(), 1, 1e-4);
  EXPECT_NEAR(lostContrastLoss(mean + 0.75 * (reference - mean), reference).item<double>(), 0.25, 1e-4);
  torch::Tensor uneven = mean + 2 * (reference - mean);
  uneven.narrow(3, 0, 16).copy_(mean);  // what is gained elsewhere does not make up for it
  EXPECT_GT(lostContrastLoss(uneven, reference).item<double>(), 0.25);
}

// --- A capture as impasto-render writes it ---

template <class T>
void writeNpy(const std::string& path, const char* type, const std::string& shape, const std::vector<T>& values) {
  std::string header = std::string("{'descr': '") + type + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.append((64 - (10 + header.size() + 1) % 64) % 64, ' ');
  header += '\n';
  std::ofstream file(path, std::ios::binary);
  file.write("\x93NUMPY\x01\x00", 8);
  file.put(static_cast<char>(header.size() & 255)).put(static_cast<char>(header.size() >> 8));
  file << header;
  file.write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(T)));
}

constexpr int kWide = 80, kHigh = 72;

// `clips` of `length` frames of a picture that moves to the left by two pixels a frame, on a wall 4 m away, minus 0.5 m for
// each frame.
void writeCapture(const std::string& folder, int clips, int length) {
  std::filesystem::create_directories(folder);
  const Image wide = makePicture(kWide + 64, kHigh, 9);
  const size_t area = size_t{kWide} * kHigh;
  const std::string extent = std::to_string(kHigh) + ", " + std::to_string(kWide);
  nlohmann::json index = {{"format", "impasto-capture"}, {"version", 1}, {"width", kWide}, {"height", kHigh},
                          {"frames", clips * length}, {"clips", nlohmann::json::array()}};
  for (int clip = 0; clip < clips; ++clip) {
    index["clips"].push_back({{"first", clip * length}, {"count", length}});
    for (int t = 0; t < length; ++t) {
      char stem[32];
      std::snprintf(stem, sizeof stem, "/frame_%04d", clip * length + t);
      const std::string path = folder + stem;
      writePng(resample(wide, 2 * t, 0, kWide, kHigh, kWide, kHigh), path + "_color.png");
      const float metres = 4.0f - 0.5f * static_cast<float>(t);
      writeNpy(path + "_depth.npy", "<f4", extent, std::vector<float>(area, metres));
      std::vector<uint16_t> normals;
      std::vector<float> motion;
      std::vector<uint8_t> visible;
      for (size_t i = 0; i < area; ++i) {
        normals.insert(normals.end(), {uint16_t{0x3c00}, uint16_t{0}, uint16_t{0}});  // (1, 0, 0) in the world
        motion.push_back(t == 0 ? 0.0f : 2.0f);
        motion.push_back(0.0f);
        visible.push_back(t > 0 && i % kWide < kWide - 2 ? 255 : 0);
      }
      writeNpy(path + "_normal.npy", "<f2", extent + ", 3", normals);
      writeNpy(path + "_motion.npy", "<f4", extent + ", 2", motion);
      writeNpy(path + "_visible.npy", "|u1", extent, visible);
      // The camera looks along the world's x axis (column-major) and walks on by half a metre a frame.
      const float x = 0.5f * static_cast<float>(t);
      const nlohmann::json camera = {
          {"view", {0.f, 0.f, -1.f, 0.f, 0.f, 1.f, 0.f, 0.f, 1.f, 0.f, 0.f, 0.f, 0.f, 0.f, x, 1.f}},
          {"projection", {1.f, 0.f, 0.f, 0.f, 0.f, -1.f, 0.f, 0.f, 0.f, 0.f, 0.f, -1.f, 0.f, 0.f, 0.1f, 0.f}}};
      std::ofstream(path + "_camera.json") << camera;
    }
  }
  std::ofstream(folder + "/capture.json") << index;
}

class CapturedClipsTest : public TrainerTest {};

TEST_F(CapturedClipsTest, AFrameIsWhatTheFilesSay) {
  writeCapture(file("capture"), 2, 3);
  const std::vector<CapturedClip> clips = readCapture(file("capture"));
  ASSERT_EQ(clips.size(), 2u);
  EXPECT_EQ(clips[1].first, 3);
  const ClipFrame first = clips[1].frame(0), second = clips[1].frame(1);
  EXPECT_EQ(first.visible.sum().item<double>(), 0);
  EXPECT_EQ(second.color.sizes(), (torch::IntArrayRef{1, 3, kHigh, kWide}));
  EXPECT_LT(((fetchSmooth(first.color, second.motion) - second.color) * second.visible).abs().max().item<double>(), 1e-6);
  EXPECT_NEAR(second.depth.mean().item<double>(), 1 / 4.5, 1e-6);
  EXPECT_NEAR(second.expected_depth.mean().item<double>(), 1 / 5.0, 1e-5);  // the wall as the camera before saw it
  // The wall's normal points away from the camera, which looks along -z: (0, 0, -1) in view space.
  EXPECT_TRUE(torch::allclose(second.normals[0].flatten(1).mean(1), torch::tensor({0.f, 0.f, -1.f})));
}

TEST_F(CapturedClipsTest, PartsOfClipsAreAFunctionOfTheSeed) {
  writeCapture(file("capture"), 4, 5);
  ClipOptions options{.side = 48, .batch = 3, .shortest = 2, .longest = 4, .seed = 7};
  const CapturedClips clips(readCapture(file("capture")), options);
  const Clip clip = clips.make(2);
  EXPECT_TRUE(equal(CapturedClips(readCapture(file("capture")), options).make(2), clip));
  EXPECT_FALSE(equal(clips.make(3), clip));
  bool mirrored = false, straight = false;
  for (uint64_t i = 0; i < 6; ++i) {
    const Clip one = clips.make(i);
    EXPECT_EQ(one.frames[0].motion.abs().max().item<double>(), 0);
    const ClipFrame& next = one.frames[1];
    EXPECT_LT(((fetchSmooth(one.frames[0].color, next.motion) - next.color) * next.visible * cameFromInside(next.motion))
                  .slice(3, 2, -2)
                  .abs()
                  .max()
                  .item<double>(),
              1e-6);
    mirrored = mirrored || (next.motion.select(1, 0) < 0).any().item<bool>();
    straight = straight || (next.motion.select(1, 0) > 0).any().item<bool>();
  }
  EXPECT_TRUE(mirrored && straight);
  const CaptureSplit split = splitCaptures({file("capture")}, 8);
  EXPECT_EQ(split.held_out.size(), 1u);
  EXPECT_EQ(split.training.size(), 3u);
  options.side = kHigh + 1;
  EXPECT_ERROR(CapturedClips(readCapture(file("capture")), options), ErrorCode::InvalidArgument, "frames are 80x72");
}

TEST_F(CapturedClipsTest, SayWhatIsWrongWithThem) {
  EXPECT_ERROR(readCapture(file("nothing")), ErrorCode::Io, "capture.json");
  writeCapture(file("short"), 3, 1);
  EXPECT_ERROR(readCapture(file("short")), ErrorCode::Io, "--clip-length");
  writeCapture(file("capture"), 1, 2);
  const CapturedClip clip = readCapture(file("capture"))[0];
  writeNpy(clip.folder + "/frame_0001_motion.npy", "<f4", "3, 3, 2", std::vector<float>(18));
  EXPECT_ERROR(clip.frame(1), ErrorCode::Io, "frame_0001_motion.npy");
  std::filesystem::resize_file(clip.folder + "/frame_0001_depth.npy", 200);
  EXPECT_ERROR(clip.frame(1), ErrorCode::Io, "ends before its last value");
  std::ofstream(clip.folder + "/capture.json") << R"({"format": "impasto-capture", "version": 1, "frames": 2, "width": 80,
    "height": 72, "clips": [{"first": 1, "count": 2}]})";
  EXPECT_ERROR(readCapture(clip.folder), ErrorCode::Io, "beyond the frames");
}

// --- Generators with history ---

GeneratorShape sized(const char* size, bool history, bool geometry, const char* tail = "full") {
  GeneratorShape shape;
  shape.size = size;
  shape.tail = tail;
  shape.history = history;
  shape.geometry = geometry;
  return shape;
}

TEST(HistoryGenerator, KeepsItsSizesBudget) {
  for (const auto& [size, budget] : {std::pair{"small", 5e3}, {"medium", 15e3}, {"large", 60e3}}) {
    const Graph graph = makeGeneratorSpec(sized(size, true, true)).graph;
    EXPECT_LE(graph.multiplyAddsPerPixel(), budget) << size;
    EXPECT_TRUE(graph.wants(InputKind::History) && graph.wants(InputKind::Depth) && graph.wants(InputKind::Normals));
    for (const InputKind kind : {InputKind::History, InputKind::Depth, InputKind::Normals}) EXPECT_FALSE(graph.needs(kind));
    EXPECT_EQ(graph.ops[graph.output].type, OpType::Blend);
  }
  GeneratorShape shape = sized("small", true, false);
  shape.history_range = 2;
  Fields fields;
  declare(fields, shape);
  declareExtraInputs(fields, shape);
  const GeneratorShape again = shapeOf(nlohmann::json::parse(fields.json().dump()));
  EXPECT_TRUE(again.history && !again.geometry && again.history_range == 2);
}

// A style that never heard of history begins a run with it: it paints what it painted where there is none, and keeps the
// stated share of what was there before.
TEST(HistoryGenerator, BeginsAsAStyleWithout) {
  torch::NoGradGuard no_grad;
  for (const char* tail : {"full", "half"}) {
    torch::manual_seed(3);
    Generator plain(makeGeneratorSpec(sized("small", false, false, tail)));
    GeneratorShape shape = sized("small", true, true, tail);
    shape.history_range = 0;
    Generator wide(makeGeneratorSpec(shape));
    wide->adoptFolded(widened(makeStyle(*plain, {}), *wide));
    plain->freezeNorms(true);
    wide->freezeNorms(true);
    GeneratorInputs inputs;
    inputs.color = torch::rand({1, 3, 24, 40});
    const torch::Tensor expected = plain->forward(inputs.color);
    EXPECT_LT((wide->forward(inputs.color) - expected).abs().max().item<double>(), 1e-5) << tail;
    inputs.depth = torch::rand({1, 1, 24, 40});
    inputs.normals = torch::rand({1, 3, 24, 40});
    inputs.history = torch::rand({1, 4, 24, 40});
    const torch::Tensor weight = kBeginning * inputs.history.narrow(1, 3, 1);
    const torch::Tensor mixed = expected + weight * (inputs.history.narrow(1, 0, 3) - expected);
    EXPECT_LT((wide->forward(inputs, {{0, 0}}) - mixed).abs().max().item<double>(), 1e-4) << tail;
  }
  Generator other(makeGeneratorSpec(sized("medium", true, false)));
  Generator small(makeGeneratorSpec(sized("small", false, false)));
  EXPECT_ERROR(other->adoptFolded(widened(makeStyle(*small, {}), *other)), ErrorCode::InvalidArgument, "enc4");
}

// From nothing, too: what says how much is kept does not depend on the frame yet.
TEST(HistoryGenerator, BeginsWithAQuietBlend) {
  for (const auto& [tail, first] : {std::pair{"full", 3}, {"half", 12}}) {
    Generator generator(makeGeneratorSpec(sized("small", true, false, tail)));
    const torch::Tensor weight = generator->named_parameters()["out/weight"];
    EXPECT_EQ(weight.slice(0, first).abs().max().item<double>(), 0) << tail;
    EXPECT_GT(weight.slice(0, 0, first).abs().amax({1, 2, 3}).min().item<double>(), 0) << tail;
  }
}

// What follows the sigmoid is in float32 while the convolutions before it are in bfloat16.
TEST(HistoryGenerator, RunsInBfloat16) {
  torch::NoGradGuard no_grad;
  torch::manual_seed(5);
  GeneratorShape shape = sized("small", true, false);
  Generator generator(makeGeneratorSpec(shape));
  generator->freezeNorms(true);
  GeneratorInputs inputs;
  inputs.color = torch::rand({1, 3, 24, 40});
  inputs.history = torch::cat({torch::rand({1, 3, 24, 40}), torch::ones({1, 1, 24, 40})}, 1);
  const torch::Tensor exact = generator->forward(inputs);
  generator->setCompute(torch::kBFloat16);
  const torch::Tensor rounded = generator->forward(inputs);
  EXPECT_EQ(rounded.scalar_type(), torch::kFloat);
  EXPECT_LT((rounded - exact).abs().max().item<double>(), 0.05);
  EXPECT_GT((rounded - exact).abs().max().item<double>(), 1e-5);  // it did run in bfloat16
}

// --- Figures ---

// Paints the frame as it is, and if `kept` > 0 so much of the frame before.
Style copying(float kept) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t paint = addConv(graph, color, kept > 0 ? 4 : 3, 1);
  graph.output = kept > 0 ? addBlend(graph, paint, addInput(graph, InputKind::History), 0) : paint;
  Random random(1);
  Style style = makeStyle(graph, random);
  ConvWeights& weights = style.weights.at(paint);
  for (size_t o = 0; o < weights.bias.size(); ++o) {
    for (size_t i = 0; i < 3; ++i) weights.kernel[o * 3 + i] = o == i ? 1.0f : 0.0f;
    weights.bias[o] = o == 3 ? std::log(kept / (1 - kept)) : 0.0f;
  }
  return style;
}

TEST_F(CapturedClipsTest, FiguresOfAClipWhoseAnswerIsKnown) {
  PictureClipOptions options;
  options.side = 96;
  options.batch = 1;
  options.shortest = options.longest = 10;
  options.grain = false;
  const std::vector<Image> pictures = {makePicture(300, 300, 1), makePicture(300, 300, 2)};
  const Clip clip = PictureClips(pictures, options).make(1);
  const auto frame = [&](size_t t) { return clip.frames[t]; };
  Generator copy(copying(0));
  const ClipFigures same = measureClip(*copy, 10, frame, nullptr);
  EXPECT_NEAR(same.ratio1(), 1, 1e-6);
  EXPECT_NEAR(same.ratio8(), 1, 1e-6);
  EXPECT_NEAR(same.contrast_last, same.contrast_alone, 1e-9);
  EXPECT_EQ(same.frames, 10);

  Style flat = copying(0);
  for (auto& [op, weights] : flat.weights) std::fill(weights.kernel.begin(), weights.kernel.end(), 0.0f);
  Generator grey(flat);
  EXPECT_EQ(measureClip(*grey, 10, frame, nullptr).ratio1(), 0);

  // A still picture with grain: keeping half of what was there leaves a third of the grain's variance, and of the change
  // from frame to frame: x' = (x + n) / 2 moves by a mean of (n - x) / 2 with x's variance n / 3.
  std::vector<ClipFrame> still(10, clip.frames[0]);
  torch::manual_seed(5);
  for (ClipFrame& one : still) {
    one.color = 0.5 + 0.004 * torch::randn({1, 3, 96, 96});
    one.motion.zero_();
    one.visible = torch::ones({1, 1, 96, 96});
  }
  Generator steady(copying(0.5f));
  const ClipFigures calm = measureClip(*steady, 10, [&](size_t t) { return still[t]; }, nullptr);
  EXPECT_NEAR(calm.ratio1(), 0.5 * std::sqrt(4.0 / 3.0) / std::sqrt(2.0), 0.03);
  EXPECT_LT(calm.contrast_last, 0.65 * calm.contrast_alone);
}

// --- Training ---

class ClipTrainingTest : public TrainerTest {
 protected:
  StyleSettings clipSettings(int64_t steps) const {
    StyleSettings settings = tinySettings(steps);
    settings.history = true;
    settings.freeze_norms_at = 0.25;
    settings.clips.share = 0.5;
    settings.clips.frames = 4;
    return settings;
  }
};

TEST_F(ClipTrainingTest, AResumedRunSeesTheSameClips) {
  const auto rest = [](StyleRun& run) {
    std::vector<double> losses;
    while (run.stepsDone() < 8) losses.push_back(run.step());
    return losses;
  };
  const StyleSettings settings = clipSettings(8);
  StyleRun whole(settings);
  while (whole.stepsDone() < 5) whole.step();
  whole.writeCheckpoint();
  const std::vector<double> expected = rest(whole);
  StyleSettings again = settings;
  again.resume = checkpointPath(settings);
  StyleRun resumed(again);
  ASSERT_EQ(resumed.stepsDone(), 5);
  EXPECT_EQ(rest(resumed), expected);
}

TEST_F(ClipTrainingTest, ClipsComeOnceNormsAreFrozenInTheWantedShare) {
  StyleRun run(clipSettings(16));
  std::vector<bool> clips;
  while (run.stepsDone() < 16) clips.push_back(std::isfinite(valueOf(run.trainer().step(), "moved 1")));
  for (size_t i = 0; i < 4; ++i) EXPECT_FALSE(clips[i]) << i;
  EXPECT_EQ(std::count(clips.begin(), clips.end(), true), 6);  // half of 12
  std::set<std::string> figures;
  for (const auto& [name, value] : run.recipe().heldOut()) {
    figures.insert(name);
    EXPECT_TRUE(std::isfinite(value)) << name;
  }
  EXPECT_TRUE(figures.count("warp 1") && figures.count("warp 8"));
}

// Warm, from a style without history and with captured clips: held-out paint moves along better than where nothing asks for it.
TEST_F(ClipTrainingTest, LearnsToHoldPaintStill) {
  StyleSettings first = tinySettings(20);
  StyleRun style(first);
  while (style.stepsDone() < 20) style.step();
  writeStyleFile(style.style(), file("begun.safetensors"));
  writeCapture(file("capture"), 3, 5);  // too few to hold one out: held-out clips are made from pictures
  const auto ratio = [&](double temporal_weight) {
    StyleSettings settings = clipSettings(60);
    settings.init = file("begun.safetensors");
    settings.freeze_norms_at = 0;
    settings.geometry = true;
    settings.clips.share = 1;
    settings.clips.captured = {file("capture")};
    settings.clips.temporal_weight = settings.clips.long_temporal_weight = temporal_weight;
    StyleRun run(settings);
    while (run.stepsDone() < 60) run.step();
    const auto figure = run.recipe().heldOut()[4];
    EXPECT_EQ(figure.first, "warp 1");
    return figure.second;
  };
  const double free = ratio(0), held = ratio(20);
  EXPECT_GT(free, 0);
  EXPECT_LT(held, 0.9 * free);
}

TEST_F(ClipTrainingTest, SettingsThatDoNotFitAreRefused) {
  StyleSettings settings = clipSettings(4);
  settings.history = false;
  EXPECT_ERROR(checkSettings(settings), ErrorCode::InvalidArgument, "--clip-share");
  settings = clipSettings(4);
  settings.adversarial_weight = 1;
  EXPECT_ERROR(checkSettings(settings), ErrorCode::InvalidArgument, "--clip-share");
  settings = tinySettings(4);
  settings.clips.captured = {"somewhere"};
  EXPECT_ERROR(checkSettings(settings), ErrorCode::InvalidArgument, "--captured");
}

}  // namespace
}  // namespace impasto::test
