// What is not a convolution and was not taken into one: a thread for each octet of the result (blend: for each texel).
// Grids: x over the octets of a row, y over rows. Limited by memory alone: 16-byte accesses, as many threads as fit.
#include "cuda/kernels/activation.h"
#include "cuda/kernels/params.h"
#include "style/noise_value.h"

namespace impasto::cuda {
namespace {

IMPASTO_DEVICE int itemOfThread() { return blockX() * blockThreads() + thread(); }

// The octet of zeros beyond `channels` that an octet beginning at `channel` has.
IMPASTO_DEVICE void storeOctet(const TensorOut& to, int y, int x, int octet, const Floats8& values) {
  storeGlobal((to.at(y, x) + octet * 8).as<Words4>(), toHalves(values));
}

// Where a channel of a result texel comes from.
struct From {
  int source, channel, y, x;
};

IMPASTO_DEVICE From origin(const GatherParams& p, int channel, int y, int x) {
  const int block = static_cast<int>(p.block), area = block * block;
  switch (p.kind) {
    case GatherKind::SpaceToDepth: {
      const int subpixel = channel % area;
      return {0, channel / area, y * block + subpixel / block, x * block + subpixel % block};
    }
    case GatherKind::DepthToSpace:
      return {0, channel * area + y % block * block + x % block, y / block, x / block};
    case GatherKind::Upsample:
      return {0, channel, y / 2, x / 2};
    case GatherKind::Concat:
      break;
  }
  int source = 0;
  while (channel >= static_cast<int>(p.sources[source].channels)) {
    channel -= static_cast<int>(p.sources[source++].channels);
  }
  return {source, channel, y, x};
}

}  // namespace
}  // namespace impasto::cuda

IMPASTO_KERNEL(pointwise, ::impasto::cuda::PointwiseParams, 256, 4) {
  using namespace impasto::cuda;
  const int item = itemOfThread(), y = blockY();
  if (item >= params.width * params.octets) return;
  const int x = item / params.octets, octet = item - x * params.octets;
  Floats8 values = toFloats(loadGlobal((params.first.at(y, x) + octet * 8).as<const Words4>()));
  if (params.factors) modulate(values, params.factors, octet * 8, params.channels);
  if (params.second.base) {
    const Floats8 more = toFloats(loadGlobal((params.second.at(y, x) + octet * 8).as<const Words4>()));
    IMPASTO_UNROLL
    for (int i = 0; i < 8; ++i) values.value[i] += more.value[i];
  }
  const Activate activate(params.activation);
  IMPASTO_UNROLL
  for (int i = 0; i < 8; ++i) values.value[i] = activate(values.value[i]);
  storeOctet(params.result, y, x, octet, values);
}

// New paint over the frame painted before: w = sigmoid(paint.a) * validity, history kept within the range of the paint's
// neighbourhood (docs/style-format.md).
IMPASTO_KERNEL(blend, ::impasto::cuda::BlendParams, 256, 4) {
  using namespace impasto::cuda;
  const int x = itemOfThread(), y = blockY();
  if (x >= params.width) return;
  const auto load = [](const TensorIn& tensor, int at_y, int at_x, float(&values)[4]) {
    const Words2 quad = loadGlobal(tensor.at(at_y, at_x).as<const Words2>());
    const Float2 low = toFloat2(Half2{quad.word[0]}), high = toFloat2(Half2{quad.word[1]});
    values[0] = low.x;
    values[1] = low.y;
    values[2] = high.x;
    values[3] = high.y;
  };
  float paint[4], kept[4];
  load(params.paint, y, x, paint);
  load(params.history, y, x, kept);
  if (params.range > 0) {
    float low[3] = {paint[0], paint[1], paint[2]}, high[3] = {paint[0], paint[1], paint[2]};
    IMPASTO_NO_UNROLL
    for (int dy = -params.range; dy <= params.range; ++dy) {
      const int at_y = minimum(maximum(y + dy, 0), params.height - 1);
      IMPASTO_NO_UNROLL
      for (int dx = -params.range; dx <= params.range; ++dx) {
        float near[4];
        load(params.paint, at_y, minimum(maximum(x + dx, 0), params.width - 1), near);
        IMPASTO_UNROLL
        for (int c = 0; c < 3; ++c) {
          low[c] = minimum(low[c], near[c]);
          high[c] = maximum(high[c], near[c]);
        }
      }
    }
    IMPASTO_UNROLL
    for (int c = 0; c < 3; ++c) kept[c] = minimum(maximum(kept[c], low[c]), high[c]);
  }
  const float weight = divide(kept[3], 1.0f + exponential(-paint[3]));
  Floats8 values{};
  IMPASTO_UNROLL
  for (int c = 0; c < 3; ++c) values.value[c] = paint[c] + weight * (kept[c] - paint[c]);
  const Words4 octet = toHalves(values);
  if (params.result_bytes == 8) {
    storeGlobal(params.result.at(y, x).as<Words2>(), Words2{{octet.word[0], octet.word[1]}});
  } else {
    storeGlobal(params.result.at(y, x).as<Words4>(), octet);
  }
}

IMPASTO_KERNEL(noise, ::impasto::cuda::NoiseParams, 256, 4) {
  using namespace impasto::cuda;
  const int item = itemOfThread(), y = blockY();
  if (item >= params.width * params.octets) return;
  const int x = item / params.octets, octet = item - x * params.octets;
  Floats8 values{};
  IMPASTO_UNROLL
  for (int i = 0; i < 8; ++i) {
    const int channel = octet * 8 + i;
    if (channel >= params.channels) break;
    values.value[i] = ::impasto::noiseValue(static_cast<uint32_t>(x), static_cast<uint32_t>(y),
                                            static_cast<uint32_t>(channel), params.seed);
  }
  storeOctet(params.result, y, x, octet, values);
}

IMPASTO_KERNEL(gather, ::impasto::cuda::GatherParams, 256, 4) {
  using namespace impasto::cuda;
  const int item = itemOfThread(), y = blockY();
  if (item >= params.width * params.octets) return;
  const int x = item / params.octets, octet = item - x * params.octets;
  uint32_t halves[8] = {};
  IMPASTO_UNROLL
  for (int i = 0; i < 8; ++i) {
    const int channel = octet * 8 + i;
    if (channel < params.channels) {
      const From from = origin(params, channel, y, x);
      const GatherSource& source = params.sources[from.source];
      const Global<const Half> quad{source.tensor.at(from.y, from.x).address +
                                    static_cast<uint64_t>(from.channel / 4) * source.quad};
      halves[i] = loadGlobal(quad + from.channel % 4).bits;
    }
  }
  const Global<Half> to = params.result.at(y, x) + octet * 8;
  const Words2 low{{halves[0] | halves[1] << 16, halves[2] | halves[3] << 16}};
  const Words2 high{{halves[4] | halves[5] << 16, halves[6] | halves[7] << 16}};
  if (params.result_bytes == 8) {
    storeGlobal(to.as<Words2>(), low);
  } else {
    storeGlobal(to.as<Words4>(), Words4{{low.word[0], low.word[1], high.word[0], high.word[1]}});
  }
}
