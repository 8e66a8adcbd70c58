// A module with the CUDA one's entry points that runs the reference on the host: it has the shared memory mapped, waits for
// and signals the host's timelines by itself, and works on a thread for each generator, as CUDA does on a stream. What it
// has read it overwrites with a pattern that no frame may show, and the output before it paints.
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "backend/frame_tensors.h"
#include "backend/module_abi.h"
#include "interop/imported_handles.h"
#include "interop/reference_module.h"
#include "style/style.h"

namespace impasto::interop {

using test::ReferenceModuleControls;

struct Device {};

struct Memory {
  test::ImportedMemory imported;
};

struct TimelineSemaphore {
  test::ImportedTimeline imported;
};

namespace {

ReferenceModuleControls controls;

constexpr std::chrono::milliseconds kWaitSlice{20};
constexpr int kPoison = 0x7b;  // as fp16: 61,000 or so, which is no colour and no depth

Status fail(Message* message, const char* why, Status status = Status::Internal) noexcept {
  std::snprintf(message->text, sizeof message->text, "%s", why);
  return status;
}

bool takesFailure(const char* call) noexcept {
  const char* wanted = controls.failing_call;
  return wanted != nullptr && std::strcmp(wanted, call) == 0 && controls.failing_call.compare_exchange_strong(wanted, nullptr);
}

}  // namespace

struct ModuleGenerator {
  explicit ModuleGenerator(const GeneratorInfo& info)
      : style(readStyle({static_cast<const std::byte*>(info.style), info.style_bytes})),
        layers(info.layers),
        outputs(info.outputs),
        tensors(layOutFrame(style.graph, {info.width, info.height}, 2)) {
    ++controls.generators;
    thread = std::thread([this] { work(); });
  }

  ~ModuleGenerator() {
    {
      const std::lock_guard lock(mutex);
      stop = true;
    }
    wake.notify_one();
    thread.join();
    --controls.generators;
  }

  GeneratorLayout layout() const {
    GeneratorLayout result{};
    const auto shared = [](const TensorView& view, InputKind kind, uint64_t from) {
      return SharedTensor{view.offset - from, static_cast<uint32_t>(kind), view.width, view.height, view.channels,
                          view.row_quads, view.quad};
    };
    for (const Generator::Input& input : tensors.inputs) {
      result.inputs[result.input_count++] = shared(input.view, input.kind, 0);
    }
    result.input_bytes = tensors.first_output.offset;
    result.output_bytes = tensors.output_stride;
    result.output = shared(tensors.first_output, InputKind::Color, tensors.first_output.offset);
    result.alignment = style.graph.alignment;
    result.element_bytes = 2;
    return result;
  }

  void work() {
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [&] { return stop || !frames.empty(); });
      if (frames.empty()) return;
      const FrameInfo frame = frames.front();
      frames.pop_front();
      lock.unlock();
      run(frame);
      lock.lock();
    }
  }

  void run(const FrameInfo& frame) {
    while (!frame.wait.timeline->imported.wait(frame.wait.value, kWaitSlice)) {
      if (stop) return;
    }
    if (failed != 0 || frame.frame == controls.never_answers) return;
    if (const uint32_t time = controls.milliseconds) std::this_thread::sleep_for(std::chrono::milliseconds(time));
    for (uint32_t layer = 0; layer < layers; ++layer) paint(frame, layer);
    if (frame.frame == controls.fails_in_mid_frame) {
      failed = frame.frame;
      return;
    }
    ++controls.frames;
    frame.signal.timeline->imported.signal(frame.signal.value);
  }

  void paint(const FrameInfo& frame, uint32_t layer) {
    std::byte* const memory = rooms.memory->imported.data();
    const uint64_t first_input = rooms.first_input + layer * rooms.input_stride;
    const uint64_t index = uint64_t{layer} * outputs + frame.output_index;
    std::vector<Generator::Input> inputs = tensors.inputs;
    for (Generator::Input& input : inputs) input.view.offset += first_input;
    TensorView output = tensors.first_output;
    output.offset = rooms.first_output + index * rooms.output_stride;
    std::memset(memory + output.offset, kPoison, tensors.output_stride);
    if (frame.frame == controls.fails_in_mid_frame) return;
    paintByReference(style, inputs, output, frame.width, frame.height, memory);
    std::memset(memory + first_input, kPoison, tensors.first_output.offset);
  }

  const Style style;
  const uint32_t layers, outputs;
  const FrameLayout tensors;  // of one layer with one output
  SharedRooms rooms{};
  std::atomic<uint64_t> failed = 0;  // the frame from which on nothing is signalled; 0: none
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<FrameInfo> frames;
  std::atomic<bool> stop = false;
  std::thread thread;
};

namespace {

Status probe(const uint8_t*, Message* message) noexcept {
  return takesFailure("probe") ? fail(message, "the driver is too old", Status::Unsupported) : Status::Ok;
}

Status open(const uint8_t*, Device** device, Message* message) noexcept {
  if (takesFailure("open")) return fail(message, "no device with this UUID", Status::Unsupported);
  *device = new Device;
  ++controls.devices;
  return Status::Ok;
}

void closeDevice(Device* device) noexcept {
  delete device;
  --controls.devices;
}

Status importTimeline(Device*, int descriptor, TimelineSemaphore** timeline, Message* message) noexcept {
  auto made = std::make_unique<TimelineSemaphore>();
  if (takesFailure("import_timeline") || !made->imported.import(descriptor)) {
    return fail(message, "importing a semaphore failed");
  }
  *timeline = made.release();
  ++controls.timelines;
  return Status::Ok;
}

void freeTimeline(Device*, TimelineSemaphore* timeline) noexcept {
  delete timeline;
  --controls.timelines;
}

Status importMemory(Device*, int descriptor, uint64_t bytes, Memory** memory, Message* message) noexcept {
  auto made = std::make_unique<Memory>();
  if (takesFailure("import_memory") || !made->imported.import(descriptor, bytes)) {
    return fail(message, "importing memory failed", Status::OutOfMemory);
  }
  *memory = made.release();
  ++controls.memories;
  return Status::Ok;
}

void freeMemory(Device*, Memory* memory) noexcept {
  delete memory;
  --controls.memories;
}

Status createGenerator(Device*, const GeneratorInfo* info, ModuleGenerator** generator, GeneratorLayout* layout,
                       Message* message) noexcept {
  if (takesFailure("create_generator")) return fail(message, "out of device memory", Status::OutOfMemory);
  try {
    auto made = std::make_unique<ModuleGenerator>(*info);
    *layout = made->layout();
    *generator = made.release();
    return Status::Ok;
  } catch (const std::exception& error) {
    return fail(message, error.what());
  }
}

Status measure(Device*, const GeneratorInfo* info, GeneratorLayout* layout, Message* message) noexcept {
  try {
    *layout = ModuleGenerator(*info).layout();
    return Status::Ok;
  } catch (const std::exception& error) {
    return fail(message, error.what());
  }
}

Status bindRooms(ModuleGenerator* generator, const SharedRooms* rooms, Message* message) noexcept {
  if (takesFailure("bind")) return fail(message, "no room for the graph", Status::OutOfMemory);
  generator->rooms = *rooms;
  return Status::Ok;
}

Status run(ModuleGenerator* generator, const FrameInfo* frame, Message* message) noexcept {
  if (takesFailure("run")) return fail(message, "launching the graph failed");
  if (generator->failed != 0) return fail(message, "an earlier frame failed", Status::DeviceLost);
  {
    const std::lock_guard lock(generator->mutex);
    generator->frames.push_back(*frame);
  }
  generator->wake.notify_one();
  return Status::Ok;
}

Status check(ModuleGenerator* generator, uint64_t frame, Message* message) noexcept {
  const uint64_t failed = generator->failed;
  return failed != 0 && frame >= failed ? fail(message, "a kernel failed", Status::DeviceLost) : Status::Ok;
}

void destroyGenerator(ModuleGenerator* generator) noexcept { delete generator; }

constexpr test::ReferenceModuleFunctions kFunctions = {
    {probe, open, closeDevice, importTimeline, freeTimeline, importMemory, freeMemory, measure, createGenerator, bindRooms,
     run, check, destroyGenerator},
    &controls};

}  // namespace
}  // namespace impasto::interop

IMPASTO_MODULE("cuda", impasto::interop::kInterfaceVersion, impasto::interop::kFunctions)
