#include "data/device_crops.h"

#include <algorithm>

#include "nn/on_device.h"

namespace impasto::trainer {
namespace {

constexpr int64_t kReach = 2;  // of the filters, in pixels of the finer grid

// The filters of resample(): Mitchell and Netravali where a picture shrinks, Catmull and Rom where it grows. |x| -> weight.
torch::Tensor mitchell(const torch::Tensor& x) {
  const torch::Tensor near = (16 + x * x * (21 * x - 36)) / 18, far = (32 + x * (-60 + x * (36 - 7 * x))) / 18;
  return torch::where(x < 1, near, torch::where(x < 2, far, torch::zeros_like(x)));
}

torch::Tensor catmullRom(const torch::Tensor& x) {
  const torch::Tensor near = 1 - x * x * (2.5 - 1.5 * x), far = 2 - x * (4 + x * (0.5 * x - 2.5));
  return torch::where(x < 1, near, torch::where(x < 2, far, torch::zeros_like(x)));
}

}  // namespace

DeviceCrops::DeviceCrops(const std::vector<Image>& images, const CropLoader::Options& options, torch::Device device)
    : images_(images), options_(options), device_(device) {
  int64_t count = 0;
  for (const Image& image : images) {
    first_pixel_.push_back(count);
    count += int64_t{image.width} * image.height;
    longest_ = std::max(longest_, longestCrop(image, options));
  }
  pixels_ = torch::empty({count, 3}, torch::TensorOptions(device).dtype(torch::kByte));
  for (size_t i = 0; i < images.size(); ++i) {
    const int64_t size = int64_t{images[i].width} * images[i].height;
    pixels_.narrow(0, first_pixel_[i], size)
        .copy_(torch::from_blob(const_cast<uint8_t*>(images[i].rgb.data()), {size, 3}, torch::kByte));
  }
}

CropBatch DeviceCrops::make(uint64_t index) const {
  torch::NoGradGuard no_grad;
  const int64_t n = options_.batch, size = options_.crop + 2 * int64_t{options_.context};
  CropBatch batch;
  constexpr int64_t kColumns = 8;
  torch::Tensor table = torch::empty({kColumns, n, 1}, torch::kLong);
  auto to = table.accessor<int64_t, 3>();
  for (int64_t i = 0; i < n; ++i) {
    const CropDraw draw = drawCrop(images_, options_, firstCropOf(options_, index) + static_cast<uint64_t>(i));
    const Image& image = images_[draw.image];
    const int64_t row[kColumns] = {first_pixel_[draw.image], image.width, image.height,  draw.left,
                                   draw.top,                 draw.whole,  draw.mirrored, draw.flat};
    for (int64_t k = 0; k < kColumns; ++k) to[k][i][0] = row[k];
    batch.noise_offsets.push_back(draw.noise_offset);
  }
  table = onDevice(table, device_);
  const torch::Tensor first = table[0], width = table[1], height = table[2], left = table[3], top = table[4], whole = table[5];
  const torch::Tensor mirrored = table[6].to(torch::kBool).unsqueeze(2), flat = table[7].to(torch::kBool).view({n, 1, 1, 1});

  // Places along the square, with as many beyond its ends as filters reach; each repeats the square's edge, and the square the
  // picture's.
  const int64_t margin = kReach * ((longest_ + size - 1) / size) + 1;
  const torch::Tensor along = torch::arange(-margin, longest_ + margin, torch::TensorOptions(device_).dtype(torch::kLong));
  const auto places = [&](const torch::Tensor& begin, const torch::Tensor& length) {
    const torch::Tensor inside = torch::minimum(along.clamp_min(0), whole - 1);
    return torch::minimum((begin + inside).clamp_min(0), length - 1);  // N x L
  };
  const torch::Tensor pixel = (first + places(top, height) * width).unsqueeze(2) + places(left, width).unsqueeze(1);
  const int64_t length = along.size(0);
  const torch::Tensor squares =
      pixels_.index_select(0, pixel.flatten()).view({n, length, length, 3}).permute({0, 3, 1, 2}).to(torch::kFloat);

  const torch::Tensor scale = (static_cast<double>(size) / whole.to(torch::kFloat)).unsqueeze(2);  // N x 1 x 1
  const torch::Tensor centre = torch::arange(size, torch::TensorOptions(device_)).view({1, -1, 1}) + 0.5;
  const torch::Tensor distance = ((along.view({1, 1, -1}) + 0.5) * scale - centre).abs();  // in pixels of the crop
  torch::Tensor weights = torch::where(scale < 1, mitchell(distance), catmullRom(distance / scale));
  weights = torch::where(scale == 1, (distance < 0.5).to(torch::kFloat), weights);
  weights = weights / weights.sum(2, /*keepdim=*/true);  // N x S x L
  const torch::Tensor across = torch::where(mirrored, weights.flip(1), weights);
  const torch::Tensor rows = torch::matmul(squares, across.transpose(1, 2).unsqueeze(1));
  torch::Tensor crops = torch::matmul(weights.unsqueeze(1), rows).round().clamp(0, 255);
  crops = torch::where(flat, crops.slice(2, size / 2, size / 2 + 1).slice(3, size / 2, size / 2 + 1), crops);
  batch.pictures = crops.to(torch::kByte).contiguous(torch::MemoryFormat::ChannelsLast);
  return batch;
}

}  // namespace impasto::trainer
