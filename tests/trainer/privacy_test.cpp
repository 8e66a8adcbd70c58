// Differential privacy: the account against published values and identities, the noise and where it comes from, what one
// sample can do, and a private run of `unpaired`.
#include <cmath>
#include <filesystem>
#include <numbers>

#include "base/error.h"
#include "optim/privacy.h"
#include "optim/private_gradients.h"
#include "optim/secret_random.h"
#include "recipes/private_unpaired.h"
#include "recipes/unpaired.h"
#include "trainer/recipe_run.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

constexpr SecretRandom::Key kKey = {1, 2, 3, 4, 5, 6, 7, 8};

// Without sampling it is the Gaussian mechanism: order / (2 noise^2) (Mironov 2017, proposition 7).
TEST(PrivacyAccount, WithoutSamplingIsTheGaussianMechanism) {
  for (const double order : {1.5, 2.0, 7.3, 64.0}) {
    EXPECT_DOUBLE_EQ(renyiOfSampledGaussian(1, 2.0, order), order / 8);
    EXPECT_NEAR(renyiOfSampledGaussian(1 - 1e-12, 2.0, order), order / 8, 1e-6) << order;
  }
}

// The closed sum of whole orders and the integral of the others are one function: it is convex between them, and smooth.
TEST(PrivacyAccount, IntegralAndClosedSumAgree) {
  for (const double noise : {0.3, 0.8, 2.5, 20.0}) {
    for (const double rate : {0.001, 0.05, 0.6}) {
      for (const double order : {2.0, 5.0, 11.0}) {
        const double whole = renyiOfSampledGaussian(rate, noise, order);
        EXPECT_NEAR(renyiOfSampledGaussian(rate, noise, order + 1e-9), whole, 1e-6 * whole) << noise << " " << rate;
      }
    }
  }
}

// Values of the tests of Google's accounting library for rate 0.01, noise 2.5, 50 steps.
TEST(PrivacyAccount, DivergencesArePublishedOnes) {
  const std::pair<double, double> published[] = {
      {1.5, 6.5007e-04}, {2.5, 1.0854e-03}, {5, 2.1808e-03}, {50, 2.3846e-02}, {100, 1.6742e+02}};
  for (const auto& [order, value] : published) {
    EXPECT_NEAR(50 * renyiOfSampledGaussian(0.01, 2.5, order), value, 1e-4 * value) << order;
  }
}

// TensorFlow Privacy's test of compute_dp_sgd_privacy, which converts by Balle et al. 2020 too.
TEST(PrivacyAccount, EpsilonsArePublishedOnes) {
  EXPECT_NEAR(epsilonOf(150.0 / 60000, 1.3, 6000, 1e-5), 0.7242234026109595, 1e-9);
  EXPECT_NEAR(epsilonOf(100.0 / 100000, 1.0, 30000, 1e-7), 1.4154988495444845, 1e-9);
}

// Older publications convert by Mironov 2017, proposition 3 (Abadi et al. 2016, theorem 2, is the same): the divergences
// are those of this account, and its own epsilon is less.
TEST(PrivacyAccount, DivergencesGiveWhatOlderConversionsPublished) {
  const auto older = [](double rate, double noise, int64_t steps, double delta) {
    double least = 1e9;
    for (double order = 1.1; order < 64; order += order < 10.95 ? 0.1 : 1) {
      const double tidy = std::round(order * 10) / 10;
      least = std::min(least, static_cast<double>(steps) * renyiOfSampledGaussian(rate, noise, tidy) -
                                  std::log(delta) / (tidy - 1));
    }
    return least;
  };
  struct Published {
    double rate, noise;
    int64_t steps;
    double epsilon;
  };
  // Abadi et al. 2016, section 3.2: "(1.26, 1e-5)"; the MNIST tutorial of TensorFlow Privacy: 15, 60 and 45 epochs of 60000.
  constexpr double kRate = 256.0 / 60000;
  for (const Published& p : {Published{0.01, 4, 10000, 1.26}, {kRate, 1.3, 15 * 60000 / 256, 1.19},
                             {kRate, 1.1, 60 * 60000 / 256, 3.01}, {kRate, 0.7, 45 * 60000 / 256, 7.10}}) {
    EXPECT_NEAR(older(p.rate, p.noise, p.steps, 1e-5), p.epsilon, 0.005) << p.noise;
    EXPECT_LT(epsilonOf(p.rate, p.noise, p.steps, 1e-5), p.epsilon) << p.noise;
  }
}

TEST(PrivacyAccount, FindsTheLeastNoiseForABudget) {
  for (const double epsilon : {0.1, 1.0, 8.0, 100.0}) {
    const double noise = noiseWithin({epsilon, 1e-5}, 0.01, 4000);
    EXPECT_LE(epsilonOf(0.01, noise, 4000, 1e-5), epsilon);
    EXPECT_GT(epsilonOf(0.01, noise * 0.998, 4000, 1e-5), epsilon);
  }
  EXPECT_ERROR(noiseWithin({1e-6, 1e-5}, 0.01, 4000), ErrorCode::InvalidArgument, "too small");
}

TEST(PrivacyAccount, CountsStepsAndNeverForgetsOne) {
  PrivacyAccount account({2, 1e-3}, 100, 10, 5);
  EXPECT_EQ(account.spent(), 0);
  State early, late;
  account.save(early, "privacy/");
  for (int i = 0; i < 3; ++i) account.spend();
  account.save(late, "privacy/");
  const double spent = account.spent();
  EXPECT_GT(spent, 0);
  account.load(early, "privacy/");  // as after a divergence
  EXPECT_EQ(account.spent(), spent);

  PrivacyAccount resumed({2, 1e-3}, 100, 10, 5);
  resumed.load(late, "privacy/");
  EXPECT_EQ(resumed.spent(), spent);
  resumed.spend();
  resumed.spend();
  EXPECT_LE(resumed.spent(), 2);
  EXPECT_GT(resumed.spent(), 1.99);  // to a thousandth of the noise
  EXPECT_TRUE(resumed.exhausted());
  EXPECT_ERROR(resumed.spend(), ErrorCode::Internal, "spent");

  EXPECT_ERROR(PrivacyAccount({2, 1e-3}, 100, 10, 6).load(late, "privacy/"), ErrorCode::InvalidArgument, "--steps");
  EXPECT_ERROR(PrivacyAccount({2, 1e-3}, 120, 12, 5).load(late, "privacy/"), ErrorCode::InvalidArgument, "samples");
  EXPECT_ERROR(PrivacyAccount({3, 1e-3}, 100, 10, 5).load(late, "privacy/"), ErrorCode::InvalidArgument, "noise");
  EXPECT_ERROR(PrivacyAccount({2, 1e-3}, 100, 10, 5).load({}, "privacy/"), ErrorCode::InvalidArgument, "has no privacy/account");
  EXPECT_ERROR(PrivacyAccount({2, 1e-3}, 9, 10, 5), ErrorCode::InvalidArgument, "10 of 9");
  EXPECT_ERROR(PrivacyAccount({2, 1e-2}, 100, 10, 5), ErrorCode::InvalidArgument, "1/100");
}

// RFC 8439, section 2.3.2.
TEST(SecretRandom, IsChaCha20) {
  SecretRandom::Key key;
  for (uint32_t i = 0; i < 8; ++i) key[i] = 0x03020100 + 0x04040404 * i;
  const std::array<uint32_t, 16> expected = {0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033,
                                             0x9aaa2204, 0x4e6cd4c3, 0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9,
                                             0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
  EXPECT_EQ(SecretRandom::block(key, 1, {0x09000000, 0x4a000000, 0x00000000}), expected);
}

TEST(SecretRandom, IsNormalAndAnotherEachTime) {
  SecretRandom random(kKey), same(kKey), one, two;
  const torch::Tensor drawn = random.normal({300000});
  EXPECT_TRUE(torch::equal(drawn, same.normal({300000})));
  EXPECT_FALSE(torch::equal(one.normal({8}), two.normal({8})));
  EXPECT_NEAR(drawn.mean().item<double>(), 0, 5 / std::sqrt(3e5));
  EXPECT_NEAR(drawn.std().item<double>(), 1, 5 / std::sqrt(6e5));
  for (const double limit : {0.5, 1.0, 2.0, 3.0}) {
    const double share = std::erf(limit / std::numbers::sqrt2);
    EXPECT_NEAR(drawn.abs().lt(limit).to(torch::kFloat).mean().item<double>(), share,
                5 * std::sqrt(share * (1 - share) / 3e5)) << limit;
  }
  // Neighbours have nothing to do with each other.
  EXPECT_NEAR((drawn.slice(0, 0, -1) * drawn.slice(0, 1)).mean().item<double>(), 0, 5 / std::sqrt(3e5));
}

// Whatever a sample is, with it the sum is at most `clip` away from the sum without it.
TEST(PrivateGradients, OneSampleMovesTheSumByAtMostTheClip) {
  torch::manual_seed(1);
  const std::vector<torch::Tensor> parameters = {torch::zeros({4, 3}), torch::zeros({7})};
  const auto sample = [](double length) {
    std::vector<torch::Tensor> gradients = {torch::randn({4, 3}), torch::randn({7})};
    const double norm = std::sqrt((gradients[0].square().sum() + gradients[1].square().sum()).item<double>());
    for (torch::Tensor& gradient : gradients) gradient *= length / norm;
    return gradients;
  };
  constexpr double kClip = 0.7;
  const std::vector<std::vector<torch::Tensor>> others = {sample(0.2), sample(3), sample(0.69)};
  const auto sumWith = [&](const std::vector<torch::Tensor>* outlier) {
    SecretRandom random(kKey);
    PrivateGradients gradients(parameters, kClip, /*noise=*/0, random);
    for (const std::vector<torch::Tensor>& other : others) gradients.add(other);
    if (outlier) gradients.add(*outlier);
    return gradients.take(1);
  };
  const std::vector<torch::Tensor> without = sumWith(nullptr);
  const double nan = std::nan("");
  for (const double length : {0.1, 0.7, 5.0, 1e6, 1e25, nan}) {
    const std::vector<torch::Tensor> outlier = sample(length), with = sumWith(&outlier);
    double squares = 0;
    for (size_t i = 0; i < with.size(); ++i) squares += (with[i] - without[i]).square().sum().item<double>();
    const double expected = std::isfinite(length) ? std::min(length, kClip) : 0;
    EXPECT_NEAR(std::sqrt(squares), expected, 1e-5) << length;
  }
}

TEST(PrivateGradients, NoiseHasTheDeviationThatWasAskedFor) {
  SecretRandom random(kKey), same(kKey);
  const std::vector<torch::Tensor> parameters = {torch::zeros({50000})};
  PrivateGradients gradients(parameters, 0.5, 3, random), again(parameters, 0.5, 3, same);
  const torch::Tensor first = gradients.take(10)[0], second = gradients.take(10)[0];
  EXPECT_NEAR(first.std().item<double>(), 0.5 * 3 / 10, 0.15 * 5 / std::sqrt(1e5));
  EXPECT_TRUE(torch::equal(first, again.take(10)[0]));
  EXPECT_FALSE(torch::equal(first, second));
}

// Runs of `unpaired` on reddish pictures, and secret paintings that are bluish.
class PrivateRunTest : public TrainerTest {
 protected:
  using Run = RecipeRun<UnpairedSettings, PrivateUnpairedRecipe>;

  void makePictures(const std::string& folder, int count, uint32_t seed, bool swapped) {
    std::filesystem::create_directory(file(folder));
    for (int i = 0; i < count; ++i) {
      Image image = makePicture(48, 40, seed + static_cast<uint32_t>(i));
      for (size_t at = 0; at < image.rgb.size(); at += 3) {
        image.rgb[at] = static_cast<uint8_t>(155 + image.rgb[at] / 3);
        image.rgb[at + 2] = static_cast<uint8_t>(image.rgb[at + 2] / 3);
        if (swapped) std::swap(image.rgb[at], image.rgb[at + 2]);
      }
      writePng(image, file(folder + "/" + std::to_string(i) + ".png"));
    }
  }

  UnpairedSettings settings(const std::string& paintings, int64_t steps) const {
    UnpairedSettings settings;
    settings.steps = steps;
    settings.device = "cpu";
    settings.precision = "float32";
    settings.threads = 1;
    settings.content = {file("red")};
    settings.paintings = {file(paintings)};
    settings.out = file("private.safetensors");
    settings.size = "small";
    settings.image_size = 32;
    settings.batch = 2;
    settings.adversary.width = 8;
    settings.adversary.layers = 2;
    settings.adversary.pool = 8;
    settings.privacy = {8, 1e-3};
    settings.privacy_lot = 4;
    return settings;
  }
};

// A discriminator that does not learn is one that tells nothing of the paintings: then nothing else may, to the last bit.
TEST_F(PrivateRunTest, PaintingsReachNothingButTheDiscriminator) {
  makePictures("red", 6, 0, false);
  makePictures("blue", 12, 100, true);
  makePictures("other", 12, 900, false);
  std::vector<Checkpoint> ends;
  std::vector<torch::Tensor> samples;
  std::vector<std::vector<std::pair<std::string, double>>> figures;
  for (const char* paintings : {"blue", "other"}) {
    UnpairedSettings of_run = settings(paintings, 6);
    of_run.paintings = {file(paintings) + "/"};
    of_run.adversary.learning_rate = 0;
    of_run.freeze_norms_at = 0.5;
    Run run(of_run);
    const Scalars scalars = run.run();
    EXPECT_TRUE(std::isnan(valueOf(scalars, "real")));
    ends.push_back(run.trainer().capture());
    samples.push_back(run.recipe().samples());
    figures.push_back(run.recipe().heldOut());
  }
  EXPECT_EQ(ends[0].fingerprints, ends[1].fingerprints);
  EXPECT_EQ(ends[0].state.texts, ends[1].state.texts);
  size_t compared = 0;
  for (const auto& [name, tensor] : ends[0].state.tensors) {
    if (name.rfind("optimizer/discriminator/", 0) == 0) continue;  // means of its gradients, noise and all
    EXPECT_TRUE(torch::equal(tensor, ends[1].state.tensor(name))) << name;
    ++compared;
  }
  EXPECT_GT(compared, 100u);
  EXPECT_TRUE(torch::equal(samples[0], samples[1]));
  EXPECT_EQ(figures[0], figures[1]);
}

TEST_F(PrivateRunTest, LearnsFromTheCollectionAndSaysWhatItSpent) {
  makePictures("red", 8, 0, false);
  makePictures("blue", 96, 100, true);
  UnpairedSettings of_run = settings("blue", 150);
  of_run.privacy = {50, 1e-3};  // so few paintings can hide in a little only
  of_run.privacy_lot = 12;
  Run run(of_run);
  const auto bluer = [&] {  // of painted pictures, the mean of blue less that of red
    torch::NoGradGuard no_grad;
    const Frozen paint(*run.recipe().exported());
    std::vector<torch::Tensor> red;
    for (int i = 0; i < 8; ++i) {
      red.push_back(toTensor(middleSquare(readImage(file("red/" + std::to_string(i) + ".png")), 40)));
    }
    const torch::Tensor colors = run.recipe().exported()->forward(torch::stack(red)).mean({0, 2, 3});
    return (colors[2] - colors[0]).item<double>();
  };
  EXPECT_LT(bluer(), 0.2);
  run.run();
  EXPECT_GT(bluer(), 0.25);  // 0.6 in the paintings; random numbers are others each time
  EXPECT_NEAR(run.recipe().account().spent(), 50, 0.2);
  EXPECT_LE(run.recipe().account().spent(), 50);
  run.recipe().writeResult(run.record());
  const Style style = readStyleFile(of_run.out);
  EXPECT_TRUE(style.provenance.style_image_sha256.empty());
  EXPECT_NE(style.provenance.training.find("\"privacy_spent\":{\"epsilon\":49."), std::string::npos)
      << style.provenance.training;
  EXPECT_EQ(style.provenance.training.find("set of paintings"), std::string::npos);
}

TEST_F(PrivateRunTest, AResumedRunGoesOnWithItsAccount) {
  makePictures("red", 6, 0, false);
  makePictures("blue", 12, 100, true);
  const UnpairedSettings whole = settings("blue", 6);
  Run first(whole);
  first.run(4);
  EXPECT_NE(first.recipe().status().find(" of 8 spent"), std::string::npos) << first.recipe().status();
  first.trainer().writeCheckpoint();
  UnpairedSettings rest = whole;
  rest.resume = checkpointPath(whole);
  Run second(rest);
  EXPECT_EQ(second.recipe().account().spent(), first.recipe().account().spent());
  EXPECT_FALSE(second.recipe().exhausted());
  second.run();
  EXPECT_TRUE(second.recipe().exhausted());
  EXPECT_LE(second.recipe().account().spent(), 8);

  UnpairedSettings longer = rest;
  longer.steps = 12;
  longer.resume_anyway = true;
  EXPECT_ERROR(Run{longer}, ErrorCode::InvalidArgument, "account of privacy");
  UnpairedSettings open = rest;
  open.privacy.clear();
  using OpenRun = RecipeRun<UnpairedSettings, UnpairedRecipe>;
  EXPECT_ERROR(OpenRun{open}, ErrorCode::InvalidArgument, "the checkpoint has no");
}

TEST_F(PrivateRunTest, BudgetsThatMakeNoSenseAreRefused) {
  UnpairedSettings bad = settings("content", 4);
  bad.content = {file("content")};
  for (const std::vector<double>& privacy : {std::vector<double>{8}, {8, 0}, {8, 1}, {0, 1e-5}, {8, 1e-5, 1}}) {
    bad.privacy = privacy;
    EXPECT_ERROR(checkSettings(bad), ErrorCode::InvalidArgument, "--privacy");
  }
  bad.privacy = {8, 1e-3};
  bad.accumulate = 2;
  EXPECT_ERROR(checkSettings(bad), ErrorCode::InvalidArgument, "--accumulate");
  bad.accumulate = 1;
  bad.adversary.penalty = "wgan-gp";
  EXPECT_ERROR(checkSettings(bad), ErrorCode::InvalidArgument, "--penalty wgan-gp");
  bad.adversary.penalty = "none";
  bad.privacy = {8, 0.3};  // six pictures
  EXPECT_ERROR(Run{bad}, ErrorCode::InvalidArgument, "1/6");
  bad.privacy = {8, 1e-3};
  bad.privacy_lot = 7;
  EXPECT_ERROR(Run{bad}, ErrorCode::InvalidArgument, "7 of 6");
}

}  // namespace
}  // namespace impasto::test
