// What a module does that runs generators on the host's GPU by another API than Vulkan (libimpasto_cuda.so): the table
// behind ImpastoModule::functions, all in C's terms. Memory and timeline semaphores are the library's and the host's; the
// module gets them as descriptors.
//
//   open(uuid)                                    the device that the host's Vulkan device is
//   import_timeline(descriptor)                   each of the host's semaphores, once
//   create_generator(style) -> layout             what is shared: how much, and where each tensor lies
//   import_memory(descriptor), bind(memory)       the library's dedicated allocation
//   run(frame)                                    queues: wait for the inputs, generator, signal; does not wait itself
//   check(frame)                                  now and then, of frames that have not been signalled yet
//   destroy_generator, free_memory, free_timeline, close
//
// A frame that run() took ends in one of two ways: its point is signalled when its output is written, or check() fails from
// some moment on, and then the module never signals that point. So each point has one writer at a time: the library signals
// those that the module has given up.
//
// Errors. A function that can fail returns a Status and writes why into `message`, one line that names the failed call. It
// leaves nothing behind: what it would have returned is not written. Functions without a Status do not fail.
//
// Descriptors. On success the module owns the descriptor and closes it; on failure it is still the caller's.
//
// Threads. Calls for one generator do not overlap, but for check(), which may come on another thread beside run() (not
// beside destroy_generator()). Calls for different generators, and the others, may come from several threads at once.
// Nothing here is called while the library holds a lock that the module could want, for modules call nothing of it.
#pragma once

#include <stdint.h>

namespace impasto::interop {

// Of this header: changed with every change of what is below.
inline constexpr uint32_t kInterfaceVersion = 1;
inline constexpr uint32_t kMaxInputs = 16;  // of a layer

struct Device;
struct Memory;
struct TimelineSemaphore;
struct ModuleGenerator;

enum class Status : int32_t { Ok = 0, Unsupported = 1, OutOfMemory = 2, DeviceLost = 3, Internal = 4 };

struct Message {
  char text[512];
};

struct GeneratorInfo {
  const void* style;  // a style file (docs/style-format.md), for the length of the call
  uint64_t style_bytes;
  uint32_t width, height;  // pixels of the largest frame
  uint32_t layers;
  uint32_t outputs;  // of each layer
  uint32_t frames_in_flight;
  uint32_t reserved;
};

// backend/tensor_view.h says how the elements lie.
struct SharedTensor {
  uint64_t offset;  // bytes, from the layer's inputs or from the output
  uint32_t kind;    // InputKind, of inputs
  uint32_t width, height, channels, row_quads, quad;
};

// What of a generator is shared, each a multiple of 256 bytes.
struct GeneratorLayout {
  uint64_t input_bytes;   // of a layer
  uint64_t output_bytes;  // of an output
  uint64_t own_bytes;     // that the module takes besides
  uint32_t alignment;     // frames are extended to multiples of this many pixels
  uint32_t element_bytes;
  uint32_t input_count;
  uint32_t reserved;
  SharedTensor inputs[kMaxInputs];  // a kind once for each input op of that kind
  SharedTensor output;
};

// Where a generator's shared tensors lie in one memory: the inputs of layer l at first_input + l * input_stride, output o of
// layer l at first_output + (l * outputs + o) * output_stride.
struct SharedRooms {
  Memory* memory;
  uint64_t first_input, input_stride;
  uint64_t first_output, output_stride;
};

struct Point {
  TimelineSemaphore* timeline;
  uint64_t value;
};

struct FrameInfo {
  uint64_t frame;  // counts up from 1, of this generator
  uint32_t slot;   // of the frames in flight; its previous frame is done
  uint32_t width, height;
  uint32_t output_index;
  Point wait;    // the inputs are packed, and the outputs of earlier frames read
  Point signal;  // the output is written
};

struct ModuleFunctions {
  // Could open() succeed? Cheap enough to be asked before there is a Vulkan device.
  Status (*probe)(const uint8_t device_uuid[16], Message* message) noexcept;
  Status (*open)(const uint8_t device_uuid[16], Device** device, Message* message) noexcept;
  void (*close)(Device* device) noexcept;

  Status (*import_timeline)(Device* device, int descriptor, TimelineSemaphore** timeline, Message* message) noexcept;
  void (*free_timeline)(Device* device, TimelineSemaphore* timeline) noexcept;

  // `bytes`: of the whole allocation, which is dedicated to a buffer.
  Status (*import_memory)(Device* device, int descriptor, uint64_t bytes, Memory** memory, Message* message) noexcept;
  void (*free_memory)(Device* device, Memory* memory) noexcept;

  // What create_generator() would answer.
  Status (*measure)(Device* device, const GeneratorInfo* info, GeneratorLayout* layout, Message* message) noexcept;
  // Takes all of the module's own memory and uploads the weights.
  Status (*create_generator)(Device* device, const GeneratorInfo* info, ModuleGenerator** generator,
                             GeneratorLayout* layout, Message* message) noexcept;
  // Once, before the first run().
  Status (*bind)(ModuleGenerator* generator, const SharedRooms* rooms, Message* message) noexcept;
  Status (*run)(ModuleGenerator* generator, const FrameInfo* frame, Message* message) noexcept;
  Status (*check)(ModuleGenerator* generator, uint64_t frame, Message* message) noexcept;
  // Waits for frames that were run and have their inputs.
  void (*destroy_generator)(ModuleGenerator* generator) noexcept;
};

}  // namespace impasto::interop
