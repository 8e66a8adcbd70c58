// Random training crops, prepared by one background thread while the networks work.
#pragma once

#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "data/augmentation.h"
#include "data/image.h"
#include "data/prefetch.h"
#include "nn/torch.h"

namespace impasto::trainer {

struct CropBatch {
  torch::Tensor pictures;                                   // N x 3 x (S + 2 C) x (S + 2 C) bytes, channels-last
  std::vector<std::pair<uint32_t, uint32_t>> noise_offsets;  // one for each picture
};

// Pictures as bytes -> float32 in [0, 1] on a device: bytes are what travels.
torch::Tensor toUnit(const torch::Tensor& bytes, torch::Device device);

// Crop k of a run is a function of (seed, k, the pictures) and nothing else, and batch i holds crops i N to i N + N - 1: a
// resumed run sees the same batches, and a batch of 2 N the crops of two of N. Of several processes each draws its part of
// such a batch: process p of P the crops (i P + p) N and on. A crop's S x S pixels lie inside the picture, turned or not;
// the context around it is the picture too, its edge pixels repeated where it ends.
// next() is called from one thread.
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
  CropLoader(const std::vector<Image>& images, const Options& options, uint64_t first_batch);

  // Rethrows what stopped the thread (no memory), once the batches before it are used up.
  CropBatch next() { return batches_.next(); }

 private:
  Prefetch<CropBatch> batches_;
};

// One crop of that picture, 3 x (S + 2 C) x (S + 2 C) bytes, wherever `random` has it.
torch::Tensor makeCrop(const Image& image, const CropLoader::Options& options, std::mt19937_64& random);

// The batch itself, for those who need it now.
CropBatch makeCropBatch(const std::vector<Image>& images, const CropLoader::Options& options, uint64_t index);

}  // namespace impasto::trainer
