#include "cuda/cuda_runner.h"

#include <algorithm>
#include <string>

#include "base/half.h"
#include "cuda_shim/launch.h"
#include "support/frame_input.h"

namespace impasto::test {
namespace {

using cuda::Global;

// A room, with values from nowhere before something is written.
uint64_t allocate(cuda::machine::DeviceMemory& memory, const char* name, uint64_t bytes) {
  return bytes == 0 ? 0 : memory.allocate<std::byte>(name, bytes).address;
}

}  // namespace

CudaRunner::CudaRunner(const Style& style, uint32_t width, uint32_t height, const cuda::DeviceTraits& device)
    : style_(style), plan_(style, width, height, device) {
  const cuda::RoomBytes& rooms = plan_.memory();
  bases_.output = allocate(memory_, "output", rooms.output);
  bases_.constants = allocate(memory_, "constants", rooms.constants);
  bases_.arena = allocate(memory_, "arena", rooms.arena);
  if (!plan_.weights().empty()) bases_.weights = memory_.upload("weights", plan_.weights()).address;
  if (rooms.sync > 0) bases_.sync = memory_.upload("sync", std::vector<std::byte>(rooms.sync)).address;
  for (const cuda::SharedTensor& input : plan_.inputs()) {
    bases_.inputs[static_cast<size_t>(input.kind)] =
        allocate(memory_, toString(input.kind).data(), uint64_t{input.width} * input.height * input.row_quads * 8);
  }
}

// What the pass's pack shader does: the frame's aligned extent, edge-clamped; padding channels zero.
void CudaRunner::pack(const ReferenceInputs& inputs) {
  const auto align = [&](uint32_t n) { return (n + plan_.alignment() - 1) / plan_.alignment() * plan_.alignment(); };
  for (const cuda::SharedTensor& input : plan_.inputs()) {
    const Tensor frame = frameInput(inputs, style_, input.kind);
    const bool global = isGlobal(input.kind);
    const uint32_t width = global ? 1 : align(inputs.color.width), height = global ? 1 : align(inputs.color.height);
    const Global<uint16_t> to{bases_.inputs[static_cast<size_t>(input.kind)]};
    memory_.forgetValues(to.address);
    for (uint32_t y = 0; y < height; ++y) {
      for (uint32_t quad = 0; quad < input.row_quads; ++quad) {
        std::vector<uint16_t> row(size_t{width} * 4);
        for (uint32_t c = quad * 4; c < std::min(frame.channels, quad * 4 + 4); ++c) {
          for (uint32_t x = 0; x < width; ++x) {
            row[x * 4 + c % 4] =
                halfFromFloat(frame.at(c, std::min(y, frame.height - 1), std::min(x, frame.width - 1)));
          }
        }
        memory_.overwrite(to + (uint64_t{y} * input.row_quads + quad) * input.width * 4,
                          std::span<const uint16_t>(row));
      }
    }
  }
}

void CudaRunner::launchAll(const std::vector<cuda::Launch>& list, cuda::shim::Traffic* traffic) {
  for (const cuda::Launch& launch : list) {
    cuda::shim::Launch what;
    what.kernel = launch.kernel;
    for (size_t i = 0; i < 3; ++i) what.grid[i] = static_cast<int>(launch.grid[i]);
    what.threads = static_cast<int>(launch.threads);
    what.shared_bytes = static_cast<int>(launch.shared_bytes);
    what.cooperative = launch.cooperative;
    what.seed = ++seed_;
    what.traffic = traffic;
    cuda::machine::launch(memory_, what, launch.parameters.data(), launch.parameter_bytes);
  }
}

Tensor CudaRunner::run(const ReferenceInputs& inputs, cuda::shim::Traffic* traffic) {
  const cuda::FrameExtent extent{inputs.color.width, inputs.color.height};
  pack(inputs);
  if (bases_.arena != 0) memory_.forgetValues(bases_.arena);
  memory_.forgetValues(bases_.output);
  std::vector<cuda::Launch> list;
  if (constants_of_.width != extent.width || constants_of_.height != extent.height) {
    if (bases_.constants != 0) memory_.forgetValues(bases_.constants);
    plan_.constantLaunches(extent, bases_, list);
    launchAll(list, nullptr);
    constants_of_ = extent;
  }
  if (bases_.arena != 0) memory_.forgetValues(bases_.arena);
  plan_.launches(extent, bases_, list);
  launchAll(list, traffic);

  const cuda::SharedTensor& output = plan_.output();
  Tensor frame(3, inputs.color.height, inputs.color.width);
  for (uint32_t y = 0; y < frame.height; ++y) {
    const Global<uint16_t> row = Global<uint16_t>{bases_.output} + uint64_t{y} * output.width * 4;
    const std::vector<uint16_t> values = memory_.download(row, size_t{frame.width} * 4);
    for (uint32_t x = 0; x < frame.width; ++x) {
      for (uint32_t c = 0; c < 3; ++c) frame.at(c, y, x) = floatFromHalf(values[x * 4 + c]);
    }
  }
  return frame;
}

}  // namespace impasto::test
