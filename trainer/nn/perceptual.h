// What losses and figures look through: a frozen network whose features say what is in a picture.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "nn/torch.h"

namespace impasto::trainer {

// Pictures in [0, 1] as networks trained on ImageNet with torchvision's conventions want them: of mean 0 and deviation 1.
class ImageNetInput {
 public:
  torch::Tensor operator()(const torch::Tensor& pictures) const { return (pictures - mean_) * inverse_deviation_; }
  void to(torch::Device device);

 private:
  torch::Tensor mean_ = torch::tensor({0.485f, 0.456f, 0.406f}).view({1, 3, 1, 1});
  torch::Tensor inverse_deviation_ = 1.0 / torch::tensor({0.229f, 0.224f, 0.225f}).view({1, 3, 1, 1});
};

class PerceptualNetwork {
 public:
  virtual ~PerceptualNetwork() = default;

  // Features after the named ReLUs ("relu3_1": first convolution of block 3) of pictures in [0, 1], N x 3 x H x W; in the
  // compute type, channels-last. Runs no further than the deepest one. Throws impasto::Error(InvalidArgument) for a
  // layer the network does not have.
  virtual std::map<std::string, torch::Tensor> features(const torch::Tensor& pictures,
                                                        const std::set<std::string>& layers) const = 0;

  virtual void to(torch::Device device, torch::ScalarType compute) = 0;
  virtual bool has(const std::string& layer) const = 0;
  virtual const std::string& path() const = 0;
};

// VGG16 or VGG19 with torchvision's names (nn/vgg.h; .safetensors or .pth) or a network of the project's own (nn/thin_vgg.h). Throws
// impasto::Error naming the file.
std::unique_ptr<PerceptualNetwork> openPerceptual(const std::string& path);

// The project's own network, which comes with the trainer: beside the installed program (share/impasto) or in the source
// tree. Throws impasto::Error(Io) if it is in neither.
std::string ownPerceptualPath();

}  // namespace impasto::trainer
