#include "data/painting.h"

#include <algorithm>
#include <random>
#include <vector>

#include "base/error.h"
#include "data/image.h"

namespace impasto::trainer {
namespace {

constexpr int kSmallestPainting = 64;  // shorter side, pixels: less holds no stroke

}  // namespace

torch::Tensor readPainting(const std::string& path, int shorter, const std::function<void(const std::string&)>& log) {
  const Image image = readImage(path);
  const int found = std::min(image.width, image.height);
  const std::string size = std::to_string(image.width) + "x" + std::to_string(image.height);
  if (found < kSmallestPainting) {
    throw Error(ErrorCode::InvalidArgument, path + ": is " + size + ", too small to show strokes: at least " +
                                                std::to_string(kSmallestPainting) + " pixels on its shorter side");
  }
  if (found < shorter) {
    log(path + ": is " + size + " and will be enlarged to --style-size " + std::to_string(shorter) +
        ": strokes will be soft");
  }
  return toTensor(scaleShorterSide(image, shorter)).unsqueeze(0);
}

torch::Tensor paintingCrops(const torch::Tensor& painting, int64_t side, int64_t count, uint64_t seed) {
  std::seed_seq sequence{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)};
  std::mt19937_64 random(sequence);
  const int64_t height = painting.size(2), width = painting.size(3);
  std::vector<torch::Tensor> crops;
  for (int64_t i = 0; i < count; ++i) {
    const auto y = static_cast<int64_t>(random() % static_cast<uint64_t>(height - side + 1));
    const auto x = static_cast<int64_t>(random() % static_cast<uint64_t>(width - side + 1));
    const torch::Tensor crop = painting[0].narrow(1, y, side).narrow(2, x, side);
    crops.push_back(random() % 2 == 0 ? crop : crop.flip(2));
  }
  return torch::stack(crops);
}

}  // namespace impasto::trainer
