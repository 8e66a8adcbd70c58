// One style at one extent in host memory. execute() hands the frame to a thread of the generator's own and returns; the
// thread waits for the packed inputs, has the executor run over them and signals, whatever happens: a frame that fails
// shows its colour input, so that nobody waits for ever. The destructor waits for the frames that were begun.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "backend/generator.h"
#include "backend/host_executor.h"
#include "vulkan/device.h"

namespace impasto {

class HostGenerator final : public Generator {
 public:
  HostGenerator(const vulkan::VulkanDevice& device, const Graph& graph, const GeneratorRequest& request,
                std::unique_ptr<HostExecutor> executor);
  ~HostGenerator() override;

  // Memory of the device, which the executor's own is not.
  static MemoryUse predictMemory(const vulkan::VulkanDevice& device, const Graph& graph,
                                 const GeneratorRequest& request);

  std::span<const Input> inputs(uint32_t layer) const noexcept override;
  TensorView output(uint32_t layer, uint32_t output_index) const noexcept override;
  uint32_t alignment() const noexcept override { return alignment_; }
  bool runsInCommandBuffer() const noexcept override { return false; }
  void beginLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) override;
  void endLayer(VkCommandBuffer command_buffer, const GeneratorFrame& frame, uint32_t layer) override;
  void execute(const GeneratorFrame& frame, const TimelinePoints& points) override;
  void beginOutputs(VkCommandBuffer command_buffer) override;
  MemoryUse memoryUse() const noexcept override;

 private:
  struct Job {
    GeneratorFrame frame;
    TimelinePoints points;
  };

  void work();
  void run(const Job& job);
  bool waitFor(const TimelinePoints& points) const;
  void signal(const TimelinePoints& points) const noexcept;
  bool paint(const GeneratorFrame& frame, uint32_t layer) noexcept;
  void passThrough(const GeneratorFrame& frame, uint32_t layer) noexcept;

  const vulkan::VulkanDevice* device_;
  const uint32_t alignment_, layers_, outputs_;
  const std::unique_ptr<HostExecutor> executor_;
  std::vector<Input> inputs_;  // of all layers, one after another
  size_t inputs_per_layer_ = 0;
  TensorView first_output_;
  VkDeviceSize output_stride_ = 0;
  vulkan::Buffer buffer_;  // inputs and outputs
  std::byte* mapped_ = nullptr;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> jobs_;  // that the thread has not taken yet; has memory for more than can be in flight
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace impasto
