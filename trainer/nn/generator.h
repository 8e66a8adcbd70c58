// The generator as a trainable module: runs the ops of a GeneratorSpec's graph on torch tensors.
//
// Parameters are float32 masters named after their op ("block0.a.weight", ...); the convolutions run in `compute`.
// A normed convolution is conv -> batch norm -> activation. While norms are live it uses the statistics of the batch;
// once frozen, the running statistics are folded into kernel and bias before the convolution, which is exactly what
// export writes, and training goes on through that fold. Not thread-safe.
#pragma once

#include <torch/torch.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/generator_spec.h"
#include "style/style.h"

namespace impasto::trainer {

// What a batch of N frames offers. Undefined tensors are what the style format says of inputs that a host leaves out.
struct GeneratorInputs {
  torch::Tensor color;                    // N x 3 x H x W in [0, 1], sRGB-encoded
  torch::Tensor depth, normals, history;  // N x 1, 3 and 4 x H x W, as InputKind says
  torch::Tensor style;                    // N x K, K = Graph::styleVectorLength()
  torch::Tensor exposure;                 // N, positive
};

// A part of a frame, in pixels.
struct Window {
  int64_t y, x, height, width;
};

class GeneratorImpl : public torch::nn::Module {
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
  torch::Tensor forward(const GeneratorInputs& inputs, const std::vector<std::pair<uint32_t, uint32_t>>& noise_offsets,
                        const std::optional<Window>& window = {});
  torch::Tensor forward(const torch::Tensor& color, const std::vector<std::pair<uint32_t, uint32_t>>& noise_offsets,
                        const std::optional<Window>& window = {});
  torch::Tensor forward(const torch::Tensor& color);

  void setCompute(torch::ScalarType type) { compute_ = type; }
  void setNoise(bool on) { noise_ = on; }  // off: 0, to measure what the generator does without
  void freezeNorms(bool frozen) { norms_frozen_ = frozen; }
  bool normsFrozen() const { return norms_frozen_; }

  // Weights and statistics as the style file wants them, norms folded with their running statistics.
  std::map<uint32_t, ConvWeights> foldedWeights() const;

  // Takes over folded weights whose ops have the same names and shapes, so that the frozen generator computes what they
  // do. Norms are left neutral (mean 0, variance 1); calibrate() gives them statistics to train with. Throws
  // impasto::Error(InvalidArgument) naming the first op that differs.
  void adoptFolded(const Style& style);

  // Sets each norm's running statistics to those of the given batches and, if `keep_function`, scale and shift such that
  // the frozen generator computes what it did before.
  void calibrate(const std::vector<torch::Tensor>& batches, bool keep_function);

  const GeneratorSpec& spec() const { return spec_; }

  // For each of parameters(): the sub-pixel phases (4 or 16) of the depth-to-space that a kernel feeds; 1 for all others.
  // The output channels of one phase group lie together.
  std::vector<int64_t> subPixelPhases() const;

 private:
  struct Conv {
    torch::Tensor weight, bias;            // bias: of a plain convolution; a normed one has none of its own
    torch::Tensor scale, shift;            // of the norm; undefined without one
    torch::Tensor running_mean, running_variance;
  };

  void addConvolutions(bool initialise);
  std::pair<torch::Tensor, torch::Tensor> folded(const Conv& conv) const;  // kernel, bias
  torch::Tensor runInput(const Op& op, const GeneratorInputs& inputs, int64_t height, int64_t width) const;
  torch::Tensor runConv(const Op& op, Conv& conv, const torch::Tensor& padded);

  GeneratorSpec spec_;
  std::vector<float> default_style_vector_;
  std::map<uint32_t, Conv> convs_;
  torch::ScalarType compute_ = torch::kFloat;
  bool norms_frozen_ = false;
  bool noise_ = true;
  bool collecting_ = false;                                             // calibrate(): note statistics on the way
  std::map<const Conv*, std::pair<torch::Tensor, torch::Tensor>> collected_;  // mean, mean of squares; summed
};
TORCH_MODULE(Generator);

}  // namespace impasto::trainer
