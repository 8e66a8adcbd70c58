// A network of several paintings that paints like one of them, or like a mixture.
#pragma once

#include "nn/painting_network.h"

namespace impasto::trainer {

class WithStyle final : public PaintingNetwork {
 public:
  // `vector`: K numbers on the network's device, gradients go through it. `network` must outlive this.
  WithStyle(PaintingNetwork& network, torch::Tensor vector) : network_(network), vector_(std::move(vector)) {}

  using PaintingNetwork::forward;
  torch::Tensor forward(const GeneratorInputs& inputs, const NoiseOffsets& noise_offsets,
                        const std::optional<Window>& window = {}) override {
    GeneratorInputs styled = inputs;
    styled.style = vector_.expand({inputs.color.size(0), -1});
    return network_.forward(styled, noise_offsets, window);
  }

  void setCompute(torch::ScalarType type) override { network_.setCompute(type); }
  void setNoise(bool on) override { network_.setNoise(on); }
  void freezeNorms(bool frozen) override { network_.freezeNorms(frozen); }
  bool normsFrozen() const override { return network_.normsFrozen(); }
  bool makesColors(const std::string& parameter) const override { return network_.makesColors(parameter); }
  int64_t alignment() const override { return network_.alignment(); }
  double multiplyAddsPerPixel() const override { return network_.multiplyAddsPerPixel(); }

 private:
  PaintingNetwork& network_;
  const torch::Tensor vector_;
};

}  // namespace impasto::trainer
