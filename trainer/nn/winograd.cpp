#include "nn/winograd.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

// The transforms are plain loops over 16 channels: the compiler makes them as wide as the machine.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define IMPASTO_WIDEST __attribute__((target_clones("arch=skylake-avx512", "arch=haswell", "default")))
#else
#define IMPASTO_WIDEST
#endif

namespace impasto::trainer {
namespace {

constexpr int64_t kLanes = 16;
constexpr int64_t kTile = 4, kPatch = 6;       // output and input texels of a tile, each way
constexpr int64_t kPoints = kPatch * kPatch;   // products of a tile
constexpr int64_t kBlockFloats = 1 << 19;      // of the transformed input of a block of tiles: a few MB, near the caches

using Lanes = float[kLanes];

// B^T x: six texels to six points.
inline void inputPoints(const Lanes& x0, const Lanes& x1, const Lanes& x2, const Lanes& x3, const Lanes& x4,
                        const Lanes& x5, Lanes& y0, Lanes& y1, Lanes& y2, Lanes& y3, Lanes& y4, Lanes& y5) {
  for (int64_t l = 0; l < kLanes; ++l) {
    const float even1 = x4[l] - 4 * x2[l], odd1 = x3[l] - 4 * x1[l];
    const float even2 = x4[l] - x2[l], odd2 = 2 * (x3[l] - x1[l]);
    y0[l] = 4 * x0[l] - 5 * x2[l] + x4[l];
    y1[l] = even1 + odd1;
    y2[l] = even1 - odd1;
    y3[l] = even2 + odd2;
    y4[l] = even2 - odd2;
    y5[l] = 4 * x1[l] - 5 * x3[l] + x5[l];
  }
}

// A^T m: six products to four texels.
inline void outputTexels(const Lanes& m0, const Lanes& m1, const Lanes& m2, const Lanes& m3, const Lanes& m4,
                         const Lanes& m5, Lanes& y0, Lanes& y1, Lanes& y2, Lanes& y3) {
  for (int64_t l = 0; l < kLanes; ++l) {
    const float sum1 = m1[l] + m2[l], difference1 = m1[l] - m2[l];
    const float sum2 = m3[l] + m4[l], difference2 = m3[l] - m4[l];
    y0[l] = m0[l] + sum1 + sum2;
    y1[l] = difference1 + 2 * difference2;
    y2[l] = sum1 + 4 * sum2;
    y3[l] = difference1 + 8 * difference2 + m5[l];
  }
}

// One tile: 36 texels of `channels` values to 36 points, `stride` floats apart.
IMPASTO_WIDEST
void transformInput(const float* const* texels, int64_t channels, float* points, int64_t stride) {
  for (int64_t c = 0; c < channels; c += kLanes) {
    alignas(64) Lanes in[kPatch][kPatch], columns[kPatch][kPatch], out[kPatch];
    for (int64_t i = 0; i < kPoints; ++i) {
      for (int64_t l = 0; l < kLanes; ++l) in[i / kPatch][i % kPatch][l] = texels[i][c + l];
    }
    for (int64_t j = 0; j < kPatch; ++j) {
      inputPoints(in[0][j], in[1][j], in[2][j], in[3][j], in[4][j], in[5][j], columns[0][j], columns[1][j],
                  columns[2][j], columns[3][j], columns[4][j], columns[5][j]);
    }
    for (int64_t i = 0; i < kPatch; ++i) {
      inputPoints(columns[i][0], columns[i][1], columns[i][2], columns[i][3], columns[i][4], columns[i][5], out[0],
                  out[1], out[2], out[3], out[4], out[5]);
      for (int64_t j = 0; j < kPatch; ++j) {
        float* to = points + (i * kPatch + j) * stride + c;
        for (int64_t l = 0; l < kLanes; ++l) to[l] = out[j][l];
      }
    }
  }
}

// One tile: 36 products, `stride` floats apart, to 16 texels; null ones lie outside the picture.
IMPASTO_WIDEST
void transformOutput(const float* products, int64_t stride, int64_t channels, const float* bias, bool relu,
                     float* const* texels) {
  for (int64_t c = 0; c < channels; c += kLanes) {
    alignas(64) Lanes in[kPatch][kPatch], columns[kTile][kPatch], out[kTile];
    for (int64_t i = 0; i < kPoints; ++i) {
      for (int64_t l = 0; l < kLanes; ++l) in[i / kPatch][i % kPatch][l] = products[i * stride + c + l];
    }
    for (int64_t j = 0; j < kPatch; ++j) {
      outputTexels(in[0][j], in[1][j], in[2][j], in[3][j], in[4][j], in[5][j], columns[0][j], columns[1][j],
                   columns[2][j], columns[3][j]);
    }
    for (int64_t i = 0; i < kTile; ++i) {
      outputTexels(columns[i][0], columns[i][1], columns[i][2], columns[i][3], columns[i][4], columns[i][5], out[0],
                   out[1], out[2], out[3]);
      for (int64_t j = 0; j < kTile; ++j) {
        float* to = texels[i * kTile + j];
        if (!to) continue;
        if (bias) {
          for (int64_t l = 0; l < kLanes; ++l) out[j][l] += bias[c + l];
        }
        if (relu) {
          for (int64_t l = 0; l < kLanes; ++l) out[j][l] = out[j][l] > 0 ? out[j][l] : 0;
        }
        for (int64_t l = 0; l < kLanes; ++l) to[c + l] = out[j][l];
      }
    }
  }
}

// The kernel in the points' domain: O x C x 3 x 3 -> 36 x C x O.
torch::Tensor transformKernel(const torch::Tensor& kernel) {
  const torch::Tensor g = torch::tensor({{6.0, 0.0, 0.0}, {-4.0, -4.0, -4.0}, {-4.0, 4.0, -4.0},
                                         {1.0, 2.0, 4.0}, {1.0, -2.0, 4.0}, {0.0, 0.0, 24.0}}, torch::kDouble) / 24.0;
  const torch::Tensor points = g.matmul(kernel.to(torch::kDouble)).matmul(g.t());  // O x C x 6 x 6
  return points.permute({2, 3, 1, 0}).reshape({kPoints, kernel.size(1), kernel.size(0)}).to(torch::kFloat).contiguous();
}

struct Tiles {
  const float* input;  // N x H x W x C
  float* output;       // N x H x W x O
  int64_t height, width, in_channels, out_channels;
  int64_t across, down;  // tiles of a picture
};

// Of one thread, for all its blocks: fresh memory for each would cost more in page faults than the arithmetic.
struct Scratch {
  torch::Tensor points, products;  // 36 x tiles x C, 36 x tiles x O

  void fit(int64_t count, int64_t c, int64_t o) {
    if (points.defined() && points.size(1) == count) return;
    points = torch::empty({kPoints, count, c}, torch::kFloat);
    products = torch::empty({kPoints, count, o}, torch::kFloat);
  }
};

// Tiles [begin, end) of all pictures.
void convolveTiles(const Tiles& t, const torch::Tensor& kernel, const float* bias, bool relu, int64_t begin, int64_t end,
                   Scratch& scratch) {
  const int64_t c = t.in_channels, o = t.out_channels, count = end - begin;
  scratch.fit(count, c, o);
  float* const points = scratch.points.data_ptr<float>();
  float* const products = scratch.products.data_ptr<float>();
  const std::vector<float> zeros(static_cast<size_t>(c));
  for (int64_t k = 0; k < count; ++k) {
    const int64_t tile = begin + k, picture = tile / (t.across * t.down), in_picture = tile % (t.across * t.down);
    const int64_t y0 = in_picture / t.across * kTile - 1, x0 = in_picture % t.across * kTile - 1;
    const float* texels[kPoints];
    for (int64_t i = 0; i < kPoints; ++i) {
      const int64_t y = y0 + i / kPatch, x = x0 + i % kPatch;
      const bool inside = y >= 0 && y < t.height && x >= 0 && x < t.width;
      texels[i] = inside ? t.input + ((picture * t.height + y) * t.width + x) * c : zeros.data();
    }
    transformInput(texels, c, points + k * c, count * c);
  }
  at::bmm_out(scratch.products, scratch.points, kernel);
  for (int64_t k = 0; k < count; ++k) {
    const int64_t tile = begin + k, picture = tile / (t.across * t.down), in_picture = tile % (t.across * t.down);
    const int64_t y0 = in_picture / t.across * kTile, x0 = in_picture % t.across * kTile;
    float* texels[kTile * kTile];
    for (int64_t i = 0; i < kTile * kTile; ++i) {
      const int64_t y = y0 + i / kTile, x = x0 + i % kTile;
      const bool inside = y < t.height && x < t.width;
      texels[i] = inside ? t.output + ((picture * t.height + y) * t.width + x) * o : nullptr;
    }
    transformOutput(products + k * o, count * o, o, bias, relu, texels);
  }
}

torch::Tensor convolve(const torch::Tensor& input, const torch::Tensor& kernel, const torch::Tensor& bias, bool relu) {
  const torch::Tensor x = input.contiguous(torch::MemoryFormat::ChannelsLast);
  const int64_t n = x.size(0), h = x.size(2), w = x.size(3), c = kernel.size(1), o = kernel.size(2);
  torch::Tensor out = torch::empty({n, o, h, w}, x.options().memory_format(torch::MemoryFormat::ChannelsLast));
  const Tiles tiles{x.data_ptr<float>(), out.data_ptr<float>(), h, w, c, o, (w + kTile - 1) / kTile,
                    (h + kTile - 1) / kTile};
  const float* bias_values = bias.defined() ? bias.data_ptr<float>() : nullptr;
  const int64_t total = n * tiles.across * tiles.down;
  const int64_t block = std::clamp<int64_t>(kBlockFloats / (kPoints * std::max(c, o)), 8, 256);
  at::parallel_for(0, (total + block - 1) / block, 1, [&](int64_t first, int64_t last) {
    Scratch scratch;
    for (int64_t b = first; b < last; ++b) {
      convolveTiles(tiles, kernel, bias_values, relu, b * block, std::min(total, (b + 1) * block), scratch);
    }
  });
  return out;
}

struct ConvRelu : torch::autograd::Function<ConvRelu> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& kernel, const torch::Tensor& backward_kernel,
                               const torch::Tensor& bias) {
    torch::Tensor out = convolve(input, kernel, bias, /*relu=*/true);
    context->save_for_backward({out, backward_kernel});
    return out;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const torch::Tensor masked = torch::threshold_backward(grads[0], saved[0], 0);
    return {convolve(masked, saved[1], {}, /*relu=*/false), {}, {}, {}};
  }
};

}  // namespace

WinogradConv::WinogradConv(const torch::Tensor& kernel, const torch::Tensor& bias)
    : forward_(transformKernel(kernel)),
      backward_(transformKernel(kernel.flip({2, 3}).transpose(0, 1))),
      bias_(bias.contiguous()) {}

torch::Tensor WinogradConv::convRelu(const torch::Tensor& input) const {
  return ConvRelu::apply(input, forward_, backward_, bias_);
}

}  // namespace impasto::trainer
