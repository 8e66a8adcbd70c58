#include "cuda/module/generator.h"

#include "base/error.h"

namespace impasto::cuda {

void Room::free() noexcept {
  if (address_ != 0) driver_->cuMemFree(address_);
  address_ = 0;
}

void Room::allocate(const Driver& driver, uint64_t bytes) {
  if (bytes == 0) return;
  IMPASTO_CU(driver, cuMemAlloc, &address_, bytes);
  driver_ = &driver;
}

}  // namespace impasto::cuda

namespace impasto::interop {
namespace {

using cuda::Current;
using cuda::Launch;

uint64_t alignRoom(uint64_t bytes) { return (bytes + cuda::kRoomAlignment - 1) / cuda::kRoomAlignment * cuda::kRoomAlignment; }

SharedTensor sharedTensor(const cuda::SharedTensor& tensor, uint64_t offset) {
  return {offset,        static_cast<uint32_t>(tensor.kind), tensor.width, tensor.height, tensor.channels,
          tensor.row_quads, 0};
}

}  // namespace

GeneratorLayout ModuleGenerator::layoutOf(const cuda::Plan& plan) {
  GeneratorLayout layout{};
  if (plan.inputs().size() > kMaxInputs) throw Error(ErrorCode::Unsupported, "the style has too many inputs");
  for (const cuda::SharedTensor& input : plan.inputs()) {
    layout.inputs[layout.input_count++] = sharedTensor(input, layout.input_bytes);
    layout.input_bytes += alignRoom(uint64_t{input.width} * input.height * input.row_quads * 8);
  }
  layout.output = sharedTensor(plan.output(), 0);
  layout.output_bytes = alignRoom(plan.memory().output);
  const cuda::RoomBytes& own = plan.memory();
  layout.own_bytes = own.weights + own.constants + own.arena + own.sync;
  layout.alignment = plan.alignment();
  layout.element_bytes = 2;
  return layout;
}

ModuleGenerator::ModuleGenerator(Device& device, const Style& style, const GeneratorInfo& info)
    : device_(device),
      plan_(style, info.width, info.height, device.traits),
      layers_(info.layers),
      outputs_(info.outputs),
      graphs_(info.frames_in_flight) {
  const cuda::Driver& driver = device.driver;
  const Current current(driver, device.context);
  for (const cuda::Plan::KernelUse& use : plan_.kernels()) device.kernel(use.kernel, use.shared_bytes);
  IMPASTO_CU(driver, cuStreamCreate, &stream_, CU_STREAM_NON_BLOCKING);
  try {
    const cuda::RoomBytes& bytes = plan_.memory();
    weights_.allocate(driver, bytes.weights);
    constants_.allocate(driver, bytes.constants);
    arena_.allocate(driver, bytes.arena);
    sync_.allocate(driver, bytes.sync);
    if (!plan_.weights().empty()) {
      IMPASTO_CU(driver, cuMemcpyHtoDAsync, weights_.address(), plan_.weights().data(), plan_.weights().size(), stream_);
    }
    if (bytes.sync > 0) IMPASTO_CU(driver, cuMemsetD8Async, sync_.address(), 0, bytes.sync, stream_);
    IMPASTO_CU(driver, cuStreamSynchronize, stream_);  // the plan's weights may go, and a style is switched, not streamed
  } catch (...) {
    release();
    throw;
  }
}

ModuleGenerator::~ModuleGenerator() {
  try {
    const Current current(device_.driver, device_.context);
    release();
  } catch (const Error&) {  // a context that is lost takes all with it
  }
}

void ModuleGenerator::release() noexcept {
  const cuda::Driver& driver = device_.driver;
  driver.cuStreamSynchronize(stream_);
  for (Graph& graph : graphs_) {
    if (graph.executable != nullptr) driver.cuGraphExecDestroy(graph.executable);
    if (graph.graph != nullptr) driver.cuGraphDestroy(graph.graph);
  }
  weights_.free();
  constants_.free();
  arena_.free();
  sync_.free();
  driver.cuStreamDestroy(stream_);
}

cuda::Bases ModuleGenerator::bases(uint32_t layer, uint32_t output_index) const noexcept {
  cuda::Bases bases;
  uint64_t at = rooms_.memory->address + rooms_.first_input + layer * rooms_.input_stride;
  for (const cuda::SharedTensor& input : plan_.inputs()) {
    bases.inputs[static_cast<size_t>(input.kind)] = at;
    at += alignRoom(uint64_t{input.width} * input.height * input.row_quads * 8);
  }
  const uint64_t index = uint64_t{layer} * outputs_ + output_index;
  bases.output = rooms_.memory->address + rooms_.first_output + index * rooms_.output_stride;
  bases.weights = weights_.address();
  bases.constants = constants_.address();
  bases.arena = arena_.address();
  bases.sync = sync_.address();
  return bases;
}

void ModuleGenerator::listLaunches(const FrameInfo& frame) {
  launches_.clear();
  for (uint32_t layer = 0; layer < layers_; ++layer) {
    plan_.launches({frame.width, frame.height}, bases(layer, frame.output_index), layer_launches_);
    launches_.insert(launches_.end(), layer_launches_.begin(), layer_launches_.end());
  }
}

// Before the graph on the same stream, so that every later frame of the extent finds them.
void ModuleGenerator::prepareConstants(const FrameInfo& frame) {
  if (constants_of_.width == frame.width && constants_of_.height == frame.height) return;
  constants_of_ = {};
  plan_.constantLaunches({frame.width, frame.height}, bases(0, frame.output_index), layer_launches_);
  for (Launch& launch : layer_launches_) {
    CUlaunchAttribute cooperative{};
    cooperative.id = CU_LAUNCH_ATTRIBUTE_COOPERATIVE;
    cooperative.value.cooperative = 1;
    CUlaunchConfig config{};
    config.gridDimX = launch.grid[0];
    config.gridDimY = launch.grid[1];
    config.gridDimZ = launch.grid[2];
    config.blockDimX = launch.threads;
    config.blockDimY = config.blockDimZ = 1;
    config.sharedMemBytes = launch.shared_bytes;
    config.hStream = stream_;
    config.attrs = &cooperative;
    config.numAttrs = launch.cooperative ? 1 : 0;
    void* arguments[] = {launch.parameters.data()};
    IMPASTO_CU(device_.driver, cuLaunchKernelEx, &config, device_.kernel(launch.kernel, launch.shared_bytes), arguments,
               nullptr);
  }
  constants_of_ = {frame.width, frame.height};
}

CUDA_KERNEL_NODE_PARAMS ModuleGenerator::nodeParameters(Launch& launch, void** arguments) {
  arguments[0] = launch.parameters.data();
  CUDA_KERNEL_NODE_PARAMS node{};
  node.func = device_.kernel(launch.kernel, launch.shared_bytes);
  node.gridDimX = launch.grid[0];
  node.gridDimY = launch.grid[1];
  node.gridDimZ = launch.grid[2];
  node.blockDimX = launch.threads;
  node.blockDimY = node.blockDimZ = 1;
  node.sharedMemBytes = launch.shared_bytes;
  node.kernelParams = arguments;
  return node;
}

void ModuleGenerator::build(Graph& graph) {
  const cuda::Driver& driver = device_.driver;
  if (graph.graph != nullptr) driver.cuGraphDestroy(graph.graph);  // of a try that failed
  graph.graph = nullptr;
  graph.nodes.clear();
  IMPASTO_CU(driver, cuGraphCreate, &graph.graph, 0);
  for (Launch& launch : launches_) {
    void* arguments[1];
    const CUDA_KERNEL_NODE_PARAMS parameters = nodeParameters(launch, arguments);
    CUgraphNode node = nullptr;
    const CUgraphNode* before = graph.nodes.empty() ? nullptr : &graph.nodes.back();
    IMPASTO_CU(driver, cuGraphAddKernelNode, &node, graph.graph, before, before != nullptr ? 1 : 0, &parameters);
    if (launch.cooperative) {
      CUlaunchAttributeValue value{};
      value.cooperative = 1;
      IMPASTO_CU(driver, cuGraphKernelNodeSetAttribute, node, CU_LAUNCH_ATTRIBUTE_COOPERATIVE, &value);
    }
    graph.nodes.push_back(node);
  }
  IMPASTO_CU(driver, cuGraphInstantiate, &graph.executable, graph.graph, 0);
}

void ModuleGenerator::prepareGraph(Graph& graph, const FrameInfo& frame) {
  const bool fits = graph.width == frame.width && graph.height == frame.height && graph.output_index == frame.output_index;
  if (graph.executable != nullptr && fits) return;
  listLaunches(frame);
  graph.width = 0;  // for no frame, until all of it is changed
  if (graph.executable == nullptr) {
    build(graph);
  } else {
    for (size_t i = 0; i < launches_.size(); ++i) {
      void* arguments[1];
      const CUDA_KERNEL_NODE_PARAMS parameters = nodeParameters(launches_[i], arguments);
      IMPASTO_CU(device_.driver, cuGraphExecKernelNodeSetParams, graph.executable, graph.nodes[i], &parameters);
    }
  }
  graph.width = frame.width;
  graph.height = frame.height;
  graph.output_index = frame.output_index;
}

void ModuleGenerator::run(const FrameInfo& frame) {
  const cuda::Driver& driver = device_.driver;
  const Current current(driver, device_.context);
  Graph& graph = graphs_.at(frame.slot);
  prepareConstants(frame);
  prepareGraph(graph, frame);
  CUDA_EXTERNAL_SEMAPHORE_WAIT_PARAMS wait{};
  wait.params.fence.value = frame.wait.value;
  IMPASTO_CU(driver, cuWaitExternalSemaphoresAsync, &frame.wait.timeline->external, &wait, 1, stream_);
  IMPASTO_CU(driver, cuGraphLaunch, graph.executable, stream_);
  CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS signal{};
  signal.params.fence.value = frame.signal.value;
  IMPASTO_CU(driver, cuSignalExternalSemaphoresAsync, &frame.signal.timeline->external, &signal, 1, stream_);
}

// An error of the stream stays: nothing that is queued behind it runs, signals included.
void ModuleGenerator::check() const {
  const Current current(device_.driver, device_.context);
  const CUresult result = device_.driver.cuStreamQuery(stream_);
  if (result != CUDA_ERROR_NOT_READY) cuda::check(device_.driver, result, "cuStreamQuery");
}

}  // namespace impasto::interop
