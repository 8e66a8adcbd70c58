// 3x3 convolution by Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2016): a quarter of the multiplications.
//
// For the frozen perceptual network on CPUs, where it takes nearly all of the training time and LibTorch has only the
// direct algorithm: 1.2 to 1.7 times as fast in float32, the more channels the more. No gradients for the weights.
#pragma once

#include "nn/torch.h"

namespace impasto::trainer {

class WinogradConv {
 public:
  // kernel: O x C x 3 x 3, bias: O; float32 on the CPU. Both channel counts must pass `supports`.
  WinogradConv(const torch::Tensor& kernel, const torch::Tensor& bias);

  // Channel counts that fill whole vectors, and are many enough for the transforms to pay.
  static bool supports(int64_t channels) { return channels % 16 == 0 && channels >= 128; }

  // relu(conv(input) + bias) with zero padding of 1, input N x C x H x W float32; channels-last; differentiable in
  // the input. Differs from the direct algorithm by rounding: about 1e-5 of the largest value.
  torch::Tensor convRelu(const torch::Tensor& input) const;

 private:
  torch::Tensor forward_, backward_;  // transformed kernels, 36 x C x O and 36 x O x C
  torch::Tensor bias_;
};

}  // namespace impasto::trainer
