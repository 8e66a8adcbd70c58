#include "data/crop_loader.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace impasto::trainer {
namespace {

constexpr size_t kPrefetched = 4;
constexpr uint32_t kNoiseRange = 4096;  // texels: more than any frame has at downscale 8

// A square of the picture, filtered to S x S, flipped half of the time.
Image randomCrop(const Image& image, const CropLoader::Options& options, std::mt19937_64& random) {
  const auto uniform = [&] { return std::uniform_real_distribution<double>(0, 1)(random); };
  const int shorter = std::min(image.width, image.height);
  const int side_min = std::min(options.crop, shorter);
  const int side_max = std::clamp(static_cast<int>(options.crop / options.smallest_scale), side_min, shorter);
  const double log_side = std::log(side_min) + uniform() * (std::log(side_max) - std::log(side_min));
  const int side = std::clamp(static_cast<int>(std::lround(std::exp(log_side))), side_min, side_max);
  const int x = std::min(static_cast<int>(uniform() * (image.width - side + 1)), image.width - side);
  const int y = std::min(static_cast<int>(uniform() * (image.height - side + 1)), image.height - side);
  Image crop = resample(image, x, y, side, side, options.crop, options.crop);
  if (uniform() < 0.5) {
    const int s = options.crop;
    for (int row = 0; row < s; ++row) {
      uint8_t* line = crop.rgb.data() + size_t(row) * size_t(s) * 3;
      for (int a = 0, b = s - 1; a < b; ++a, --b) std::swap_ranges(line + a * 3, line + a * 3 + 3, line + b * 3);
    }
  }
  return crop;
}

}  // namespace

CropBatch makeCropBatch(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t index) {
  std::seed_seq seed{static_cast<uint32_t>(options.seed), static_cast<uint32_t>(options.seed >> 32),
                     static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32)};
  std::mt19937_64 random(seed);
  const int64_t s = options.crop;
  CropBatch batch;
  torch::Tensor bytes = torch::empty({options.batch, s, s, 3}, torch::kByte);
  for (int i = 0; i < options.batch; ++i) {
    const Image& image = images[random() % images.size()];
    const Image crop = randomCrop(image, options, random);
    std::copy(crop.rgb.begin(), crop.rgb.end(), bytes.data_ptr<uint8_t>() + i * s * s * 3);
    const auto x = static_cast<uint32_t>(random() % kNoiseRange), y = static_cast<uint32_t>(random() % kNoiseRange);
    batch.noise_offsets.emplace_back(x, y);
  }
  batch.pictures = bytes.to(torch::kFloat).div_(255.0).permute({0, 3, 1, 2});
  return batch;
}

CropLoader::CropLoader(const std::vector<Image>& images, const Options& options, uint64_t first_batch)
    : images_(images), options_(options), next_batch_(first_batch), thread_([this] { work(); }) {}

CropLoader::~CropLoader() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void CropLoader::work() {
  for (;;) {
    CropBatch batch;
    std::exception_ptr failure;
    try {
      batch = makeCropBatch(images_, options_, next_batch_++);
    } catch (...) {
      failure = std::current_exception();
    }
    std::unique_lock lock(mutex_);
    if (failure) {
      failure_ = failure;
      changed_.notify_all();
      return;
    }
    changed_.wait(lock, [this] { return stop_ || ready_.size() < kPrefetched; });
    if (stop_) return;
    ready_.push_back(std::move(batch));
    changed_.notify_all();
  }
}

CropBatch CropLoader::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !ready_.empty() || failure_; });
  if (ready_.empty()) std::rethrow_exception(failure_);
  CropBatch batch = std::move(ready_.front());
  ready_.pop_front();
  changed_.notify_all();
  return batch;
}

}  // namespace impasto::trainer
