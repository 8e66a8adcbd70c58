// What paints frames: the generator that becomes a style file, and networks that it is compared with. Recipes train it
// (recipes/trained_network.h), `evaluate` measures it. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nn/torch.h"

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

// Where a batch's noise begins, if a network has any: (x, y) in noise texels for each picture.
using NoiseOffsets = std::vector<std::pair<uint32_t, uint32_t>>;

class PaintingNetwork : public torch::nn::Module {
 public:
  // Any H and W. Returns N x 3 x H x W float32; with a window, that part of it. Inputs that a network does not read are
  // ignored.
  virtual torch::Tensor forward(const GeneratorInputs& inputs, const NoiseOffsets& noise_offsets,
                                const std::optional<Window>& window = {}) = 0;
  torch::Tensor forward(const torch::Tensor& color, const NoiseOffsets& noise_offsets, const std::optional<Window>& window = {}) {
    GeneratorInputs inputs;
    inputs.color = color;
    return forward(inputs, noise_offsets, window);
  }
  torch::Tensor forward(const GeneratorInputs& inputs) {
    return forward(inputs, NoiseOffsets(static_cast<size_t>(inputs.color.size(0)), {0u, 0u}));
  }
  torch::Tensor forward(const torch::Tensor& color) {
    return forward(color, NoiseOffsets(static_cast<size_t>(color.size(0)), {0u, 0u}));
  }

  virtual void setCompute(torch::ScalarType type) = 0;  // of convolutions
  virtual void setNoise(bool /*on*/) {}                 // off: 0, see WithoutNoise

  // Norms by the statistics of the batch, until they are frozen with those that calibrate() measured. A network whose norms
  // take each picture's own statistics, always, has nothing to freeze.
  virtual void freezeNorms(bool /*frozen*/) {}
  virtual bool normsFrozen() const { return true; }
  virtual void calibrate(const std::vector<GeneratorInputs>& /*batches*/, bool /*keep_function*/) {}
  void calibrate(const std::vector<torch::Tensor>& colors, bool keep_function) {
    std::vector<GeneratorInputs> batches;
    for (const torch::Tensor& color : colors) batches.emplace_back().color = color;
    calibrate(batches, keep_function);
  }

  // Is this one of named_parameters() of the layer that makes the colours?
  virtual bool makesColors(const std::string& parameter) const = 0;
  // For each of parameters(): the sub-pixel phases (4 or 16) of the depth-to-space that a kernel feeds; 1 for all others.
  virtual std::vector<int64_t> subPixelPhases() const { return std::vector<int64_t>(parameters().size(), 1); }

  virtual int64_t alignment() const = 0;             // frames are extended to a multiple of it, pixels
  virtual double multiplyAddsPerPixel() const = 0;   // of all convolutions, per full-resolution pixel
};

// While it lives, the network paints as if all noise were 0: what it does then depends on the frame alone.
class WithoutNoise {
 public:
  explicit WithoutNoise(PaintingNetwork& network) : network_(network) { network_.setNoise(false); }
  ~WithoutNoise() { network_.setNoise(true); }
  WithoutNoise(const WithoutNoise&) = delete;
  WithoutNoise& operator=(const WithoutNoise&) = delete;

 private:
  PaintingNetwork& network_;
};

}  // namespace impasto::trainer
