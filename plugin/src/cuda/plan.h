// What a generator does on CUDA for one extent, decided without a device and without CUDA's headers: the memory it takes,
// the weights as its kernels want them, and the launches of a frame. Whoever has a device (the module) allocates what
// `memory()` says, uploads `weights()`, and launches what `constantLaunches()` and `launches()` list, in order, on one
// stream; the tests do the same on the CPU.
//
//   Plan plan(style, width, height, traits);              throws Error(Unsupported), naming what is in the way
//   ...allocate each room, upload weights, clear sync...
//   plan.constantLaunches(extent, bases, list)            once, and whenever a frame has another extent
//   plan.launches(extent, bases, list)                    each frame; the same list for the same extent and bases
//
// Rooms (all begin at multiples of kRoomAlignment):
//   Inputs     what the pass packs, a tensor for each kind: inputs(). In the layout of backend/tensor_view.h, fp16, not
//              shared with others (row_quads is what the channels take); wherever the caller has them
//   Output     the painted frame in the same layout, one quad, fp16; one such room for each output that is kept
//   Weights    weights(), uploaded once; read only
//   Constants  what does not depend on the frame; written by constantLaunches(), read by launches()
//   Arena      tensors between steps, placed by lifetime; both lists write it, nothing in it survives a list: it may be
//              shared by plans whose lists run one after another
//   Sync       words for barriers between blocks: zero before the first launch, then left to the kernels; not shared
// Inputs and Output are what Vulkan and CUDA share; the others are CUDA's alone. Nothing is written but Output, Constants,
// Arena and Sync.
//
// A frame may be smaller than the plan: tensors keep their place and their pitch. The number of launches, their kernels
// and their order never change, only grids and parameters do, so that the nodes of a captured graph can be updated.
//
// Immutable once made; any thread. docs/cuda.md has the layouts, the kernels and why.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "style/style.h"

namespace impasto::cuda {

// What a plan needs to know of a device.
struct DeviceTraits {
  int compute_capability = 90;                     // 10 * major + minor, 75 or more
  uint32_t multiprocessors = 132;                  // CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT
  uint32_t shared_per_block = 227 << 10;           // bytes, ..._MAX_SHARED_MEMORY_PER_BLOCK_OPTIN
  uint32_t shared_per_multiprocessor = 228 << 10;  // bytes
  bool cooperative = true;                         // ..._COOPERATIVE_LAUNCH; false: a trunk is many kernels
};

inline constexpr uint64_t kRoomAlignment = 256;  // bytes

struct RoomBytes {
  uint64_t output = 0, weights = 0, constants = 0, arena = 0, sync = 0;
};

// Device addresses of the rooms; a room of 0 bytes has none.
struct Bases {
  std::array<uint64_t, kInputKinds.size()> inputs{};  // by kind
  uint64_t output = 0, weights = 0, constants = 0, arena = 0, sync = 0;
};

// A tensor that Vulkan packs or composites from: backend/tensor_view.h with element_bytes 2 and quad 0, rows of
// `row_quads` * `width` * 8 bytes. Global inputs have one texel.
struct SharedTensor {
  InputKind kind = InputKind::Color;  // of inputs
  uint32_t width = 0, height = 0, channels = 0, row_quads = 0;
};

// The extent of a frame in pixels, at most the plan's.
struct FrameExtent {
  uint32_t width = 0, height = 0;
};

inline constexpr size_t kMaxParameterBytes = 512;

// One kernel launch, ready but for the driver's handles.
struct Launch {
  const char* kernel = "";             // its name in the cubin and in the shim's table
  const std::string* label = nullptr;  // the op that it ends in, for people; lives as long as the plan
  std::array<uint32_t, 3> grid{1, 1, 1};
  uint32_t threads = 0;       // of a block, in x
  uint32_t shared_bytes = 0;  // dynamic; beyond 48 KiB the function's limit has to be raised first
  bool cooperative = false;   // all blocks at once
  std::array<std::byte, kMaxParameterBytes> parameters{};  // the kernel's one argument, by value
  uint32_t parameter_bytes = 0;
  double multiply_adds = 0;  // useful ones, without padding and what tiles compute twice
  double bytes = 0;          // read and written at least: each tensor and weight once

  template <typename Params>
  void setParameters(const Params& params) noexcept {
    static_assert(std::is_trivially_copyable_v<Params> && sizeof(Params) <= kMaxParameterBytes);
    std::memcpy(parameters.data(), &params, sizeof params);
    parameter_bytes = sizeof params;
  }
};

class Plan {
 public:
  // `width` x `height`: the largest frame. The style is valid; it is copied from, not kept. Throws Error(Unsupported) or
  // Error(OutOfMemory) (sizes that overflow).
  Plan(const Style& style, uint32_t width, uint32_t height, const DeviceTraits& device);
  ~Plan();
  Plan(Plan&&) noexcept;
  Plan& operator=(Plan&&) noexcept;

  uint32_t width() const noexcept;  // aligned: what the pass has to pack of the largest frame
  uint32_t height() const noexcept;
  uint32_t alignment() const noexcept;

  const RoomBytes& memory() const noexcept;
  std::span<const std::byte> weights() const noexcept;
  // Those that the output depends on; each kind once.
  std::span<const SharedTensor> inputs() const noexcept;
  const SharedTensor& output() const noexcept;

  // Replace the contents of `list`; allocate nothing where it has the capacity. `extent` need not be aligned.
  void constantLaunches(FrameExtent extent, const Bases& bases, std::vector<Launch>& list) const;
  void launches(FrameExtent extent, const Bases& bases, std::vector<Launch>& list) const;

  // Every kernel that a launch may name, and the most dynamic shared memory that this plan gives it.
  struct KernelUse {
    const char* kernel = "";
    uint32_t shared_bytes = 0;
  };
  std::span<const KernelUse> kernels() const noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace impasto::cuda
