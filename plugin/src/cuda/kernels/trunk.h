// A run of 3x3 convolutions of equal width at one resolution, each with its activation and, where it has one, the sum with
// what the layer before has read (a residual block), as one cooperative kernel: the tensors between them never leave the
// chip. Each block has a tile of the frame; after a layer it leaves its outermost texels in global memory (which is to say
// in L2), all blocks wait for each other, and it takes its neighbours' into the border of its tile. `edges` alternate: who
// is ahead writes one while who is behind still reads the other, and nobody is ahead by two.
//
// The frame's edge is a border whose texels are copies of the nearest ones, so no convolution has a special case. A tile
// that sticks out of the frame is worked on as the part that lies inside; the rest of it holds values that nothing reads.
// trunk_shape.h has tiles, shared memory and its banks; weights are in conv.h's order, of 64 columns and one chunk.
#pragma once

#include "cuda/kernels/activation.h"
#include "cuda/kernels/params.h"
#include "cuda/kernels/trunk_shape.h"

namespace impasto::cuda {

template <class Shape>
class Trunk {
 public:
  IMPASTO_DEVICE explicit Trunk(const TrunkParams& params)
      : p_(params),
        row_(thread() / kWarp / Shape::kHalves * Shape::kRows),
        column_(thread() / kWarp % Shape::kHalves * kTiles),
        x_(blockX() * Shape::kTileWidth),
        y_(blockY() * Shape::kTileHeight),
        width_(minimum(Shape::kTileWidth, params.width - x_)),
        height_(minimum(Shape::kTileHeight, params.height - y_)) {}

  IMPASTO_DEVICE void run() {
    clear();
    syncBlock();
    load(p_.source, tile(0));
    if (p_.addend.base) load(p_.addend, tile(1));
    commitCopies();
    const int steps = p_.layer_count * 3;
    IMPASTO_UNROLL
    for (int step = 0; step < Shape::kStages - 1; ++step) stream(step, steps);
    IMPASTO_NO_UNROLL
    for (int layer = 0; layer < p_.layer_count; ++layer) {
      start(layer);
      IMPASTO_NO_UNROLL
      for (int column = 0; column < 3; ++column) {  // of taps
        const int step = layer * 3 + column;
        waitCopies<Shape::kStages - 2>();
        syncBlock();  // what this step reads has arrived, for all; what the step before read is free
        stream(step + Shape::kStages - 1, steps);
        if (p_.blocks == 4) {
          multiply<4>(layer, column, step);
        } else if (p_.blocks == 3) {
          multiply<3>(layer, column, step);
        } else if (p_.blocks == 2) {
          multiply<2>(layer, column, step);
        } else {
          multiply<1>(layer, column, step);
        }
      }
      keep(layer);
      syncBlock();
      if (layer + 1 < p_.layer_count) exchange(layer);
    }
    waitCopies<0>();
    storeTile();
  }

 private:
  static constexpr int kTiles = Shape::kColumnTiles / Shape::kHalves;  // of eight columns, of a warp

  // Layer 0 reads tile 0.
  IMPASTO_DEVICE Shared<Words4> tile(int layer) const {
    return shared<Words4>((layer & 1) * Shape::tileBytes(p_.blocks));
  }
  static IMPASTO_DEVICE int place(int row, int column) { return (row + 1) * Shape::kWidth + column + 1; }

  // --- Tiles

  // What no layer writes: rows and columns outside of the frame, and the octet that fills up K.
  IMPASTO_DEVICE void clear() {
    const int octets = 2 * Shape::tileBytes(p_.blocks) / 16;
    for (int i = thread(); i < octets; i += Shape::kThreads) storeShared(shared<Words4>() + i, Words4{{0, 0, 0, 0}});
  }

  IMPASTO_DEVICE void copyIn(const TensorIn& from, Shared<Words4> to, int row, int column) {
    const int octet = thread() % 8;
    if (octet >= p_.octets) return;
    const int y = minimum(maximum(y_ + row, 0), p_.height - 1), x = minimum(maximum(x_ + column, 0), p_.width - 1);
    copyAsync<16>(to + (octet * Shape::kPlane + place(row, column)), from.at(y, x) + octet * 8);
  }

  IMPASTO_DEVICE void load(const TensorIn& from, Shared<Words4> to) {
    for (int i = thread() / 8; i < (width_ + 2) * (height_ + 2); i += Shape::kThreads / 8) {
      const int row = i / (width_ + 2);
      copyIn(from, to, row - 1, i - row * (width_ + 2) - 1);
    }
  }

  IMPASTO_DEVICE void copyOut(const TensorOut& to, Shared<Words4> from, int row, int column) {
    const int octet = thread() % 8;
    if (octet >= p_.octets) return;
    storeGlobal((to.at(y_ + row, x_ + column) + octet * 8).as<Words4>(),
                loadShared(from + (octet * Shape::kPlane + place(row, column))));
  }

  IMPASTO_DEVICE void storeTile() {
    for (int i = thread() / 8; i < width_ * height_; i += Shape::kThreads / 8) {
      const int row = i / width_;
      copyOut(p_.result, tile(p_.layer_count), row, i - row * width_);
    }
  }

  // Between neighbours, of what `layer` has made. Weights for the next one are on their way meanwhile.
  IMPASTO_DEVICE void exchange(int layer) {
    const TensorOut edges = p_.edges[layer & 1];
    const Shared<Words4> made = tile(layer + 1);
    // The outermost texels: first and last row, and what the first and last column have between them.
    const int rows = height_ > 1 ? 2 : 1, columns = width_ > 1 ? 2 : 1;
    const int across = rows * width_, outer = across + columns * maximum(height_ - 2, 0);
    for (int i = thread() / 8; i < outer; i += Shape::kThreads / 8) {
      if (i < across) {
        const bool last = i >= width_;
        copyOut(edges, made, last ? height_ - 1 : 0, last ? i - width_ : i);
      } else {
        const int j = i - across;
        copyOut(edges, made, 1 + (columns == 2 ? j / 2 : j), columns == 2 && j % 2 != 0 ? width_ - 1 : 0);
      }
    }
    syncGrid(p_.barrier);
    // The border around them.
    const TensorIn from{edges.base, edges.row, edges.texel};
    const int border = 2 * (width_ + 2);
    for (int i = thread() / 8; i < border + 2 * height_; i += Shape::kThreads / 8) {
      if (i < border) {
        const bool last = i >= width_ + 2;
        copyIn(from, made, last ? height_ : -1, (last ? i - width_ - 2 : i) - 1);
      } else {
        const int j = i - border;
        copyIn(from, made, j / 2, j % 2 != 0 ? width_ : -1);
      }
    }
    commitCopies();
    waitCopies<0>();  // the next step's barrier makes it known to all
  }

  // --- Weights

  IMPASTO_DEVICE void stream(int step, int steps) {
    if (step < steps) {
      const int layer = step / 3, bytes = Shape::stageBytes(p_.blocks);
      const Global<const Words4> from =
          (p_.weights + p_.layers[layer].weights).template as<const Words4>() + (step - layer * 3) * (bytes / 16);
      const Shared<Words4> to = weightsOf(step);
      for (int i = thread(); i < bytes / 16; i += Shape::kThreads) copyAsync<16>(to + i, from + i);
    }
    commitCopies();
  }

  IMPASTO_DEVICE Shared<Words4> weightsOf(int step) const {
    return shared<Words4>(2 * Shape::tileBytes(p_.blocks) + step % Shape::kStages * Shape::stageBytes(p_.blocks));
  }

  // --- Sums

  IMPASTO_DEVICE void start(int layer) {
    const Global<const float> biases = (p_.weights + p_.layers[layer].bias).template as<const float>();
    IMPASTO_UNROLL
    for (int n = 0; n < kTiles; ++n) {
      const Float2 bias = loadReadOnly((biases + ((column_ + n) * 8 + lane() % 4 * 2)).template as<const Float2>());
      IMPASTO_UNROLL
      for (int m = 0; m < Shape::kRows; ++m) sums_[m][n] = {{bias.x, bias.y, bias.x, bias.y}};
    }
  }

  // A column of taps.
  template <int Blocks>
  IMPASTO_DEVICE void multiply(int layer, int tap_x, int step) {
    constexpr int kBlock = Shape::kBlockBytes / 16;
    const Shared<Words4> texels =
        tile(layer) + (row_ * Shape::kWidth + tap_x + lane() % 16 + lane() / 16 * Shape::kPlane);
    const Shared<Words4> weights = weightsOf(step) + (column_ / 2 * kWarp + lane());
    IMPASTO_UNROLL
    for (int k = 0; k < Blocks; ++k) {
      FragmentA a[Shape::kTapRows];
      IMPASTO_UNROLL
      for (int row = 0; row < Shape::kTapRows; ++row) {
        loadMatrices<4>(a[row].half2, texels + (2 * k * Shape::kPlane + row * Shape::kWidth));
      }
      IMPASTO_UNROLL
      for (int tap = 0; tap < 3; ++tap) {
        IMPASTO_UNROLL
        for (int n = 0; n < kTiles; n += 2) {
          const Words4 two = loadShared(weights + ((tap * Blocks + k) * kBlock + n / 2 * kWarp));
          const FragmentB b[2] = {{{two.word[0], two.word[1]}}, {{two.word[2], two.word[3]}}};
          IMPASTO_UNROLL
          for (int i = 0; i < 2; ++i) {
            IMPASTO_UNROLL
            for (int m = 0; m < Shape::kRows; ++m) mma(sums_[m][n + i], a[m + tap], b[i]);
          }
        }
      }
    }
  }

  // The layer's results into the tile that the next one reads, which holds what the layer before has read.
  IMPASTO_DEVICE void keep(int layer) {
    const TrunkLayer& of = p_.layers[layer];
    const Activate activate(of.activation), last_activate(of.last_activation);
    const Shared<Words4> made = tile(layer + 1);
    IMPASTO_UNROLL
    for (int m = 0; m < Shape::kRows; ++m) {
      IMPASTO_UNROLL
      for (int half = 0; half < 2; ++half) {
        const int row = row_ + m, column = lane() / 4 + half * 8;
        if (row >= height_ || column >= width_) continue;
        IMPASTO_UNROLL
        for (int n = 0; n < kTiles; ++n) {
          const int octet = column_ + n;
          if (octet >= p_.octets) continue;
          const Shared<Half2> to =
              (made + (octet * Shape::kPlane + place(row, column))).template as<Half2>() + lane() % 4;
          const float* sum = sums_[m][n].value;
          Float2 value = {activate(sum[2 * half]), activate(sum[2 * half + 1])};
          if (of.residual != 0) {
            const Float2 more = toFloat2(loadShared(to));
            value = {last_activate(value.x + more.x), last_activate(value.y + more.y)};
          }
          storeShared(to, toHalf2(value.x, value.y));
        }
      }
    }
  }

  const TrunkParams& p_;
  const int row_, column_;    // of the tile, of 8 columns: where the warp's begin
  const int x_, y_;           // of the tile in the frame
  const int width_, height_;  // of what lies in the frame
  FragmentC sums_[Shape::kRows][kTiles];
};

}  // namespace impasto::cuda
