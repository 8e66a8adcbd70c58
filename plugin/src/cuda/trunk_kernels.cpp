#include "cuda/trunk_kernels.h"

#include "cuda/kernels/trunk_shape.h"

namespace impasto::cuda {
namespace {

template <class Shape>
constexpr TrunkKernel describe(const char* name) {
  return {name, Shape::kTileWidth, Shape::kTileHeight, Shape::kThreads,
          [](int blocks) { return Shape::sharedBytes(blocks); }};
}

#define IMPASTO_DESCRIBE(name, rows) describe<TrunkShape<rows>>(#name),
constexpr TrunkKernel kKernels[] = {IMPASTO_TRUNK_KERNELS(IMPASTO_DESCRIBE)};
#undef IMPASTO_DESCRIBE

}  // namespace

const TrunkKernel* chooseTrunkKernel(uint32_t width, uint32_t height, uint32_t blocks,
                                     const DeviceTraits& device) noexcept {
  if (!device.cooperative || blocks > kMaxTrunkBlocks) return nullptr;
  for (const TrunkKernel& kernel : kKernels) {
    const auto tile_width = static_cast<uint32_t>(kernel.tile_width),
               tile_height = static_cast<uint32_t>(kernel.tile_height);
    const uint32_t tiles = (width + tile_width - 1) / tile_width * ((height + tile_height - 1) / tile_height);
    if (static_cast<uint32_t>(kernel.sharedBytes(static_cast<int>(blocks))) > device.shared_per_block) continue;
    if (tiles <= device.multiprocessors) return &kernel;
  }
  return nullptr;
}

}  // namespace impasto::cuda
