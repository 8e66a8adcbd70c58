#include "recipes/content.h"

#include <algorithm>

#include "data/image_folder.h"

namespace impasto::trainer {
namespace {

constexpr int kLargestContentSide = 768;  // shorter side in memory, and at least two crops: larger pictures are shrunk
constexpr size_t kFewPictures = 16;
constexpr int kCalibrationBatches = 12;   // statistics of the norms are measured over so many
constexpr uint64_t kCalibrationIndex = uint64_t{1} << 40;  // batches training never reaches
constexpr size_t kSampleColumns = 6;

}  // namespace

Content loadContent(const std::vector<std::string>& folders, int crop, const HoldOut& hold_out, const Log& log) {
  ImageFolder folder = readImageFolders(folders, std::max(kLargestContentSide, 2 * crop), log);
  Content content;
  content.sha256 = folder.sha256;
  content.pictures = splitPictures(std::move(folder), hold_out);
  const size_t count = content.pictures.training.size(), held_out = content.pictures.held_out.size();
  log("training on " + std::to_string(count) + " pictures, " + std::to_string(held_out) + " held out");
  if (count < kFewPictures) log("so few pictures are soon known by heart: some hundred are better");
  if (hold_out.pictures > 0 && held_out == 0) {
    log("no picture is held out (that takes four, or four clips): samples will show pictures of the training");
  }
  return content;
}

std::vector<GeneratorInputs> calibrationBatches(const std::vector<Image>& pictures, const CropLoader::Options& crops,
                                                torch::Device device) {
  std::vector<GeneratorInputs> batches;
  for (int i = 0; i < kCalibrationBatches; ++i) {
    const uint64_t index = kCalibrationIndex + static_cast<uint64_t>(i);
    batches.emplace_back().color = toUnit(makeCropBatch(pictures, crops, index).pictures, device);
  }
  return batches;
}

std::vector<const Image*> sampledPictures(const Split& pictures) {
  const std::vector<Image>& from = pictures.held_out.empty() ? pictures.training : pictures.held_out;
  std::vector<const Image*> sampled;
  for (size_t i = 0; i < std::min(kSampleColumns, from.size()); ++i) sampled.push_back(&from[i]);
  return sampled;
}

}  // namespace impasto::trainer
