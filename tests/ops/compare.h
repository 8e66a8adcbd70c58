// Compares a generator on a backend with the reference.
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "ops/agreement.h"
#include "support/generator_runner.h"
#include "support/host_runner.h"
#include "support/random_style.h"

namespace impasto::test {

enum class Engine { Vulkan, Cpu, Reference };  // the last two as what a HostGenerator runs

struct Variant {
  const char* name;
  bool half;      // fp16 tensors and weights, fp32 sums; of the CPU backend: bfloat16
  bool software;  // the convolution for Vulkan on a CPU, where the device is one; on other engines true
  bool matrix;    // the convolution on matrix hardware
  Engine engine = Engine::Vulkan;

  // The kernel that all convolutions run on, on Vulkan.
  const char* convolution() const { return matrix ? "conv_matrix" : software ? "conv_software" : "conv"; }
  Rounding rounding() const noexcept {
    return !half ? Rounding::None : engine == Engine::Vulkan ? Rounding::Half : Rounding::Bfloat16;
  }
};

inline constexpr Variant kVariants[] = {
    {"fp32", false, true, false},      {"fp16", true, true, false},       {"fp32_gpu", false, false, false},
    {"fp16_gpu", true, false, false}, {"fp16_matrix", true, false, true}};

// And those that need no Vulkan device.
inline constexpr Variant kAllVariants[] = {kVariants[0],
                                           kVariants[1],
                                           kVariants[2],
                                           kVariants[3],
                                           kVariants[4],
                                           {"cpu_fp32", false, true, false, Engine::Cpu},
                                           {"cpu_bf16", true, true, false, Engine::Cpu},
                                           {"reference", false, true, false, Engine::Reference}};

inline void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }
inline std::string nameOf(const ::testing::TestParamInfo<Variant>& info) { return info.param.name; }

// nullptr where the device cannot run the variant.
std::unique_ptr<vulkan::VulkanDevice> makeVariant(const TestDevice& test_device, const Variant& variant);

// A test on each variant that the device can run; skips by name on the others. One VulkanDevice for all suites of a
// process: its generators share their pipelines, which are what takes time. Records how close the test's largest error
// came to its bound, and the largest bound.
class VariantTest : public VulkanTest, public ::testing::WithParamInterface<Variant> {
 protected:
  static void SetUpTestSuite();
  void SetUp() override;
  void TearDown() override;

  // A test that changes something changes it back (Changed).
  vulkan::VulkanDevice& vulkanDevice() { return *devices().at(GetParam().name); }

  // What makes executors of a variant without a device.
  MakeHostExecutor& makeExecutor() { return make_executor_; }

  // Paints one frame.
  Tensor paint(const Style& style, const ReferenceInputs& inputs);

  // Paints one frame on both and expects each value to be within its bound (error_bound.h).
  Agreement expectAgreement(const Style& style, const ReferenceInputs& inputs, const std::string& what);
  // Of random inputs.
  Agreement expectAgreement(const Style& style, uint32_t width, uint32_t height, uint32_t seed,
                            const std::string& what);

 private:
  class DevicesListener;
  static std::map<std::string, std::unique_ptr<vulkan::VulkanDevice>>& devices();

  bool onVulkan() const { return GetParam().engine == Engine::Vulkan; }

  MakeHostExecutor make_executor_;
  double closest_ = 0, bound_ = 0;
};

// Another value for as long as this lives.
template <typename T>
class Changed {
 public:
  Changed(T& place, T value) : place_(place), before_(std::exchange(place, value)) {}
  ~Changed() { place_ = before_; }
  Changed(const Changed&) = delete;
  Changed& operator=(const Changed&) = delete;

 private:
  T& place_;
  T before_;
};

}  // namespace impasto::test
