// Pictures that are kept on a device as bytes, and crops that are cut and filtered there.
//
// A crop is W P W^T: P the square of the picture with its context, edges repeated, and W a matrix of the filter's weights, made
// from the crop's place alone (data/crop_loader.h draws it). All crops of a batch go through the same few operations, whatever
// their number; what travels is a handful of integers for each. Works on CPUs too, where the loader's thread is faster.
#pragma once

#include <cstdint>
#include <vector>

#include "data/crop_loader.h"

namespace impasto::trainer {

class DeviceCrops {
 public:
  // Crops that are turned or recoloured (data/augmentation.h) it cannot make.
  static bool canMake(const CropLoader::Options& options) {
    return options.augmentation.rotation == 0 && options.augmentation.jitter == 0;
  }

  // Copies the pictures to the device. `images` must outlive this and not change.
  DeviceCrops(const std::vector<Image>& images, const CropLoader::Options& options, torch::Device device);

  // What makeCropBatch() gives, within a level of 255, on the device.
  CropBatch make(uint64_t index) const;

 private:
  const std::vector<Image>& images_;
  CropLoader::Options options_;
  torch::Device device_;
  torch::Tensor pixels_;             // of all pictures in a row, x 3 bytes
  std::vector<int64_t> first_pixel_;  // of each picture
  int64_t longest_ = 0;              // side of the largest square, with its context
};

}  // namespace impasto::trainer
