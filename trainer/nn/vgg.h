// The perceptual network: the convolutional part of VGG16 or VGG19 (Simonyan and Zisserman 2015), frozen.
#pragma once

#include <torch/torch.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nn/winograd.h"

namespace impasto::trainer {

class Vgg {
 public:
  // Reads "features.N.weight" and "features.N.bias" (torchvision's names; OIHW) from a safetensors file. Where the
  // poolings are follows from the gaps in N: 2 from one convolution to the next, 3 across a pooling. Throws
  // impasto::Error naming the file.
  explicit Vgg(const std::string& path);

  // Features after the named ReLUs ("relu3_1": first convolution of block 3) of pictures in [0, 1], N x 3 x H x W; in the
  // compute type, channels-last. Runs no further than the deepest one. Throws impasto::Error(InvalidArgument) for a
  // layer the file does not hold.
  std::map<std::string, torch::Tensor> features(const torch::Tensor& pictures, const std::set<std::string>& layers) const;

  void to(torch::Device device, torch::ScalarType compute);
  bool has(const std::string& layer) const;
  const std::string& path() const { return path_; }

 private:
  struct Layer {
    std::string name;
    bool pool_before;
    torch::Tensor weight, bias;           // float32 masters
    torch::Tensor run_weight, run_bias;   // on the device, in the compute type
    std::optional<WinogradConv> winograd;  // where it is faster
  };

  std::string path_;
  std::vector<Layer> layers_;
  torch::Tensor mean_, inverse_std_;  // of ImageNet, 1 x 3 x 1 x 1
};

}  // namespace impasto::trainer
