#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numbers>
#include <set>

#include "base/error.h"
#include "data/crop_loader.h"
#include "data/image_folder.h"
#include "data/split.h"
#include "io/sha256.h"
#include "media/image_file.h"
#include "trainer/trainer_fixture.h"
#include "unit/expect_error.h"

namespace impasto::test {
namespace {

using namespace trainer;

class DataTest : public TrainerTest {};

TEST_F(DataTest, BadFilesAreSkippedByNameAndTheRestIsRead) {
  std::ofstream(file("content/broken.jpg")) << "not a picture";
  std::ofstream(file("content/empty.png"));
  std::ofstream(file("content/notes.txt")) << "not meant to be one";
  std::vector<std::string> skipped;
  const ImageFolder folder =
      readImageFolders({file("content")}, 768, [&](const std::string& message) { skipped.push_back(message); });
  EXPECT_EQ(folder.images.size(), 6u);
  ASSERT_EQ(skipped.size(), 2u);
  EXPECT_NE(skipped[0].find("broken.jpg"), std::string::npos) << skipped[0];
  EXPECT_NE(skipped[1].find("empty.png"), std::string::npos) << skipped[1];
}

media::Picture pictureOf(const Image& image) {
  media::Picture picture(static_cast<uint32_t>(image.width), static_cast<uint32_t>(image.height));
  for (size_t i = 0, k = 0; k < image.rgb.size(); i += 4, k += 3) std::copy_n(&image.rgb[k], 3, &picture.rgba[i]);
  return picture;
}

// What artists have at hand is read, whatever the format.
TEST_F(DataTest, PicturesOfEveryFormatAreRead) {
  const Image image = makePicture(64, 48, 3);
  std::filesystem::create_directory(file("formats"));
  for (const char* name : {"a.png", "b.tif", "c.WEBP"}) {
    media::writePicture(pictureOf(image), file(std::string("formats/") + name), 100);
    EXPECT_EQ(readImage(file(std::string("formats/") + name)).rgb, image.rgb) << name;  // all without loss
  }
  EXPECT_EQ(readImageFolders({file("formats")}, 768, [](const std::string&) {}).images.size(), 3u);
}

TEST_F(DataTest, AJpegThatIsCutOffIsAnError) {
  media::writePicture(pictureOf(makePicture(64, 48, 3)), file("whole.jpg"), 90);
  EXPECT_EQ(readImage(file("whole.jpg")).width, 64);
  std::ifstream in(file("whole.jpg"), std::ios::binary);
  const std::string jpeg((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  std::ofstream(file("cut.jpg"), std::ios::binary) << jpeg.substr(0, jpeg.size() * 9 / 10);
  EXPECT_ERROR(readImage(file("cut.jpg")), ErrorCode::Io, "cut.jpg");
}

TEST_F(DataTest, MissingAndEmptyFoldersAreErrors) {
  const auto ignore = [](const std::string&) {};
  EXPECT_ERROR(readImageFolders({file("nowhere")}, 768, ignore), ErrorCode::Io, "nowhere");
  std::filesystem::create_directory(file("void"));
  EXPECT_ERROR(readImageFolders({file("content"), file("void")}, 768, ignore), ErrorCode::Io, "void");
}

TEST_F(DataTest, LargePicturesAreShrunkOnReading) {
  const ImageFolder folder = readImageFolders({file("content")}, 28, [](const std::string&) {});
  EXPECT_EQ(folder.images[0].height, 28);
  EXPECT_EQ(folder.images[0].width, 36);
}

TEST_F(DataTest, BatchesDependOnSeedAndIndexOnly) {
  const std::vector<Image> images = {makePicture(100, 80, 1), makePicture(40, 90, 2)};
  const CropLoader::Options options{.crop = 32, .context = 8, .batch = 3, .seed = 5};
  CropLoader from_start(images, options, 0), from_second(images, options, 2);
  for (int i = 0; i < 2; ++i) from_start.next();
  for (uint64_t i = 2; i < 5; ++i) {
    const CropBatch a = from_start.next(), b = from_second.next(), c = makeCropBatch(images, options, i);
    EXPECT_TRUE(torch::equal(a.pictures, b.pictures));
    EXPECT_TRUE(torch::equal(a.pictures, c.pictures));
    EXPECT_EQ(a.noise_offsets, c.noise_offsets);
    EXPECT_EQ(a.pictures.sizes(), (std::vector<int64_t>{3, 3, 48, 48}));
  }
  EXPECT_FALSE(torch::equal(makeCropBatch(images, options, 0).pictures, makeCropBatch(images, options, 1).pictures));
  CropLoader::Options other_seed = options;
  other_seed.seed = 6;
  EXPECT_FALSE(torch::equal(makeCropBatch(images, options, 0).pictures, makeCropBatch(images, other_seed, 0).pictures));
}

// Several processes share a batch: whatever its size, the run's k-th crop is the same.
TEST_F(DataTest, ALargerBatchHoldsTheCropsOfSeveralSmallOnes) {
  const std::vector<Image> images = {makePicture(100, 80, 1), makePicture(40, 90, 2)};
  CropLoader::Options options{.crop = 32, .context = 8, .batch = 4, .seed = 5};
  const torch::Tensor whole = makeCropBatch(images, options, 3).pictures;
  options.batch = 2;
  EXPECT_TRUE(torch::equal(whole, torch::cat({makeCropBatch(images, options, 6).pictures, makeCropBatch(images, options, 7).pictures})));
}

// A picture that tells where a pixel comes from: red is its column, green its row.
Image makeMap(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      image.rgb.push_back(static_cast<uint8_t>(x));
      image.rgb.push_back(static_cast<uint8_t>(y));
      image.rgb.push_back(0);
    }
  }
  return image;
}

// No larger than crop and context together, as most photographs are: crops still lie everywhere, at every scale, and what
// lies beyond the picture is its edge repeated.
TEST_F(DataTest, CropsLieAnywhereAtEveryScaleAlsoInPicturesThatAreHardlyLarger) {
  const std::vector<Image> images = {makeMap(120, 96)};
  const CropLoader::Options options{.crop = 64, .context = 16, .batch = 8, .seed = 3};
  double least_y = 1e9, most_y = 0, least_x = 1e9, most_x = 0, least_side = 1e9, most_side = 0;
  for (uint64_t i = 0; i < 40; ++i) {
    const torch::Tensor pictures = makeCropBatch(images, options, i).pictures.to(torch::kFloat);
    ASSERT_EQ(pictures.sizes(), (std::vector<int64_t>{8, 3, 96, 96}));
    for (int64_t k = 0; k < 8; ++k) {
      const torch::Tensor column = pictures[k][0].narrow(0, 16, 64).narrow(1, 16, 64).mean(0);
      const torch::Tensor row = pictures[k][1].narrow(0, 16, 64).narrow(1, 16, 64).mean(1);
      const torch::Tensor steps = row.narrow(0, 1, 63) - row.narrow(0, 0, 63);
      // Inside the picture everywhere: no row is a repetition of the one before.
      EXPECT_GT(steps.min().item<double>(), 0.4);
      EXPECT_GT((column.narrow(0, 1, 63) - column.narrow(0, 0, 63)).abs().min().item<double>(), 0.4);
      const double top = row[0].item<double>(), side = row[63].item<double>() - top;
      least_y = std::min(least_y, top), most_y = std::max(most_y, top + side);
      least_x = std::min(least_x, column.min().item<double>()), most_x = std::max(most_x, column.max().item<double>());
      least_side = std::min(least_side, side), most_side = std::max(most_side, side);
      // The context goes on with the same scale until the picture ends.
      const double above = pictures[k][1].narrow(1, 16, 64)[0].mean().item<double>();
      EXPECT_NEAR(above, std::max(0.0, top - 16 * side / 63), 2.0);
    }
  }
  EXPECT_LT(least_y, 4);
  EXPECT_GT(most_y, 91);
  EXPECT_LT(least_x, 4);
  EXPECT_GT(most_x, 115);
  EXPECT_LT(least_side, 68);
  EXPECT_GT(most_side, 88);
}

// Neighbouring captured frames are nearly equal: a held-out one must come from a clip that is not trained on.
TEST_F(DataTest, FramesOfOneClipAreNotSplit) {
  std::filesystem::create_directory(file("captured"));
  for (int i = 0; i < 24; ++i) {
    const std::string stem = file("captured/frame_" + std::to_string(100 + i));
    writePng(makePicture(40 + i / 3, 40, 7), stem + "_color.png");  // the width tells the clip
    std::ofstream(stem + "_camera.json") << "{\"clip\": " << i / 3 << "}";
  }
  const ImageFolder folder = readImageFolders({file("captured")}, 768, [](const std::string&) {});
  ASSERT_EQ(folder.images.size(), 24u);
  const Split split = splitPictures(folder, {.pictures = 8});
  EXPECT_EQ(split.held_out.size(), 2u);   // a quarter of eight clips
  EXPECT_EQ(split.training.size(), 18u);  // the other six
  for (const Image& held_out : split.held_out) {
    for (const Image& trained : split.training) EXPECT_NE(held_out.width, trained.width);
  }
}

// Each clip is held out in one fold, and never trained on in that one.
TEST_F(DataTest, FoldsHoldOutEachClipOnce) {
  ImageFolder folder;
  for (int i = 0; i < 14; ++i) {
    folder.images.push_back({i + 1, 1, {}});  // the width tells the picture
    folder.clips.push_back("clip " + std::to_string(i / 2));
  }
  std::multiset<int> held_out;
  for (int fold = 1; fold <= 3; ++fold) {
    const Split split = splitPictures(folder, {.pictures = 8, .folds = 3, .fold = fold});
    std::set<int> clips_of_training;
    for (const Image& image : split.training) clips_of_training.insert((image.width - 1) / 2);
    for (const Image& image : split.held_out) {
      held_out.insert((image.width - 1) / 2);
      EXPECT_EQ(clips_of_training.count((image.width - 1) / 2), 0u);
    }
    EXPECT_EQ(clips_of_training.size() + split.held_out.size(), 7u);
  }
  EXPECT_EQ(held_out, (std::multiset<int>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_ERROR(splitPictures(folder, {.pictures = 8, .folds = 8, .fold = 1}), ErrorCode::InvalidArgument, "--folds 8");
}

// The rotation of each crop is found again from where its pixels come from: within the bounds, all over them, and inside
// the picture everywhere.
TEST_F(DataTest, TurnedCropsLieInsideThePictureAndAreTurnedByWhatWasAskedFor) {
  const std::vector<Image> images = {makeMap(200, 180)};
  const CropLoader::Options options{
      .crop = 64, .context = 16, .batch = 8, .seed = 3, .augmentation = {.flip = false, .rotation = 20}};
  double least = 90, most = -90;
  for (uint64_t i = 0; i < 30; ++i) {
    const torch::Tensor pictures = makeCropBatch(images, options, i).pictures.to(torch::kFloat);
    for (int64_t k = 0; k < 8; ++k) {
      const torch::Tensor inner = pictures[k].narrow(1, 16, 64).narrow(2, 16, 64);
      const auto slope = [&](int64_t channel, int64_t dimension) {  // source pixels a crop pixel
        const torch::Tensor steps = inner[channel].narrow(dimension, 8, 56) - inner[channel].narrow(dimension, 0, 56);
        EXPECT_LT((steps - steps.mean()).abs().max().item<double>(), 4) << "the same everywhere: nothing is repeated";
        return steps.mean().item<double>() / 8;
      };
      const double across = slope(0, 1), down = slope(1, 0), skew = slope(1, 1);
      EXPECT_NEAR(across, down, 0.05);
      EXPECT_NEAR(slope(0, 0), -skew, 0.05);
      const double angle = std::atan2(skew, across) * 180 / std::numbers::pi, scale = std::hypot(across, skew);
      EXPECT_GT(scale, 0.97);
      EXPECT_LT(scale, 2.03);
      least = std::min(least, angle), most = std::max(most, angle);
    }
  }
  EXPECT_GT(least, -20.5);
  EXPECT_LT(least, -15);
  EXPECT_LT(most, 20.5);
  EXPECT_GT(most, 15);
}

// Turned and recoloured or not: crop k is a function of seed and k, whatever the batch.
TEST_F(DataTest, AugmentedCropsAreAFunctionOfSeedAndNumber) {
  const std::vector<Image> images = {makePicture(100, 80, 1), makePicture(70, 90, 2)};
  CropLoader::Options options{
      .crop = 32, .context = 8, .batch = 4, .seed = 5, .augmentation = {.rotation = 10, .jitter = 0.3}};
  const torch::Tensor whole = makeCropBatch(images, options, 3).pictures;
  options.batch = 2;
  EXPECT_TRUE(torch::equal(
      whole, torch::cat({makeCropBatch(images, options, 6).pictures, makeCropBatch(images, options, 7).pictures})));
  EXPECT_FALSE(torch::equal(makeCropBatch(images, options, 6).pictures, makeCropBatch(images, options, 7).pictures));
  options.seed = 6;
  EXPECT_FALSE(torch::equal(whole.narrow(0, 0, 2), makeCropBatch(images, options, 6).pictures));
}

TEST_F(DataTest, SettingsOfAugmentationBoundWhatHappens) {
  const std::vector<Image> images = {makeMap(200, 180)};
  CropLoader::Options options{
      .crop = 64, .context = 0, .batch = 8, .seed = 3, .augmentation = {.smallest_scale = 1, .flip = false}};
  const auto stepsToTheRight = [&](uint64_t i) {
    const torch::Tensor red = makeCropBatch(images, options, i).pictures.to(torch::kFloat).select(1, 0);
    return red.narrow(2, 1, 63) - red.narrow(2, 0, 63);
  };
  // Neither scaled nor mirrored: each pixel is one pixel further to the right.
  for (uint64_t i = 0; i < 10; ++i) EXPECT_TRUE((stepsToTheRight(i) == 1).all().item<bool>());
  // Mirrored half of the time: of 80 crops fewer than 20 or more than 60 one time in 100 thousand.
  options.augmentation.flip = true;
  int64_t mirrored = 0;
  for (uint64_t i = 0; i < 10; ++i) mirrored += (stepsToTheRight(i).select(1, 0).select(1, 0) == -1).sum().item<int64_t>();
  EXPECT_GT(mirrored, 20);
  EXPECT_LT(mirrored, 60);
  options.augmentation.flip = false;
  // Colours: each factor at most a fifth off; a grey picture stays grey.
  const Image grey{100, 90, std::vector<uint8_t>(100 * 90 * 3, 120)};
  options.augmentation.jitter = 0.2;
  double least = 255, most = 0;
  for (uint64_t i = 0; i < 30; ++i) {
    const torch::Tensor pictures = makeCropBatch({grey}, options, i).pictures.to(torch::kFloat);
    EXPECT_LT((pictures - pictures.narrow(1, 0, 1)).abs().max().item<double>(), 1.01);
    least = std::min(least, pictures.min().item<double>()), most = std::max(most, pictures.max().item<double>());
  }
  EXPECT_GE(least, 95);
  EXPECT_LT(least, 100);
  EXPECT_LE(most, 145);
  EXPECT_GT(most, 140);
}

TEST(Augmentation, ColorsChangeByTheirFactors) {
  // Two pixels of lightness 50 and 150: their mean is 100.
  const auto changed = [](double brightness, double contrast, double saturation) {
    Image image{2, 1, {50, 50, 50, 150, 150, 150}};
    changeColors(image, brightness, contrast, saturation);
    return image.rgb;
  };
  EXPECT_EQ(changed(1, 1, 1), (std::vector<uint8_t>{50, 50, 50, 150, 150, 150}));
  EXPECT_EQ(changed(1.5, 1, 1), (std::vector<uint8_t>{75, 75, 75, 225, 225, 225}));
  EXPECT_EQ(changed(1, 0.5, 1), (std::vector<uint8_t>{75, 75, 75, 125, 125, 125}));
  EXPECT_EQ(changed(2, 1, 1), (std::vector<uint8_t>{100, 100, 100, 255, 255, 255}));
  Image colored{1, 1, {200, 100, 0}};
  changeColors(colored, 1, 1, 0);  // all grey: its lightness 0.299 * 200 + 0.587 * 100
  EXPECT_EQ(colored.rgb, (std::vector<uint8_t>{119, 119, 119}));
}

TEST_F(DataTest, TheDigestOfPicturesTellsOtherPictures) {
  const auto digest = [&] { return readImageFolders({file("content")}, 768, [](const std::string&) {}).sha256; };
  const std::string before = digest();
  EXPECT_EQ(digest(), before);
  writePng(makePicture(72, 56, 99), file("content/3.png"));
  EXPECT_NE(digest(), before);
}

TEST_F(DataTest, PicturesSurviveTensorsAndFiles) {
  const Image image = makePicture(19, 13, 3);
  EXPECT_EQ(fromTensor(toTensor(image)).rgb, image.rgb);
  writePng(image, file("copy.png"));
  EXPECT_EQ(readImage(file("copy.png")).rgb, image.rgb);
  EXPECT_ERROR(writePng(image, file("nowhere/copy.png")), ErrorCode::Io, "nowhere");
}

TEST(Sha256, GivesThePublishedDigests) {
  const auto digest = [](const std::string& text) { return sha256Hex(std::as_bytes(std::span(text))); };
  EXPECT_EQ(digest(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

}  // namespace
}  // namespace impasto::test
