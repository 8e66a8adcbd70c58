// Whole short runs of the recipes `distill` and `perceptual`, on a task whose answer is known.
#include <cmath>
#include <filesystem>

#include "base/error.h"
#include "engine/checkpoint.h"
#include "export/style_export.h"
#include "io/sha256.h"
#include "nn/thin_vgg.h"
#include "recipes/distill.h"
#include "recipes/perceptual.h"
#include "recipes/recipe_kind.h"
#include "trainer/recipe_run.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;
using trainer::Generator;  // not the backends'

class DistillTest : public TrainerTest {
 protected:
  void SetUp() override {
    TrainerTest::SetUp();
    writeTeacher(makeTeacher());
  }

  // A small generator of random weights whose norms have statistics, folded.
  Style makeTeacher(bool history = false) const {
    torch::manual_seed(21);
    GeneratorShape shape;
    shape.size = "small";
    shape.history = history;
    Generator generator(makeGeneratorSpec(shape));
    std::vector<torch::Tensor> frames;
    for (uint32_t i = 0; i < 4; ++i) frames.push_back(toTensor(makePicture(64, 64, i)).unsqueeze(0));
    generator->calibrate({torch::cat(frames)}, /*keep_function=*/false);
    generator->freezeNorms(true);
    Provenance provenance;
    provenance.title = "The painting";
    provenance.licence = "public domain";
    provenance.style_image_sha256 = std::string(64, 'a');
    provenance.training = R"({"recipe":"style","step":7})";
    return makeStyle(*generator, provenance);
  }
  void writeTeacher(const Style& style) const { writeStyleFile(style, file("teacher.safetensors")); }

  DistillSettings distillSettings(int64_t steps) const {
    DistillSettings settings;
    settings.teacher = file("teacher.safetensors");
    settings.content = {file("content")};
    settings.out = file("student.safetensors");
    settings.size = "small";
    settings.image_size = 32;
    settings.steps = steps;
    settings.batch = 2;
    settings.device = "cpu";
    settings.precision = "float32";
    settings.threads = 1;
    settings.holdout = 1;
    settings.inherit = false;
    return settings;
  }
};

using DistillRun = RecipeRun<DistillSettings, DistillRecipe>;

TEST_F(DistillTest, AStudentOfAnyGraphLearnsToPaintAsItsTeacher) {
  for (const auto& [decoder, tail] : {std::pair{"shuffle", "full"}, {"upsample", "half"}}) {
    DistillSettings settings = distillSettings(150);
    settings.decoder = decoder;
    settings.tail = tail;
    DistillRun run(settings);
    const double before = run.recipe().error();
    run.run();
    const double after = run.recipe().error();
    EXPECT_GT(before, 0.16) << decoder;
    EXPECT_LT(after, 0.105) << decoder;  // of 1: random weights paint what is smooth nowhere
    std::printf("%s, %s: mean difference to the teacher from %.4f to %.4f\n", decoder, tail, before, after);
  }
}

TEST_F(DistillTest, WhereGraphsAgreeTheStudentBeginsAsItsTeacher) {
  DistillSettings settings = distillSettings(2);
  settings.inherit = true;
  EXPECT_LT(DistillRun(settings).recipe().error(), 2e-3);  // fp16 weights, folded once more
  settings.tail = "half";  // all but the last convolution
  const double inherited = DistillRun(settings).recipe().error();
  settings.inherit = false;
  EXPECT_NE(DistillRun(settings).recipe().error(), inherited);
  settings.inherit = true;
  settings.size = "medium";
  EXPECT_GT(DistillRun(settings).recipe().error(), 0.02);  // nothing of the teacher's fits
}

TEST_F(DistillTest, TheStyleFileNamesThePaintingAndTheTeacher) {
  DistillRun run(distillSettings(2));
  run.run();
  run.recipe().writeResult(run.record());
  const Style style = readStyleFile(file("student.safetensors"));
  EXPECT_EQ(style.provenance.title, "The painting");
  EXPECT_EQ(style.provenance.licence, "public domain");
  EXPECT_EQ(style.provenance.style_image_sha256, std::string(64, 'a'));
  for (const std::string& told : {std::string(R"("recipe":"distill")"), std::string(R"("distilled_from":{"sha256":")") +
                                      sha256HexOfFile(file("teacher.safetensors")), std::string(R"("step":7)")}) {
    EXPECT_NE(style.provenance.training.find(told), std::string::npos) << told << " " << style.provenance.training;
  }
  EXPECT_NE(style.provenance.metrics.find("mean_difference_to_teacher"), std::string::npos);
  DistillSettings renamed = distillSettings(2);
  renamed.provenance.title = "Another title";
  DistillRun(renamed).recipe().writeResult("{}");
  EXPECT_EQ(readStyleFile(file("student.safetensors")).provenance.title, "Another title");
}

// Interrupted and resumed in the part with live norms or in the frozen one: weights are those of a run in one piece.
TEST_F(DistillTest, AResumedRunEndsAsOneInOnePiece) {
  DistillSettings settings = distillSettings(8);
  settings.freeze_norms_at = 0.5;
  settings.trunk = "sixteenth";
  DistillRun whole(settings);
  whole.run();
  for (const int64_t stop : {2, 6}) {
    DistillRun first(settings);
    while (first.trainer().stepsDone() < stop) first.trainer().step();
    first.trainer().writeCheckpoint();
    DistillSettings going_on = settings;
    going_on.resume = checkpointPath(settings);
    DistillRun second(going_on);
    second.run();
    EXPECT_EQ(writeStyle(makeStyle(*second.recipe().exported(), {})), writeStyle(makeStyle(*whole.recipe().exported(), {})));
    EXPECT_EQ(generatorOf(readCheckpoint(checkpointPath(settings)))->spec().graph.alignment, 16u);
    DistillSettings other = going_on;
    other.tail = "half";
    EXPECT_ERROR(DistillRun{other}, ErrorCode::InvalidArgument, "--tail");
  }
}

TEST_F(DistillTest, BadTeachersAreErrorsThatNameThem) {
  DistillSettings settings = distillSettings(2);
  settings.teacher = file("vgg.safetensors");
  EXPECT_ERROR(DistillRun{settings}, ErrorCode::InvalidStyle, "vgg.safetensors");
  settings.teacher = file("nowhere.safetensors");
  EXPECT_ERROR(DistillRun{settings}, ErrorCode::Io, "nowhere.safetensors");
  settings = distillSettings(2);
  settings.decoder = "bicubic";
  EXPECT_ERROR(DistillRun{settings}, ErrorCode::InvalidArgument, "--decoder bicubic");

  Style with_exposure = makeTeacher();
  Op exposure;
  exposure.type = OpType::Input;
  exposure.name = "exposure";
  exposure.input_kind = InputKind::Exposure;
  with_exposure.graph.ops.push_back(exposure);
  writeTeacher(with_exposure);
  EXPECT_ERROR(DistillRun{distillSettings(2)}, ErrorCode::Unsupported, "'exposure'");
}

TEST_F(DistillTest, ATeacherWithHistoryShowsWhatItPaintsWithout) {
  writeTeacher(makeTeacher(/*history=*/true));
  DistillSettings settings = distillSettings(150);
  DistillRun run(settings);
  const double before = run.recipe().error();
  run.run();
  EXPECT_LT(run.recipe().error(), 0.6 * before);
  EXPECT_FALSE(run.recipe().exported()->spec().graph.wants(InputKind::History));
}

class ThinVggTest : public TrainerTest {
 protected:
  const std::set<std::string> layers_ = {"relu1_1", "relu2_1", "relu3_1", "relu4_1"};
  torch::Tensor picture(uint32_t seed) const { return toTensor(makePicture(64, 48, seed)).unsqueeze(0); }

  PerceptualSettings perceptualSettings(int64_t steps) const {
    PerceptualSettings settings;
    settings.teacher = file("vgg.safetensors");
    settings.content = {file("content")};
    settings.out = file("thin.safetensors");
    settings.steps = steps;
    settings.image_size = 32;
    settings.batch = 2;
    settings.holdout = 1;
    settings.device = "cpu";
    settings.precision = "float32";
    settings.threads = 1;
    return settings;
  }

  ThinVgg thinned(const Vgg& vgg, const ThinVgg::Rank& rank) const {
    return ThinVgg(vgg, "relu4_1", rank, {picture(1), picture(2)});
  }
};

double relativeError(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).square().sum().item<double>() / b.square().sum().item<double>();
}

TEST_F(ThinVggTest, WithAllComponentsItIsVgg) {
  const Vgg vgg(file("vgg.safetensors"));
  const ThinVgg thin = thinned(vgg, [](const std::string&, int64_t channels) { return channels; });
  const auto expected = vgg.features(picture(5), layers_), found = thin.features(picture(5), layers_);
  for (const std::string& layer : layers_) EXPECT_LT(relativeError(found.at(layer), expected.at(layer)), 1e-8) << layer;
  EXPECT_ERROR(thin.features(picture(5), {"relu5_1"}), ErrorCode::InvalidArgument, "relu5_1");
}

TEST_F(ThinVggTest, MoreComponentsAreNearer) {
  const Vgg vgg(file("vgg.safetensors"));
  double last = 1;
  for (const int64_t left : {1, 3, 6}) {
    const ThinVgg thin = thinned(vgg, [left](const std::string&, int64_t) { return left; });
    const double error = relativeError(thin.features(picture(5), layers_).at("relu4_1"),
                                       vgg.features(picture(5), layers_).at("relu4_1"));
    EXPECT_LT(error, last) << left;
    last = error;
  }
  // 8, 8 | 12, 12 | 16, 16, 16, 16 | 24 channels, of which 6 are left: by hand, per pixel.
  const ThinVgg thin = thinned(vgg, [](const std::string&, int64_t) { return 6; });
  const double full = 3 * 8 * 9 + 8 * 6 + 6 * 8 * 9;
  const double half = 8 * 6 + 6 * 12 * 9 + 12 * 6 + 6 * 12 * 9;
  const double quarter = 12 * 6 + 3 * (16 * 6) + 4 * (6 * 16 * 9);
  const double eighth = 16 * 6 + 6 * 24 * 9;
  EXPECT_DOUBLE_EQ(thin.multiplyAddsPerPixel(), full + half / 4 + quarter / 16 + eighth / 64);
}

TEST_F(ThinVggTest, ItsFileHoldsItAndBadFilesAreErrorsThatNameThem) {
  const Vgg vgg(file("vgg.safetensors"));
  const ThinVgg thin = thinned(vgg, [](const std::string&, int64_t) { return 6; });
  const TensorFile good = thin.toFile();
  writeTensorFile(good, file("thin.safetensors"));
  const std::unique_ptr<PerceptualNetwork> read = openPerceptual(file("thin.safetensors"));
  EXPECT_TRUE(read->has("relu4_1"));
  EXPECT_FALSE(read->has("relu4_2"));
  const auto expected = thin.features(picture(5), layers_), found = read->features(picture(5), layers_);
  for (const std::string& layer : layers_) EXPECT_LT(relativeError(found.at(layer), expected.at(layer)), 1e-5) << layer;
  EXPECT_FALSE(found.at("relu4_1").requires_grad());
  EXPECT_EQ(dynamic_cast<const ThinVgg*>(openPerceptual(file("vgg.safetensors")).get()), nullptr);

  const auto expectBad = [&](const std::function<void(TensorFile&)>& change, const std::string& message) {
    TensorFile bad = good;
    change(bad);
    writeTensorFile(bad, file("bad.safetensors"));
    EXPECT_ERROR(openPerceptual(file("bad.safetensors")), ErrorCode::InvalidArgument, message);
    EXPECT_ERROR(openPerceptual(file("bad.safetensors")), ErrorCode::InvalidArgument, "bad.safetensors");
  };
  expectBad([](TensorFile& f) { f.metadata["version"] = "9"; }, "version is 9");
  expectBad([](TensorFile& f) { f.tensors.erase("relu2_1.bias"); }, "relu2_1.bias is missing");
  expectBad([](TensorFile& f) { f.tensors.erase("relu1_1.weight"); }, "not relu1_1");
  expectBad([](TensorFile& f) { f.tensors["extra"] = torch::zeros({1}); }, "belong to no layer");
  expectBad([](TensorFile& f) { f.tensors["relu2_1.project"] = torch::zeros({6, 7, 1, 1}); }, "relu2_1.project");
  expectBad([](TensorFile& f) { f.tensors["relu2_1.weight"] = torch::zeros({12, 6, 1, 1}); }, "relu2_1.weight");
  expectBad([](TensorFile& f) { f.tensors["relu2_1.scale"] = torch::zeros({1}); }, "not positive");
  expectBad([](TensorFile& f) { f.tensors["relu2_1.bias"] = torch::full({12}, NAN); }, "not finite");
}

using PerceptualRun = RecipeRun<PerceptualSettings, PerceptualRecipe>;

TEST_F(ThinVggTest, TrainingBringsItNearerToVggAndStylesCanBeTrainedWithIt) {
  PerceptualSettings settings = perceptualSettings(120);
  settings.learning_rate = 5e-3;
  PerceptualRun run(settings);
  const auto errorOf = [&](const std::string& name) {
    for (const auto& [found, value] : run.recipe().heldOut()) {
      if (found == name) return value;
    }
    return std::nan("");
  };
  const double before = errorOf("relu4_1"), covariance_before = errorOf("relu4_1 covariance");
  run.run();
  EXPECT_LT(errorOf("relu4_1"), 0.6 * before);
  EXPECT_LT(errorOf("relu4_1 covariance"), 0.6 * covariance_before);
  std::printf("relu4_1 from %.3f to %.3f, its covariance from %.3f to %.3f\n", before, errorOf("relu4_1"), covariance_before,
              errorOf("relu4_1 covariance"));
  run.recipe().writeResult(run.record());

  StyleSettings style = tinySettings(2);
  style.perceptual = file("thin.safetensors");
  StyleRun styled(style);
  EXPECT_TRUE(std::isfinite(styled.step()));
  settings.init = file("thin.safetensors");
  EXPECT_ERROR(checkSettings(settings), ErrorCode::InvalidArgument, "--init");
}

TEST_F(ThinVggTest, TheTrainersOwnNetworkIsThereSmallAndCheapAndTheDefault) {
  const std::string path = ownPerceptualPath();
  EXPECT_LE(std::filesystem::file_size(path), 2'000'000u);
  const std::unique_ptr<PerceptualNetwork> own = openPerceptual(path);
  ASSERT_NE(dynamic_cast<const ThinVgg*>(own.get()), nullptr);
  EXPECT_LE(dynamic_cast<const ThinVgg&>(*own).multiplyAddsPerPixel(), 241344 / 5.0);  // VGG19's up to relu4_1
  const auto features = own->features(picture(5), layers_);
  EXPECT_EQ(features.at("relu4_1").sizes(), (std::vector<int64_t>{1, 512, 6, 8}));
  StyleSettings style = tinySettings(2);
  style.perceptual.clear();
  style.image_size = 64;
  StyleRun run(style);
  EXPECT_TRUE(std::isfinite(run.step()));
}

TEST_F(ThinVggTest, AResumedRunEndsAsOneInOnePiece) {
  PerceptualSettings settings = perceptualSettings(4);
  PerceptualRun whole(settings), first(settings);
  whole.run();
  first.trainer().step();
  first.trainer().step();
  first.trainer().writeCheckpoint();
  settings.resume = checkpointPath(settings);
  PerceptualRun second(settings);
  second.run();
  const State a = whole.trainer().capture().state, b = second.trainer().capture().state;
  for (const auto& [name, tensor] : a.tensors) EXPECT_TRUE(torch::equal(tensor, b.tensor(name))) << name;
}

}  // namespace
}  // namespace impasto::test
