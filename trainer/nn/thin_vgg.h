// The project's own perceptual network: VGG's layers, channels and features, at a fifth of its cost.
//
// In front of every convolution but the first a projection leaves only a few channels of what came before (after pooling,
// where there is one), so that 3 x 3 convolutions read few channels and write many: kernels that are products of two
// smaller ones (Zhang et al. 2016, "Accelerating Very Deep Convolutional Networks for Classification and Detection"). It
// begins as VGG with each layer's features reduced to their principal components; the recipe `perceptual` then trains all
// of it to have VGG's features.
//
// Inside, features are divided by their layer's `scale`, so that weights are of one order in all layers.
#pragma once

#include <functional>
#include <vector>

#include "io/safetensors.h"
#include "nn/perceptual.h"
#include "nn/vgg.h"

namespace impasto::trainer {

class ThinVgg final : public PerceptualNetwork {
 public:
  // Channels left of the features of a layer ("relu1_2", of so many channels).
  using Rank = std::function<int64_t(const std::string& layer, int64_t channels)>;

  // The layers of `vgg` up to `deepest`; principal components and scales are measured on `batches` of pictures.
  ThinVgg(const Vgg& vgg, const std::string& deepest, const Rank& rank, const std::vector<torch::Tensor>& batches);

  // From a file that toFile() made; `path` is for messages. Frozen. Throws impasto::Error(InvalidArgument) naming it.
  ThinVgg(const std::string& path, TensorFile& file);
  static bool isIn(const TensorFile& file);

  // Kernels in fp16, the rest in fp32; metadata says what it is.
  TensorFile toFile() const;

  std::map<std::string, torch::Tensor> features(const torch::Tensor& pictures,
                                                const std::set<std::string>& layers) const override;
  void to(torch::Device device, torch::ScalarType compute) override;
  bool has(const std::string& layer) const override;
  const std::string& path() const override { return path_; }

  torch::nn::Module& weights() { return weights_; }  // to be trained
  double multiplyAddsPerPixel() const;

 private:
  struct Layer {
    std::string name;     // "relu1_1"
    bool pool_before;     // of what is projected
    torch::Tensor project;  // R x C x 1 x 1, of the layer before; undefined in the first
    torch::Tensor weight, bias;
    torch::Tensor scale;    // of one element
  };
  void add(Layer layer);

  std::string path_ = "the network";
  std::vector<Layer> layers_;
  torch::nn::Module weights_{"thin_vgg"};  // the layers' tensors
  ImageNetInput input_;
  torch::ScalarType compute_ = torch::kFloat;
};

}  // namespace impasto::trainer
