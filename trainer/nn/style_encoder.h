// The style encoder: a painting -> the style vector that steers a generator to paint like it, without training.
//
// What it reads of a painting are means and deviations of a frozen perceptual network's channels at relu1_1 to relu4_1,
// which say what a painting is like wherever one looks (Huang and Belongie 2017 carry a style over by these alone; Ghiasi
// et al. 2017 predict, as here, what a generator's channels are scaled by). Two layers make a vector of them. Statistics
// are taken relative to those of the paintings it learns, and bounded: no painting is stranger than some deviations.
#pragma once

#include "nn/perceptual.h"
#include "nn/torch.h"

namespace impasto::trainer {

// Of pictures N x 3 x H x W in [0, 1], each side at least 16, seen at half resolution: N x D float32, D the same for all
// pictures. No gradients. Throws impasto::Error(InvalidArgument) if the network lacks a layer.
torch::Tensor styleStatistics(const PerceptualNetwork& network, const torch::Tensor& pictures);

class StyleEncoderImpl : public torch::nn::Module {
 public:
  // `paintings`: N x D, the statistics of the paintings that are learned, whole; `views`: M x D, of parts of them, which
  // say how large deviations are.
  StyleEncoderImpl(const torch::Tensor& paintings, const torch::Tensor& views, int64_t length);

  // For weights that are read afterwards.
  StyleEncoderImpl(int64_t paintings, int64_t statistics, int64_t length);

  // N x D -> N x length.
  torch::Tensor forward(const torch::Tensor& statistics);

  // Style vectors of the paintings that were learned: N x length.
  torch::Tensor learned() { return forward(paintings_); }

  int64_t statistics() const { return mean_.size(0); }
  int64_t length() const { return to_vector_.size(0); }

  // Another run's weights, for other paintings: relative to what these were learned with. Throws
  // impasto::Error(InvalidArgument) if their shapes differ.
  void adopt(const StyleEncoderImpl& other);

 private:
  torch::Tensor paintings_, mean_, deviation_;  // buffers
  torch::Tensor to_hidden_, hidden_bias_, to_vector_, vector_bias_;
};
TORCH_MODULE(StyleEncoder);

}  // namespace impasto::trainer
