#include "cuda/conv_kernels.h"

#include <algorithm>
#include <cmath>

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

constexpr double kChunkCycles = 300;  // until a chunk's first copies have come, where nothing hides it

uint64_t ceilDiv(uint64_t a, uint64_t b) { return (a + b - 1) / b; }

}  // namespace

std::span<const ConvKernel> convKernels() noexcept { return kKernels; }

ConvChoice chooseConvKernel(const ConvProblem& problem, const DeviceTraits& device) noexcept {
  ConvChoice best;
  double least = 0;
  const uint64_t channel_blocks = ceilDiv(problem.in_octets, 2);
  for (const ConvKernel& kernel : kKernels) {
    if (kernel.kernel != static_cast<int>(problem.kernel) || kernel.stride != static_cast<int>(problem.stride))
      continue;
    if (kernel.column_tiles == 1 && problem.out_octets > 1) continue;  // it would store half sectors
    const auto column_tiles = static_cast<uint64_t>(kernel.column_tiles);
    const uint64_t column_blocks = ceilDiv(problem.out_octets, column_tiles);
    const uint64_t tiles = ceilDiv(problem.width, static_cast<uint64_t>(kernel.tile_width)) *
                           ceilDiv(problem.height, static_cast<uint64_t>(kernel.tile_height));
    for (const uint32_t blocks : {4u, 2u, 1u}) {
      const auto chunks = static_cast<uint32_t>(ceilDiv(channel_blocks, blocks));
      const auto shared = static_cast<uint32_t>(kernel.sharedBytes(static_cast<int>(chunks), static_cast<int>(blocks)));
      if (shared > device.shared_per_block) continue;
      // In cycles of a multiprocessor. An mma takes 1.6 of them, a fragment of A or of two column tiles of B four (512
      // bytes out of shared memory), 32 bytes out of L2 one. What takes longest does not quite hide the others.
      const double taps = kernel.kernel, rows = static_cast<double>(kernel.row_tiles - 1) * kernel.stride + taps;
      const double columns = static_cast<double>(column_tiles),
                   channel_columns = 4 * taps * chunks * blocks;  // of 4 warps
      const double mma = channel_columns * 1.6 * taps * kernel.row_tiles * columns;
      const double loads = channel_columns * 4 * (rows + taps * 0.5 * columns);
      const double halo = 2.0 * blocks * kernel.planeOctets(static_cast<int>(blocks)) * 16 * chunks;
      const double copies = (halo + taps * taps * chunks * blocks * columns * 256) / 32;
      const double longest = std::max({mma, loads, copies});
      double block = longest + 0.25 * (mma + loads + copies - longest) + kChunkCycles * chunks;
      // A block that has a multiprocessor to itself waits for its own copies.
      const double per_multiprocessor = static_cast<double>(tiles * column_blocks) / device.multiprocessors;
      if (per_multiprocessor <= 1 || shared > device.shared_per_multiprocessor / 2) block *= 1.25;
      // Blocks that are left over for the end keep a part of the device busy.
      const double whole = std::ceil(per_multiprocessor);
      const double cost = block * (per_multiprocessor <= 1 ? 1 : 0.5 * (whole + per_multiprocessor));
      if (best.kernel != nullptr && cost >= least) continue;
      least = cost;
      best = {&kernel, chunks, blocks};
    }
  }
  return best;
}

}  // namespace impasto::cuda
