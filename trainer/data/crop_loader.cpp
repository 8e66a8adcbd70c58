#include "data/crop_loader.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "data/device_crops.h"

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

double uniform(std::mt19937_64& random) { return std::uniform_real_distribution<double>(0, 1)(random); }

// Largest side of a crop that fits the picture when it is so much longer turned, and the sides that crops may have.
std::pair<int, int> sidesOf(const Image& image, const CropLoader::Options& options, double bounding) {
  const int largest = std::max(1, static_cast<int>(std::min(image.width, image.height) / bounding));
  const int least = std::min(options.crop, largest);
  return {least, std::clamp(static_cast<int>(options.crop / options.augmentation.smallest_scale), least, largest)};
}

int contextOf(int side, const CropLoader::Options& options) {
  return static_cast<int>(std::lround(double(options.context) * side / options.crop));
}

// Numbers for what the settings do not ask for are not drawn: a setting that is off changes no crop.
CropDraw drawFrom(const Image& image, const CropLoader::Options& options, std::mt19937_64& random) {
  const Augmentation& change = options.augmentation;
  const auto around = [&](double middle, double range) { return middle + (2 * uniform(random) - 1) * range; };
  CropDraw draw;
  if (change.rotation > 0) draw.angle = around(0, change.rotation) * std::numbers::pi / 180;
  const double bounding = boundingSide(draw.angle);
  const auto [least, most] = sidesOf(image, options, bounding);
  const double log_side = std::log(least) + uniform(random) * (std::log(most) - std::log(least));
  const int side = std::clamp(static_cast<int>(std::lround(std::exp(log_side))), least, most);
  const int box = std::min(static_cast<int>(std::ceil(side * bounding)), std::min(image.width, image.height));
  const int x = std::min(static_cast<int>(uniform(random) * (image.width - box + 1)), image.width - box);
  const int y = std::min(static_cast<int>(uniform(random) * (image.height - box + 1)), image.height - box);
  // What is read of the picture, and what it is filtered to: more than the crop where that is turned.
  draw.whole = static_cast<int>(std::ceil((side + 2 * contextOf(side, options)) * bounding));
  draw.filtered = static_cast<int>(std::ceil((options.crop + 2 * options.context) * bounding));
  draw.left = x + floorHalf(box - draw.whole);
  draw.top = y + floorHalf(box - draw.whole);
  draw.mirrored = change.flip && uniform(random) < 0.5;
  if (change.jitter > 0) {
    draw.brightness = around(1, change.jitter);
    draw.contrast = around(1, change.jitter);
    draw.saturation = around(1, change.jitter);
  }
  return draw;
}

// The square of the picture and its context, filtered to S + 2 C, flipped, turned and recoloured.
Image cutCrop(const Image& image, const CropLoader::Options& options, const CropDraw& draw) {
  Image crop = resample(cutClamped(image, draw.left, draw.top, draw.whole, draw.whole), 0, 0, draw.whole, draw.whole,
                        draw.filtered, draw.filtered);
  if (draw.mirrored) mirror(crop);
  if (options.augmentation.rotation > 0) crop = turnedMiddle(crop, draw.angle, options.crop + 2 * options.context);
  if (options.augmentation.jitter > 0) changeColors(crop, draw.brightness, draw.contrast, draw.saturation);
  return crop;
}

void flatten(Image& crop) {
  const size_t middle = (size_t(crop.height / 2) * size_t(crop.width) + size_t(crop.width / 2)) * 3;
  const uint8_t color[3] = {crop.rgb[middle], crop.rgb[middle + 1], crop.rgb[middle + 2]};
  for (size_t i = 0; i < crop.rgb.size(); ++i) crop.rgb[i] = color[i % 3];
}

}  // namespace

torch::Tensor toUnit(const torch::Tensor& bytes, torch::Device device) {
  return bytes.to(device, /*non_blocking=*/bytes.is_pinned()).to(torch::kFloat).div_(255.0);
}

int64_t longestCrop(const Image& image, const CropLoader::Options& options) {
  const int most = sidesOf(image, options, 1).second;
  return most + 2 * int64_t{contextOf(most, options)};
}

torch::Tensor makeCrop(const Image& image, const CropLoader::Options& options, std::mt19937_64& random) {
  const Image crop = cutCrop(image, options, drawFrom(image, options, random));
  const torch::Tensor bytes = torch::empty({crop.height, crop.width, 3}, torch::kByte);
  std::copy(crop.rgb.begin(), crop.rgb.end(), bytes.data_ptr<uint8_t>());
  return bytes.permute({2, 0, 1});
}

CropDraw drawCrop(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t number) {
  std::seed_seq seed{static_cast<uint32_t>(options.seed), static_cast<uint32_t>(options.seed >> 32),
                     static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32)};
  std::mt19937_64 random(seed);
  const size_t image = random() % images.size();
  CropDraw draw = drawFrom(images[image], options, random);
  draw.image = image;
  draw.noise_offset.first = static_cast<uint32_t>(random() % kNoiseRange);
  draw.noise_offset.second = static_cast<uint32_t>(random() % kNoiseRange);
  draw.flat = options.flat > 0 && uniform(random) < options.flat;
  return draw;
}

uint64_t firstCropOf(const CropLoader::Options& options, uint64_t index) {
  const uint64_t part = index * static_cast<uint64_t>(options.processes) + static_cast<uint64_t>(options.process);
  return part * static_cast<uint64_t>(options.batch);
}

CropBatch makeCropBatch(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t index) {
  const int64_t size = options.crop + 2 * int64_t{options.context};
  CropBatch batch;
  torch::Tensor bytes = torch::empty({options.batch, size, size, 3}, torch::kByte);
  for (int i = 0; i < options.batch; ++i) {
    const CropDraw draw = drawCrop(images, options, firstCropOf(options, index) + static_cast<uint64_t>(i));
    Image crop = cutCrop(images[draw.image], options, draw);
    if (draw.flat) flatten(crop);
    batch.noise_offsets.push_back(draw.noise_offset);
    std::copy(crop.rgb.begin(), crop.rgb.end(), bytes.data_ptr<uint8_t>() + i * size * size * 3);
  }
  batch.pictures = bytes.permute({0, 3, 1, 2});
  return batch;
}

CropLoader::CropLoader(const std::vector<Image>& images, const Options& options, uint64_t first_batch, torch::Device device)
    : next_(first_batch) {
  int64_t bytes = 0;
  for (const Image& image : images) bytes += static_cast<int64_t>(image.rgb.size());
  if (device.is_cuda() && bytes <= kMostOnDevice && DeviceCrops::canMake(options)) {
    on_device_ = std::make_unique<DeviceCrops>(images, options, device);
    return;
  }
  const auto make = [&images, options, pin = device.is_cuda()](uint64_t index) {
    CropBatch batch = makeCropBatch(images, options, index);
    if (pin) batch.pictures = batch.pictures.pin_memory();
    return batch;
  };
  prepared_ = std::make_unique<Prefetch<CropBatch>>(make, first_batch, kPrefetched);
}

CropLoader::~CropLoader() = default;

CropBatch CropLoader::next() { return on_device_ ? on_device_->make(next_++) : prepared_->next(); }

}  // namespace impasto::trainer
