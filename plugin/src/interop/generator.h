// One style at one extent in a module. Inputs and outputs lie in one buffer, a dedicated allocation that Vulkan exports and
// the module imports; between the two of a frame the buffer belongs to the module (released to, and acquired from, the
// external queue family). execute() hands the module the frame and returns: the module waits for the one timeline point and
// signals the other.
//
// A frame that the module does not take, gives up or does not answer for passes through unpainted (interop/frame_watch.h).
// The destructor waits for frames that the module still owes, as long as FrameWatch lets it; of a module that does not
// answer, everything is left as it is.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "backend/generator.h"
#include "interop/frame_watch.h"
#include "interop/module_device.h"
#include "interop/timeline_imports.h"
#include "vulkan/device.h"

namespace impasto::interop {

// What generators of a context share.
struct Interop {
  Interop(const vulkan::VulkanDevice& device_, const std::string& name, const std::vector<std::string>& folders,
          const Logger& logger_, std::chrono::milliseconds limit);

  const vulkan::VulkanDevice& device;
  ModuleDevice module;
  TimelineImports timelines;
  Logger logger;
  FrameWatch watch;
};

class InteropGenerator final : public Generator, private Watched {
 public:
  // Throws Error(Unsupported, OutOfMemory, ...), the module's included.
  InteropGenerator(Interop& interop, const Style& style, const GeneratorRequest& request);
  ~InteropGenerator() override;

  static MemoryUse predictMemory(const Interop& interop, const Style& style, const GeneratorRequest& request);

  std::span<const Input> inputs(uint32_t layer) const noexcept override;
  TensorView output(uint32_t layer, uint32_t output_index) const noexcept override;
  uint32_t alignment() const noexcept override { return layout_.alignment; }
  bool runsInCommandBuffer() const noexcept override { return false; }
  void beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) override;
  void endLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) override;
  void execute(const GeneratorFrame& frame, const TimelinePoints& points) override;
  void beginOutputs(VkCommandBuffer command_buffer) override;
  MemoryUse memoryUse() const noexcept override;

 private:
  // The module's generator and memory, in the order in which they go.
  class Parts {
   public:
    explicit Parts(const ModuleDevice& module) noexcept : module_(module) {}
    ~Parts() { release(); }
    void release() noexcept;
    Parts(const Parts&) = delete;
    Parts& operator=(const Parts&) = delete;
    Memory* memory = nullptr;
    ModuleGenerator* generator = nullptr;
    std::atomic<bool> abandoned = false;

   private:
    const ModuleDevice& module_;
  };

  bool hasFailed(uint64_t frame, std::string& why) noexcept override;
  void abandon() noexcept override;
  bool abandoned() const noexcept override { return parts_.abandoned; }
  void passThrough(uint32_t slot) noexcept override;
  bool handOver(const GeneratorFrame& frame, const TimelinePoints& points) noexcept;
  void moveBuffer(VkCommandBuffer command_buffer, bool to_the_module) const noexcept;

  Interop* interop_;
  FrameListener* listener_;
  const uint32_t layers_, outputs_;
  GeneratorLayout layout_{};
  VkDeviceSize first_output_ = 0;  // where the outputs begin
  vulkan::Buffer buffer_;
  std::vector<Input> inputs_;  // of all layers, one after another
  Parts parts_;                // goes before the buffer
  uint64_t frames_ = 0;        // handed over so far
  bool outside_ = false;       // as recorded, the buffer is the module's
  std::atomic<bool> told_ = false;
};

}  // namespace impasto::interop
