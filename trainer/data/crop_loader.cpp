#include "data/crop_loader.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace impasto::trainer {
namespace {

constexpr size_t kPrefetched = 4;
constexpr uint32_t kNoiseRange = 4096;  // texels: more than any frame has at downscale 8

// w x h pixels from (x, y) on, which may lie beyond the picture: there its edge pixels are repeated.
Image cutClamped(const Image& image, int x, int y, int w, int h) {
  Image out{w, h, std::vector<uint8_t>(size_t(w) * size_t(h) * 3)};
  const int left = std::clamp(-x, 0, w), right = std::clamp(x + w - image.width, 0, w);
  for (int row = 0; row < h; ++row) {
    const uint8_t* line = image.rgb.data() + size_t(std::clamp(y + row, 0, image.height - 1)) * size_t(image.width) * 3;
    uint8_t* to = out.rgb.data() + size_t(row) * size_t(w) * 3;
    std::copy_n(line + size_t(x + left) * 3, size_t(w - left - right) * 3, to + size_t(left) * 3);
    for (int i = 0; i < left; ++i) std::copy_n(line, 3, to + size_t(i) * 3);
    for (int i = w - right; i < w; ++i) std::copy_n(line + size_t(image.width - 1) * 3, 3, to + size_t(i) * 3);
  }
  return out;
}

// Half of it, downwards also below zero.
int floorHalf(int value) { return static_cast<int>(std::floor(value / 2.0)); }

void mirror(Image& picture) {
  for (int row = 0; row < picture.height; ++row) {
    uint8_t* line = picture.rgb.data() + size_t(row) * size_t(picture.width) * 3;
    for (int a = 0, b = picture.width - 1; a < b; ++a, --b) std::swap_ranges(line + a * 3, line + a * 3 + 3, line + b * 3);
  }
}

// A square of the picture and its context, filtered to S + 2 C, flipped, turned and recoloured as the settings say. Numbers
// for what they do not ask for are not drawn: a setting that is off changes no crop.
Image randomCrop(const Image& image, const CropLoader::Options& options, std::mt19937_64& random) {
  const Augmentation& change = options.augmentation;
  const auto uniform = [&] { return std::uniform_real_distribution<double>(0, 1)(random); };
  const auto around = [&](double middle, double range) { return middle + (2 * uniform() - 1) * range; };
  const double angle = change.rotation > 0 ? around(0, change.rotation) * std::numbers::pi / 180 : 0;
  const double bounding = boundingSide(angle);
  const int shorter = std::min(image.width, image.height), largest = std::max(1, static_cast<int>(shorter / bounding));
  const int side_min = std::min(options.crop, largest);
  const int side_max = std::clamp(static_cast<int>(options.crop / change.smallest_scale), side_min, largest);
  const double log_side = std::log(side_min) + uniform() * (std::log(side_max) - std::log(side_min));
  const int side = std::clamp(static_cast<int>(std::lround(std::exp(log_side))), side_min, side_max);
  const int box = std::min(static_cast<int>(std::ceil(side * bounding)), shorter);  // holds the square, turned
  const int x = std::min(static_cast<int>(uniform() * (image.width - box + 1)), image.width - box);
  const int y = std::min(static_cast<int>(uniform() * (image.height - box + 1)), image.height - box);
  const int context = static_cast<int>(std::lround(double(options.context) * side / options.crop));
  const int size = options.crop + 2 * options.context;
  // What is read of the picture, and what it is filtered to: more than the crop where that is turned.
  const int whole = static_cast<int>(std::ceil((side + 2 * context) * bounding));
  const int filtered = static_cast<int>(std::ceil(size * bounding));
  const int margin = floorHalf(box - whole);
  Image crop = resample(cutClamped(image, x + margin, y + margin, whole, whole), 0, 0, whole, whole, filtered, filtered);
  if (change.flip && uniform() < 0.5) mirror(crop);
  if (change.rotation > 0) crop = turnedMiddle(crop, angle, size);
  if (change.jitter > 0) {
    const double brightness = around(1, change.jitter), contrast = around(1, change.jitter);
    changeColors(crop, brightness, contrast, around(1, change.jitter));
  }
  return crop;
}

void flatten(Image& crop) {
  const size_t middle = (size_t(crop.height / 2) * size_t(crop.width) + size_t(crop.width / 2)) * 3;
  const uint8_t color[3] = {crop.rgb[middle], crop.rgb[middle + 1], crop.rgb[middle + 2]};
  for (size_t i = 0; i < crop.rgb.size(); ++i) crop.rgb[i] = color[i % 3];
}

}  // namespace

torch::Tensor toUnit(const torch::Tensor& bytes, torch::Device device) {
  return bytes.to(device).to(torch::kFloat).div_(255.0);
}

torch::Tensor makeCrop(const Image& image, const CropLoader::Options& options, std::mt19937_64& random) {
  const Image crop = randomCrop(image, options, random);
  const torch::Tensor bytes = torch::empty({crop.height, crop.width, 3}, torch::kByte);
  std::copy(crop.rgb.begin(), crop.rgb.end(), bytes.data_ptr<uint8_t>());
  return bytes.permute({2, 0, 1});
}

CropBatch makeCropBatch(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t index) {
  const int64_t size = options.crop + 2 * int64_t{options.context};
  CropBatch batch;
  torch::Tensor bytes = torch::empty({options.batch, size, size, 3}, torch::kByte);
  for (int i = 0; i < options.batch; ++i) {
    const uint64_t part = index * static_cast<uint64_t>(options.processes) + static_cast<uint64_t>(options.process);
    const uint64_t number = part * static_cast<uint64_t>(options.batch) + static_cast<uint64_t>(i);
    std::seed_seq seed{static_cast<uint32_t>(options.seed), static_cast<uint32_t>(options.seed >> 32),
                       static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32)};
    std::mt19937_64 random(seed);
    const Image& image = images[random() % images.size()];
    Image crop = randomCrop(image, options, random);
    const auto x = static_cast<uint32_t>(random() % kNoiseRange), y = static_cast<uint32_t>(random() % kNoiseRange);
    batch.noise_offsets.emplace_back(x, y);
    if (options.flat > 0 && std::uniform_real_distribution<double>(0, 1)(random) < options.flat) flatten(crop);
    std::copy(crop.rgb.begin(), crop.rgb.end(), bytes.data_ptr<uint8_t>() + i * size * size * 3);
  }
  batch.pictures = bytes.permute({0, 3, 1, 2});
  return batch;
}

CropLoader::CropLoader(const std::vector<Image>& images, const Options& options, uint64_t first_batch)
    : batches_([&images, options](uint64_t index) { return makeCropBatch(images, options, index); }, first_batch,
               kPrefetched) {}

}  // namespace impasto::trainer
