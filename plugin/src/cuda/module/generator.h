// A generator in the CUDA module: the plan's memory, a non-blocking stream of its own, and for each frame in flight a graph
// of the plan's launches.
//
// A frame is: wait for its point, the graph, signal its point, all queued on the stream and none of it awaited. A graph is
// made of a slot's first frame; the kernels' parameters are changed where a frame has another extent or another output than
// the slot's last, which changes neither their number nor their order.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/module/device.h"
#include "cuda/plan.h"
#include "interop/module_functions.h"

namespace impasto::cuda {

// Device memory that is the module's own. With the context current, as everything here.
class Room {
 public:
  Room() = default;
  ~Room() { free(); }
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;
  void allocate(const Driver& driver, uint64_t bytes);
  void free() noexcept;
  CUdeviceptr address() const noexcept { return address_; }

 private:
  const Driver* driver_ = nullptr;
  CUdeviceptr address_ = 0;
};

}  // namespace impasto::cuda

namespace impasto::interop {

struct ModuleGenerator {
  // Throws Error.
  ModuleGenerator(Device& device, const Style& style, const GeneratorInfo& info);
  // Waits for the stream.
  ~ModuleGenerator();
  ModuleGenerator(const ModuleGenerator&) = delete;
  ModuleGenerator& operator=(const ModuleGenerator&) = delete;

  static GeneratorLayout layoutOf(const cuda::Plan& plan);

  GeneratorLayout layout() const { return layoutOf(plan_); }
  void bind(const SharedRooms& rooms) noexcept { rooms_ = rooms; }
  void run(const FrameInfo& frame);
  // Any thread. What the stream has come to.
  void check() const;

 private:
  struct Graph {
    CUgraph graph = nullptr;
    CUgraphExec executable = nullptr;
    std::vector<CUgraphNode> nodes;
    uint32_t width = 0, height = 0, output_index = 0;  // that the parameters are for
  };

  void release() noexcept;
  cuda::Bases bases(uint32_t layer, uint32_t output_index) const noexcept;
  // The launches of a frame, layer after layer, into launches_.
  void listLaunches(const FrameInfo& frame);
  void prepareConstants(const FrameInfo& frame);
  void prepareGraph(Graph& graph, const FrameInfo& frame);
  void build(Graph& graph);
  CUDA_KERNEL_NODE_PARAMS nodeParameters(cuda::Launch& launch, void** arguments);

  Device& device_;
  cuda::Plan plan_;
  const uint32_t layers_, outputs_;
  SharedRooms rooms_{};
  CUstream stream_ = nullptr;
  cuda::Room weights_, constants_, arena_, sync_;
  cuda::FrameExtent constants_of_;
  std::vector<Graph> graphs_;  // by slot
  std::vector<cuda::Launch> launches_, layer_launches_;
};

}  // namespace impasto::interop
