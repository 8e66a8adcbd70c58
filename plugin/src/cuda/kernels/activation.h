// Activations, numbered as enum class Activation in style/graph.h.
#pragma once

#include "cuda/device/intrinsics.h"

namespace impasto::cuda {

// None, relu and leaky_relu are one maximum, of the value and a multiple of it.
struct Activate {
  float slope;
  bool sigmoid;

  IMPASTO_DEVICE explicit Activate(uint32_t activation)
      : slope(activation == 1   ? 0.0f
              : activation == 2 ? 0.2f
                                : 1.0f),
        sigmoid(activation == 3) {}

  IMPASTO_DEVICE float operator()(float value) const {
    if (sigmoid) return divide(1.0f, 1.0f + exponential(-value));
    return maximum(value, value * slope);
  }
};

struct Floats8 {
  float value[8];
};

IMPASTO_DEVICE Floats8 toFloats(Words4 octet) {
  Floats8 result;
  IMPASTO_UNROLL
  for (int i = 0; i < 4; ++i) {
    const Float2 pair = toFloat2(Half2{octet.word[i]});
    result.value[2 * i] = pair.x;
    result.value[2 * i + 1] = pair.y;
  }
  return result;
}

IMPASTO_DEVICE Words4 toHalves(const Floats8& values) {
  Words4 result;
  IMPASTO_UNROLL
  for (int i = 0; i < 4; ++i) result.word[i] = toHalf2(values.value[2 * i], values.value[2 * i + 1]).bits;
  return result;
}

// The octet that begins at `channel` of x * (1 + g[c]) + g[C + c]; channels beyond the last become 0.
IMPASTO_DEVICE void modulate(Floats8& values, Global<const Half> factors, int channel, int channels) {
  IMPASTO_UNROLL
  for (int i = 0; i < 8; ++i) {
    if (channel + i < channels) {
      const float scale = 1.0f + toFloat(loadReadOnly(factors + (channel + i)));
      const float shift = toFloat(loadReadOnly(factors + (channels + channel + i)));
      values.value[i] = values.value[i] * scale + shift;
    } else {
      values.value[i] = 0.0f;
    }
  }
}

}  // namespace impasto::cuda
