// LPIPS v0.1 with SqueezeNet 1.1: how different two pictures look (Zhang et al. 2018).
#pragma once

#include <map>
#include <string>

#include "nn/torch.h"

namespace impasto::trainer {

class Lpips {
 public:
  // Finds in `folder` one file (.safetensors or .pth) with SqueezeNet 1.1 (torchvision's names) and one with the linear
  // heads ("squeeze.lin0.weight" ..., or the authors' squeeze.pth). Throws impasto::Error naming the folder or the tensor that is missing.
  Lpips(const std::string& folder, torch::Device device);

  // Of two pictures 1 x 3 x H x W in [0, 1]; 0: the same.
  double distance(const torch::Tensor& a, const torch::Tensor& b) const;

 private:
  std::vector<torch::Tensor> features(const torch::Tensor& picture) const;
  torch::Tensor conv(const torch::Tensor& x, const std::string& name, int64_t stride, int64_t padding) const;
  torch::Tensor fire(const torch::Tensor& x, int index) const;

  std::map<std::string, torch::Tensor> tensors_;
};

}  // namespace impasto::trainer
