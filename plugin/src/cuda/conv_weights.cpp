#include "cuda/conv_weights.h"

#include <cstring>

#include "base/half.h"

namespace impasto::cuda {
namespace {

template <typename Value>
uint64_t append(std::vector<std::byte>& buffer, const std::vector<Value>& values) {
  const uint64_t offset = (buffer.size() + kRoomAlignment - 1) / kRoomAlignment * kRoomAlignment;
  buffer.resize(offset + values.size() * sizeof(Value));
  std::memcpy(buffer.data() + offset, values.data(), values.size() * sizeof(Value));
  return offset;
}

// One convolution's weights by the kernel's own coordinates; 0 for all padding.
class Weights {
 public:
  Weights(const Graph& graph, const ConvWeights& weights, const Step& step)
      : weights_(weights), step_(step), size_(graph.ops[step.op].kernel) {
    for (const ConvPart& part : step.parts) {
      for (const uint32_t channel : part.channels) {
        channels_.push_back(channel);
        if (channel != kNone) ++channel_count_;
      }
    }
    channels_.resize(size_t{step.chunks} * step.blocks * 16, kNone);
  }

  float at(size_t column, int tap, size_t channel) const {
    const uint32_t out = step_.columns[column], in = channels_[channel];
    if (out == kNone || in == kNone) return 0;
    const size_t first = (size_t{out} * channel_count_ + in) * size_ * size_;
    if (static_cast<int>(size_) == step_.kernel->kernel) return weights_.kernel[first + static_cast<size_t>(tap)];
    const bool centre = tap == step_.kernel->kernel * step_.kernel->kernel / 2;  // a 1x1 that runs as a 3x3
    return centre ? weights_.kernel[first] : 0;
  }

 private:
  const ConvWeights& weights_;
  const Step& step_;
  const size_t size_;
  std::vector<uint32_t> channels_;
  size_t channel_count_ = 0;
};

}  // namespace

void packConv(const Graph& graph, const ConvWeights& weights, Step& step, std::vector<std::byte>& buffer) {
  const Weights of(graph, weights, step);
  const auto tiles = static_cast<size_t>(step.kernel->column_tiles);
  const int size = step.kernel->kernel, taps = size * size;
  std::vector<uint16_t> kernel;
  kernel.reserve(step.columns.size() * static_cast<size_t>(taps) * step.chunks * step.blocks * 16);
  for (size_t column = 0; column < step.columns.size(); column += tiles * 8) {
    for (size_t chunk = 0; chunk < step.chunks; ++chunk) {
      for (int tap = 0; tap < taps; ++tap) {
        for (size_t block = 0; block < step.blocks; ++block) {
          const size_t first = (chunk * step.blocks + block) * 16;
          for (size_t tile = 0; tile < tiles; tile += 2) {
            for (size_t lane = 0; lane < 32; ++lane) {
              for (size_t half = 0; half < (tiles == 1 ? 1u : 2u); ++half) {
                const size_t at = column + (tile + half) * 8 + lane / 4;
                for (const size_t k : {0u, 1u, 8u, 9u}) {
                  // The kernel's taps are in rows, the stream's in columns.
                  kernel.push_back(halfFromFloat(of.at(at, tap % size * size + tap / size, first + lane % 4 * 2 + k)));
                }
              }
            }
          }
        }
      }
    }
  }
  std::vector<float> bias(step.columns.size());
  for (size_t column = 0; column < bias.size(); ++column) {
    if (step.columns[column] != kNone) bias[column] = weights.bias[step.columns[column]];
  }
  step.weights = append(buffer, kernel);
  step.weight_bytes = kernel.size() * sizeof(uint16_t);
  step.bias = append(buffer, bias);
}

}  // namespace impasto::cuda
