// A kernel: one way of running one kind of step of a plan. To add one (say, a convolution on tensor cores): a file in this
// folder with a class derived from Kernel, its shader, and a line in kernels.cpp, where of equally cheap ones the
// first is preferred. Everything a kernel needs to know of others is here:
//
//   - the plan asks fits() and cost() of all kernels;
//   - the generator asks it to pack its weights;
//   - the program (program.h) binds what the shader's bindings name, in bands of rows where a tensor is longer than a
//     descriptor, and asks launch() for push constants and workgroups of every dispatch, every frame, for frames may
//     be smaller than what was planned.
//
// Kernels are stateless and known by address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include <vulkan/vulkan_core.h>

#include "style/style.h"
#include "vulkan/device_traits.h"
#include "vulkan/plan.h"

namespace impasto::vulkan {

// What a descriptor of a shader is for.
enum class Role : uint8_t { Source, Addend, Result, Weights, Bias };

struct ShaderBinding {
  Role role;
  VkDescriptorType type;
};

struct KernelShader {
  const char* name;
  std::span<const uint32_t> code;
  std::span<const ShaderBinding> bindings;  // binding 0, 1, ...
  bool multiplies_matrices = false;         // it is compiled for subgroups of DeviceTraits::subgroup_size, all full
};

// Where one step's weights lie in the weights buffer.
struct PackedWeights {
  uint64_t offset = 0, bytes = 0;            // of the kernel, the offset a multiple of kTensorAlignment
  uint64_t bias_offset = 0, bias_bytes = 0;  // of the bias, fp32, likewise
};

// Rows of a step's result (of a convolution's: before depth_to_space), or of a tensor: [begin, end).
struct Rows {
  uint32_t begin = 0, end = 0;
};

// The extent of a frame that is being recorded, at most that of the plan; multiples of the alignment.
struct FrameExtent {
  uint32_t width = 0, height = 0;
  uint32_t widthAt(uint32_t downscale) const noexcept { return downscale == kGlobal ? 1 : width / downscale; }
  uint32_t heightAt(uint32_t downscale) const noexcept { return downscale == kGlobal ? 1 : height / downscale; }
};

// A tensor as one dispatch sees it.
struct BoundTensor {
  const PlannedTensor* tensor = nullptr;
  uint32_t first_row = 0;  // of the rows that are bound
};

// A step of a plan on a device.
struct StepOf {
  const DeviceTraits& device;
  const Graph& graph;
  const Plan& plan;
  const Step& step;
};

struct LaunchInput {
  const DeviceTraits& device;
  const Graph& graph;
  const Step& step;
  BoundTensor source, addend, result;
  Rows rows;  // of the result, within the frame
  FrameExtent frame;
};

inline constexpr uint32_t kPushConstantBytes = 96;  // every kernel's fit; every device has 128

struct Launch {
  std::array<std::byte, kPushConstantBytes> push;
  uint32_t push_bytes = 0;
  std::array<uint32_t, 3> groups{};

  template <typename Push>
  void setPush(const Push& constants) noexcept {
    static_assert(sizeof(Push) <= kPushConstantBytes);
    std::memcpy(push.data(), &constants, sizeof constants);
    push_bytes = sizeof constants;
  }
  void setGroups(uint32_t width, uint32_t group_width, uint32_t height, uint32_t group_height, uint32_t depth) noexcept {
    groups = {(width + group_width - 1) / group_width, (height + group_height - 1) / group_height, depth};
  }
};

class Kernel {
 public:
  virtual ~Kernel() = default;

  virtual const char* name() const noexcept = 0;  // that of its shaders; no two are equal

  // Can it run the step?
  virtual bool fits(const StepOf& in) const noexcept = 0;
  // What it would cost, in multiply-adds of the portable convolution: the plan takes the cheapest kernel that fits, the
  // first of equals, where it has not been measured (kernel_choice.h). Of the steps that one kernel alone runs: 0.
  virtual double cost(const StepOf&) const noexcept { return 0; }

  // Appends what the shader reads of the step's weights to `buffer`.
  virtual PackedWeights pack(const StepOf&, const ConvWeights&, std::vector<std::byte>&) const { return {}; }

  virtual const KernelShader& shader(const DeviceTraits& device) const noexcept = 0;
  // Constants 0, 1, 2, ... of the shader.
  virtual std::vector<uint32_t> specialization(const StepOf& in) const = 0;
  // Allocates nothing.
  virtual Launch launch(const LaunchInput& input) const noexcept = 0;

 protected:
  Kernel() = default;
};

// All kernels, the preferred ones first.
std::span<const Kernel* const> allKernels() noexcept;

}  // namespace impasto::vulkan
