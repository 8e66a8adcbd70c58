#include "cuda/conv_kernels.h"

#include <algorithm>

#include "cuda/kernels/conv_shape.h"

namespace impasto::cuda {
namespace {

template <class Shape>
constexpr ConvKernel describe(const char* name) {
  return {name,
          Shape::kKernel,
          Shape::kStride,
          Shape::kRowTiles,
          Shape::kColumnTiles,
          Shape::kTileWidth,
          Shape::kTileHeight,
          Shape::kThreads,
          [](int blocks) { return Shape::planeOctets(blocks); },
          [](int blocks) { return Shape::lanesLog2(blocks); },
          [](int chunks, int blocks) { return Shape::sharedBytes(chunks, blocks); }};
}

#define IMPASTO_DESCRIBE(name, kernel, stride, rows, columns, blocks) \
  describe<ConvShape<kernel, stride, rows, columns>>(#name),
constexpr ConvKernel kKernels[] = {IMPASTO_CONV_KERNELS(IMPASTO_DESCRIBE)};
#undef IMPASTO_DESCRIBE

uint64_t ceilDiv(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

}  // namespace

std::span<const ConvKernel> convKernels() noexcept { return kKernels; }

ConvChoice chooseConvKernel(const ConvProblem& problem, const DeviceTraits& device) noexcept {
  ConvChoice best;
  double least = 0;
  const uint64_t channel_blocks = ceilDiv(problem.in_octets, 2);
  for (const ConvKernel& kernel : kKernels) {
    if (kernel.kernel != static_cast<int>(problem.kernel) || kernel.stride != static_cast<int>(problem.stride)) continue;
    if (kernel.column_tiles == 1 && problem.out_octets > 1) continue;  // it would store half sectors
    const auto column_tiles = static_cast<uint64_t>(kernel.column_tiles), row_tiles = static_cast<uint64_t>(kernel.row_tiles);
    const uint64_t column_blocks = ceilDiv(problem.out_octets, column_tiles);
    const uint64_t tiles = ceilDiv(problem.width, static_cast<uint64_t>(kernel.tile_width)) *
                           ceilDiv(problem.height, static_cast<uint64_t>(kernel.tile_height));
    for (const uint32_t blocks : {4u, 2u, 1u}) {
      const auto chunks = static_cast<uint32_t>(ceilDiv(channel_blocks, blocks));
      const auto shared = static_cast<uint32_t>(kernel.sharedBytes(static_cast<int>(chunks), static_cast<int>(blocks)));
      if (shared > device.shared_per_block) continue;
      // Of a warp, for 16 channels of a column of taps, in cycles of a multiprocessor that all four keep busy: an mma takes
      // 1.6 of them, a fragment of A or of two column tiles of B four (512 bytes out of shared memory). Neither quite
      // hides behind the other. A chunk costs some waiting, and so does a block that has a multiprocessor to itself.
      const double taps = kernel.kernel, rows = static_cast<double>(kernel.row_tiles - 1) * kernel.stride + taps;
      const double mma = 1.6 * taps * static_cast<double>(row_tiles * column_tiles);
      const double loads = 4 * (rows + taps * 0.5 * static_cast<double>(column_tiles));
      const double multiply = std::max(mma, loads) + 0.25 * std::min(mma, loads);
      const double wait = 0.5 * chunks + 0.5;
      const bool alone = shared > device.shared_per_multiprocessor / 2;
      const double block = multiply * (static_cast<double>(chunks) * blocks + wait) * (alone ? 1.25 : 1);
      // Two blocks at least hide each other's waiting.
      const uint64_t waves = ceilDiv(tiles * column_blocks, uint64_t{device.multiprocessors} * 2);
      const double cost = block * static_cast<double>(waves);
      if (best.kernel != nullptr && cost >= least) continue;
      least = cost;
      best = {&kernel, chunks, blocks};
    }
  }
  return best;
}

}  // namespace impasto::cuda
