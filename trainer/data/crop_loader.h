// Random training crops: prepared by one background thread while the networks work, or made on the device that they are for.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "data/augmentation.h"
#include "data/image.h"
#include "data/prefetch.h"
#include "nn/torch.h"

namespace impasto::trainer {

struct CropBatch {
  torch::Tensor pictures;  // N x 3 x (S + 2 C) x (S + 2 C) bytes, channels-last; in pinned memory or on the device if it is a GPU
  std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;  // one for each picture
};

class DeviceCrops;

// Pictures as bytes -> float32 in [0, 1] on a device: bytes are what travels.
torch::Tensor toUnit(const torch::Tensor& bytes, torch::Device device);

// Crop k of a run is a function of (seed, k, the pictures) and nothing else, and batch i holds crops i N to i N + N - 1: a
// resumed run sees the same batches, and a batch of 2 N the crops of two of N. Of several processes each draws its part of
// such a batch: process p of P the crops (i P + p) N and on. A crop's S x S pixels lie inside the picture, turned or not;
// the context around it is the picture too, its edge pixels repeated where it ends.
// For a GPU, pictures are kept there if they fit into kMostOnDevice bytes and crops are neither turned nor recoloured, and
// crops are cut there (data/device_crops.h): the same ones within rounding, and nothing of the size of a picture travels. next() is called from one thread.
class CropLoader {
 public:
  struct Options {
    int crop = 256;               // side S, pixels
    int context = 0;              // C more on every side
    int batch = 4;
    uint64_t seed = 1;
    int process = 0, processes = 1;
    double flat = 0;              // so many of all crops are of one colour, that of their middle
    Augmentation augmentation = {};
  };

  // `images` must outlive the loader and not change.
  CropLoader(const std::vector<Image>& images, const Options& options, uint64_t first_batch, torch::Device device = torch::kCPU);
  ~CropLoader();
  static constexpr int64_t kMostOnDevice = int64_t{8} << 30;

  // Rethrows what stopped the thread (no memory), once the batches before it are used up.
  CropBatch next();

 private:
  std::unique_ptr<Prefetch<CropBatch>> prepared_;  // or else
  std::unique_ptr<DeviceCrops> on_device_;
  uint64_t next_;  // batch that on_device_ makes
};

// What is random in crop `number` of a run, counted over all processes. Lengths are in the picture's pixels.
struct CropDraw {
  size_t image = 0;
  int left = 0, top = 0, whole = 0;  // the square that is read, with its context; may lie beyond the picture
  int filtered = 0;                  // side that it is filtered to: the crop's, or more where that is turned
  bool mirrored = false;
  double angle = 0;                  // then turned, radians
  double brightness = 1, contrast = 1, saturation = 1;
  bool flat = false;
  std::pair<uint32_t, uint32_t> noise_offset;
};
CropDraw drawCrop(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t number);

// The longest side that a crop of the picture can have, with its context, in the picture's pixels.
int64_t longestCrop(const Image& image, const CropLoader::Options& options);

// One crop of that picture, 3 x (S + 2 C) x (S + 2 C) bytes, wherever `random` has it.
torch::Tensor makeCrop(const Image& image, const CropLoader::Options& options, std::mt19937_64& random);

// The number of the first crop of batch `index`; the others follow.
uint64_t firstCropOf(const CropLoader::Options& options, uint64_t index);

// The batch itself, for those who need it now; in ordinary memory.
CropBatch makeCropBatch(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t index);

}  // namespace impasto::trainer
