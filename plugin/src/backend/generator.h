// What the pass knows of a backend: a generator that was prepared for one style at one extent, with its inputs as buffers
// that the pass packs and its output as a buffer that the pass composites from. Behind it stand the Vulkan compute
// backend, which runs in the host's command buffer, and backends that run outside of it, between two points of timeline
// semaphores (the reference on a thread of its own). The pass treats them alike:
//
//   for each layer:
//     generator.beginLayer(cmd, frame, layer)   earlier work on this queue is done with the memory; weights upload
//     the pass packs into inputs(layer)         the frame's aligned extent, edge-clamped; pads of the last quad 0
//     generator.endLayer(cmd, frame, layer)     makes the inputs visible; runs all ops, or leaves them to execute()
//   generator.execute(frame, points)            nothing where runsInCommandBuffer()
//   generator.beginOutputs(cmd)
//   the pass composites from output(layer, frame.output_index)   compute-shader reads
//
// Threads: prepared on any thread; afterwards the recording thread alone calls it. Destroyed on any thread, when the GPU
// and execute() are done with every frame recorded with it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "backend/tensor_view.h"
#include "style/style.h"

namespace impasto {

// Told of frames that execute() took and that will not be painted, whatever the reason: on any thread, and before the
// frame's point is signalled.
class FrameListener {
 public:
  virtual void frameFailed(uint32_t slot) noexcept = 0;

 protected:
  ~FrameListener() = default;
};

struct GeneratorRequest {
  uint32_t width = 0, height = 0;  // of the largest frame, 1 to 16384 each
  uint32_t layers = 1;
  uint32_t outputs = 1;  // of each layer: 2 where the frame painted before is still read (history)
  uint32_t frames_in_flight = 1;
  FrameListener* listener = nullptr;  // outlives the generator; may be null
  bool time_launches = false;  // see Generator::launchTimes()
};

// One launch (dispatches or a kernel) of a generator, for one layer of a frame of the request's extent.
struct LaunchCost {
  std::string name;          // of the op that it computes, or of several: "dec2+out"
  double multiply_adds = 0;
  double bytes = 0;          // of tensors and weights, each read or written once
};

// What changes from frame to frame.
struct GeneratorFrame {
  uint32_t slot = 0;               // of the frames in flight; the GPU has finished its previous use
  uint32_t width = 0, height = 0;  // pixels, at most the request's
  uint32_t output_index = 0;       // less than GeneratorRequest::outputs
};

// Timeline semaphores and their values; null where the backend runs in the command buffer.
struct TimelinePoints {
  VkSemaphore wait = VK_NULL_HANDLE;
  uint64_t wait_value = 0;
  VkSemaphore signal = VK_NULL_HANDLE;
  uint64_t signal_value = 0;
};

struct MemoryUse {
  uint64_t own = 0;      // bytes
  uint64_t scratch = 0;  // bytes of the memory that all generators of a context share
  const void* scratch_identity = nullptr;  // equal for those that share it; null where it is not taken yet
};

class Generator {
 public:
  virtual ~Generator() = default;
  Generator(const Generator&) = delete;
  Generator& operator=(const Generator&) = delete;

  // Inputs that the pass writes for a layer before endLayer(). A kind appears once for each input op of that kind that
  // the output depends on. Global inputs (style vector, exposure) have one texel.
  struct Input {
    InputKind kind;
    TensorView view;
  };
  virtual std::span<const Input> inputs(uint32_t layer) const noexcept = 0;

  // The painted frame: channels 0 to 2 of one quad, not clamped; the frame is its top left. It keeps its values until
  // the frame after the next is recorded with the same index.
  virtual TensorView output(uint32_t layer, uint32_t output_index) const noexcept = 0;

  // Frames are extended to multiples of this many pixels.
  virtual uint32_t alignment() const noexcept = 0;

  virtual bool runsInCommandBuffer() const noexcept = 0;
  virtual void beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) = 0;
  virtual void endLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) = 0;
  virtual void execute(const GeneratorFrame& frame, const TimelinePoints& points) = 0;
  // Before the pass reads outputs, in whatever command buffer it does: for what endLayer() could not make visible.
  virtual void beginOutputs(VkCommandBuffer) {}

  // The GPU is done with the frame that was last recorded for a slot, which is about to be recorded anew. `finished`: it
  // was submitted; false for frames that were given up, which may not have been. Returns what only that frame held on
  // to, for the caller to free; null when there is nothing.
  virtual std::shared_ptr<const void> slotReused(uint32_t /*slot*/, bool /*finished*/) noexcept { return nullptr; }

  virtual MemoryUse memoryUse() const noexcept = 0;

  // What is launched for a layer, in order; nothing where a backend cannot say.
  virtual std::span<const LaunchCost> launches() const noexcept { return {}; }
  // Milliseconds of each, of the first layer of the newest frame that is known to be done (its slot was recorded anew);
  // nothing before, and nothing unless the request asked for it.
  virtual std::span<const float> launchTimes() const noexcept { return {}; }

 protected:
  Generator() = default;
};

// One way of running generators on the device of a context. Immutable; any thread.
class Backend {
 public:
  virtual ~Backend() = default;

  // Everything slow. The style is copied from, not kept. Throws Error(Unsupported), naming the limit that is too small,
  // or Error(OutOfMemory).
  virtual std::unique_ptr<Generator> prepare(const Style& style, const GeneratorRequest& request) const = 0;

  // What prepare() would take.
  virtual MemoryUse predictMemory(const Style& style, const GeneratorRequest& request) const = 0;
};

}  // namespace impasto
