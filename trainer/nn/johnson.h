// The yardstick: the residual network that fast style transfer is known by (Johnson et al. 2016), with instance norms
// (Ulyanov et al. 2017). It is trained and measured as our generator is, and cannot become a style file: its norms read the
// whole frame, and its kernels are larger than the format's.
//
// 9x9 convolution, two 3x3 of stride 2, five residual blocks, twice nearest upsampling and a 3x3 convolution (Odena et al.
// 2016), 9x9 convolution, sigmoid; reflection at borders. With 32 channels at full resolution and 128 in the blocks: 1.68
// million parameters, 153,792 multiply-adds a pixel.
#pragma once

#include "nn/painting_network.h"

namespace impasto::trainer {

class Johnson final : public PaintingNetwork {
 public:
  static constexpr const char* kName = "johnson";

  explicit Johnson(int64_t channels = 32);

  using PaintingNetwork::forward;
  // Frames of at least 8 x 8 pixels. A window costs as much as the whole frame.
  torch::Tensor forward(const GeneratorInputs& inputs, const NoiseOffsets& noise_offsets,
                        const std::optional<Window>& window = {}) override;

  void setCompute(torch::ScalarType type) override { compute_ = type; }
  bool makesColors(const std::string& parameter) const override { return parameter.rfind("out/", 0) == 0; }
  int64_t alignment() const override { return 4; }
  double multiplyAddsPerPixel() const override;

 private:
  struct Layer {
    torch::Tensor weight;
    torch::Tensor scale, shift;  // of the instance norm; undefined for the last layer
    torch::Tensor bias;          // of the last layer
    int64_t stride = 1;
    int64_t downscale = 1;       // of its output
    bool upsample = false;       // of its input
  };

  Layer add(const std::string& name, int64_t in, int64_t out, int64_t kernel);
  torch::Tensor run(const Layer& layer, const torch::Tensor& x) const;  // without an activation

  Layer first_, down_[2], blocks_[5][2], up_[2], last_;
  torch::ScalarType compute_ = torch::kFloat;
};

}  // namespace impasto::trainer
