#include <filesystem>
#include <fstream>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-function"
#include <stb/stb_image_write.h>
#pragma GCC diagnostic pop

#include "base/error.h"
#include "data/crop_loader.h"
#include "data/image_folder.h"
#include "io/sha256.h"
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

TEST_F(DataTest, AJpegThatIsCutOffIsAnError) {
  const Image image = makePicture(64, 48, 3);
  std::string jpeg;
  const auto append = [](void* to, void* data, int size) {
    static_cast<std::string*>(to)->append(static_cast<const char*>(data), static_cast<size_t>(size));
  };
  ASSERT_TRUE(stbi_write_jpg_to_func(append, &jpeg, image.width, image.height, 3, image.rgb.data(), 90));
  std::ofstream(file("whole.jpg"), std::ios::binary) << jpeg;
  EXPECT_EQ(readImage(file("whole.jpg")).width, 64);
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
  const CropLoader::Options options{.crop = 48, .batch = 3, .seed = 5};
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
