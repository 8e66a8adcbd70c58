// A style's generator in LibTorch, made ready for running alone: weights converted and laid out once, noise made once for
// an extent. What somebody would write who wanted it fast in LibTorch; the trainer's module (nn/generator.h) does more and
// keeps less.
#pragma once

#include <map>
#include <vector>

#include "nn/torch.h"
#include "style/style.h"

namespace impasto::trainer {

class Inference {
 public:
  // Of styles that need colour alone. Throws impasto::Error(InvalidArgument) for others.
  Inference(const Style& style, torch::Device device, torch::ScalarType type, int64_t height, int64_t width);

  // 1 x 3 x height x width, of the device and type given, channels last; the result likewise.
  torch::Tensor run(const torch::Tensor& color) const;

 private:
  struct Conv {
    torch::Tensor kernel, bias;
  };
  torch::Tensor runConv(const Op& op, const Conv& conv, torch::Tensor x) const;

  Graph graph_;
  int64_t height_, width_;
  std::vector<bool> needed_;
  std::map<uint32_t, Conv> convs_;
  std::map<uint32_t, torch::Tensor> noise_;
};

}  // namespace impasto::trainer
