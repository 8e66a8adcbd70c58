// The perceptual network: the convolutional part of VGG16 or VGG19 (Simonyan and Zisserman 2015), frozen.
#pragma once

#include <optional>
#include <vector>

#include "io/safetensors.h"
#include "nn/perceptual.h"
#include "nn/winograd.h"

namespace impasto::trainer {

class Vgg final : public PerceptualNetwork {
 public:
  struct Layer {
    std::string name;
    bool pool_before;
    torch::Tensor weight, bias;           // float32 masters
    torch::Tensor run_weight, run_bias;   // on the device, in the compute type
    std::optional<WinogradConv> winograd;  // where it is faster
  };

  // Reads "features.N.weight" and "features.N.bias" (torchvision's names; OIHW) from a safetensors file or one of
  // torch.save. Where the poolings are follows from the gaps in N: 2 from one convolution to the next, 3 across a pooling.
  // Throws impasto::Error naming the file.
  explicit Vgg(const std::string& path);

  Vgg(const std::string& path, const TensorFile& file);  // of that file, read already

  std::map<std::string, torch::Tensor> features(const torch::Tensor& pictures,
                                                const std::set<std::string>& layers) const override;
  void to(torch::Device device, torch::ScalarType compute) override;
  bool has(const std::string& layer) const override;
  const std::string& path() const override { return path_; }
  const std::vector<Layer>& layers() const { return layers_; }

 private:
  std::string path_;
  std::vector<Layer> layers_;
  ImageNetInput input_;
};

}  // namespace impasto::trainer
