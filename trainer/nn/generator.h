// The generator as a trainable module: runs the ops of a GeneratorSpec's graph on torch tensors.
//
// Parameters are float32 masters named after their op ("block0.a.weight", ...); the convolutions run in `compute`.
// A normed convolution is conv -> batch norm -> activation. While norms are live it uses the statistics of the batch;
// once frozen, the running statistics are folded into kernel and bias before the convolution, which is exactly what
// export writes, and training goes on through that fold. With a style vector, what is made of it for the modulates is
// scaled by one learned number, the fusion weight, which is folded as well. Not thread-safe.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/generator_spec.h"
#include "nn/painting_network.h"
#include "nn/torch.h"
#include "style/style.h"

namespace impasto::trainer {

class GeneratorImpl final : public PaintingNetwork {
 public:
  explicit GeneratorImpl(GeneratorSpec spec);

  // A generator that runs a finished style: folded, no norms.
  explicit GeneratorImpl(const Style& style);

  // Any H and W: extended and cropped as the graph says.
  // noise_offsets: one (x, y) in noise texels for each picture, as if the crop lay there in a larger frame.
  // Returns N x 3 x H x W float32, not clamped. Throws impasto::Error(InvalidArgument) naming an input that the graph
  // needs and that is not there.
  // With a window, only that part of the painting, in pixels of the frame, and equal to it: no op computes more than the
  // window depends on (and live norms see no more either).
  using PaintingNetwork::forward;
  torch::Tensor forward(const GeneratorInputs& inputs, const NoiseOffsets& noise_offsets,
                        const std::optional<Window>& window = {}) override;

  // Other processes train the same weights on other frames: live norms and calibrate() see those of all. `sum` adds up a
  // tensor over processes and passes gradients.
  using SumOverProcesses = std::function<torch::Tensor(const torch::Tensor&)>;
  void setProcesses(int count, SumOverProcesses sum) { processes_ = count, sum_ = std::move(sum); }

  void setCompute(torch::ScalarType type) override { compute_ = type; }
  void setNoise(bool on) override { noise_ = on; }
  void freezeNorms(bool frozen) override { norms_frozen_ = frozen; }
  bool normsFrozen() const override { return norms_frozen_; }

  // Weights and statistics as the style file wants them, norms folded with their running statistics.
  std::map<uint32_t, ConvWeights> foldedWeights() const;

  // Takes over folded weights whose ops have the same names and shapes, so that the frozen generator computes what they
  // do. Norms are left neutral (mean 0, variance 1); calibrate() gives them statistics to train with. Throws
  // impasto::Error(InvalidArgument) naming the first op that differs.
  void adoptFolded(const Style& style);

  // Sets each norm's running statistics to those of the given batches and, if `keep_function`, scale and shift such that
  // the frozen generator computes what it did before.
  using PaintingNetwork::calibrate;
  void calibrate(const std::vector<GeneratorInputs>& batches, bool keep_function) override;

  // How much of what the style vector asks for is fused into the features: 0, nothing, to 1, all of it. One element, with
  // a graph; undefined for generators without a style vector, and for finished styles, whose weights hold it.
  torch::Tensor fusionWeight() const { return fusion_.defined() ? torch::sigmoid(fusion_) : fusion_; }

  const GeneratorSpec& spec() const { return spec_; }

  bool makesColors(const std::string& parameter) const override;
  // The output channels of one phase group lie together.
  std::vector<int64_t> subPixelPhases() const override;
  int64_t alignment() const override { return spec_.graph.alignment; }
  double multiplyAddsPerPixel() const override { return spec_.graph.multiplyAddsPerPixel(); }

 private:
  struct Conv {
    torch::Tensor weight, bias;            // bias: of a plain convolution; a normed one has none of its own
    torch::Tensor scale, shift;            // of the norm; undefined without one
    torch::Tensor running_mean, running_variance;
    bool fused = false;                    // scaled by the fusion weight
  };

  void addConvolutions(bool initialise);
  std::pair<torch::Tensor, torch::Tensor> folded(const Conv& conv) const;  // kernel, bias
  torch::Tensor runInput(const Op& op, const GeneratorInputs& inputs, int64_t height, int64_t width) const;
  torch::Tensor runConv(const Op& op, Conv& conv, const torch::Tensor& padded);
  torch::Tensor normOverProcesses(Conv& conv, const torch::Tensor& raw) const;

  GeneratorSpec spec_;
  std::vector<float> default_style_vector_;
  std::map<uint32_t, Conv> convs_;
  torch::Tensor fusion_;  // the fusion weight's logit; undefined without
  torch::ScalarType compute_ = torch::kFloat;
  int processes_ = 1;
  SumOverProcesses sum_;
  bool norms_frozen_ = false;
  bool noise_ = true;
  bool collecting_ = false;                                             // calibrate(): note statistics on the way
  std::map<const Conv*, std::pair<torch::Tensor, torch::Tensor>> collected_;  // mean, mean of squares; summed
};
TORCH_MODULE(Generator);

}  // namespace impasto::trainer
