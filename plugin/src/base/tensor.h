// A tensor in host memory, as the reference, the pass's C++ twin and the tests hold one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace impasto {

// A planar fp32 tensor: channels x height x width.
struct Tensor {
  uint32_t channels = 0, height = 0, width = 0;
  std::vector<float> data;

  Tensor() = default;
  Tensor(uint32_t c, uint32_t h, uint32_t w) : channels(c), height(h), width(w), data(size_t{c} * h * w) {}
  float& at(uint32_t c, uint32_t y, uint32_t x) { return data[(size_t{c} * height + y) * width + x]; }
  float at(uint32_t c, uint32_t y, uint32_t x) const { return data[(size_t{c} * height + y) * width + x]; }
};

}  // namespace impasto
