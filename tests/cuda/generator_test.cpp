// Plans as a whole: the project's generators, frames smaller than the plan, what a plan promises to whoever launches it.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <set>

#include "base/error.h"
#include "cuda/planner.h"
#include "cuda/variants.h"

namespace impasto::test {
namespace {

// The project's generator (trainer/nn/generator_spec.cpp) with other widths.
Style makeGenerator(uint32_t quarter, uint32_t eighth, uint32_t half, uint32_t full, uint32_t blocks) {
  constexpr Activation kRelu = Activation::Relu;
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t enc4 = addConv(graph, addOp(graph, OpType::SpaceToDepth, {color}, 4), quarter, 3, 1, kRelu);
  const uint32_t enc8 = addConv(graph, enc4, eighth, 3, 2, kRelu);
  const uint32_t noise = addNoise(graph, 4, 8, 1);
  uint32_t trunk = addConv(graph, addOp(graph, OpType::Concat, {enc8, noise}), eighth, 3, 1, kRelu);
  for (uint32_t i = 0; i < blocks; ++i) {
    const uint32_t inner = addConv(graph, trunk, eighth, 3, 1, kRelu);
    trunk = addOp(graph, OpType::Add, {trunk, addConv(graph, inner, eighth, 3)});
  }
  const uint32_t up4 = addOp(graph, OpType::DepthToSpace, {addConv(graph, trunk, 4 * quarter, 3, 1, kRelu)}, 2);
  const uint32_t skip = addOp(graph, OpType::Add, {up4, enc4});
  const uint32_t up2 = addOp(graph, OpType::DepthToSpace, {addConv(graph, skip, 4 * half, 3, 1, kRelu)}, 2);
  const uint32_t mid = addConv(graph, up2, half, 3, 1, kRelu);
  const uint32_t up1 = addOp(graph, OpType::DepthToSpace, {addConv(graph, mid, 4 * full, 3, 1, kRelu)}, 2);
  graph.output = addConv(graph, addOp(graph, OpType::Concat, {up1, color}), 3, 3, 1, Activation::Sigmoid);
  Random random(quarter);
  return makeStyle(graph, random);
}

// The worst case of error_bound.h says nothing about so many convolutions in a row: roundings add up as a random walk.
void expectTypical(const Agreement& agreement) { EXPECT_LE(agreement.error, 1e-2); }

class CudaGeneratorTest : public VariantTest {
 protected:
  const cuda::DeviceTraits& traits() const { return GetParam().device; }
};

INSTANTIATE_TEST_SUITE_P(, CudaGeneratorTest, ::testing::ValuesIn(kAllVariants), nameOf);

TEST_P(CudaGeneratorTest, Small) {
  for (const auto& [width, height] : {std::pair{1u, 1u}, {37u, 53u}, {150u, 9u}}) {
    expectTypical(expectAgreement(makeGenerator(16, 40, 12, 6, 3), width, height, 1, "small"));
  }
}
TEST_P(CudaGeneratorTest, Medium) {
  for (const auto& [width, height] : {std::pair{5u, 3u}, {64u, 48u}}) {
    expectTypical(expectAgreement(makeGenerator(32, 64, 16, 8, 6), width, height, 2, "medium"));
  }
}
TEST_P(CudaGeneratorTest, Large) {
  expectTypical(expectAgreement(makeGenerator(64, 128, 32, 16, 7), 29, 17, 3, "large"));
}

TEST_P(CudaGeneratorTest, ShippedStyles) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(IMPASTO_STYLES)) {
    if (entry.path().extension() != ".safetensors") continue;
    ++count;
    const Style style = readStyleFile(entry.path().string());
    expectTypical(expectAgreement(style, 64, 48, 5, entry.path().filename().string()));
  }
  EXPECT_GT(count, 0u);
}

// The frame folded beside features at half resolution, and the result unfolded into the frame: no launch but convolutions.
TEST_P(CudaGeneratorTest, HalfResolutionTail) {
  for (const uint32_t block : {2u, 4u}) {
    Graph graph;
    const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {addInput(graph, InputKind::Color)}, block);
    const uint32_t features = addConv(graph, folded, 17, 3, 1, Activation::Relu);
    const uint32_t deeper = addConv(graph, features, 9, 3, 2, Activation::Relu);
    const uint32_t up = addOp(graph, OpType::Upsample, {deeper});
    const uint32_t all = addOp(graph, OpType::Concat, {features, folded, up});
    const uint32_t last = addConv(graph, all, 3 * block * block, 3, 1, Activation::Sigmoid);
    graph.output = addOp(graph, OpType::DepthToSpace, {last}, block);
    Random random(block);
    const Style style = makeStyle(graph, random);
    const cuda::Plan plan(style, 64, 64, traits());
    std::vector<cuda::Launch> list;
    plan.launches({64, 64}, {}, list);
    EXPECT_EQ(list.size(), 3u);
    for (const auto& [width, height] : {std::pair{1u, 1u}, {37u, 21u}, {64u, 64u}}) {
      expectAgreement(style, width, height, block, "half-resolution tail");
    }
  }
}

// Dynamic resolution: the same plan, frame by frame at another extent, what is constant included; and no value depends on
// the order in which blocks and warps happen to run, which differs from launch to launch.
TEST_P(CudaGeneratorTest, SmallerFramesAreThoseOfASmallerPlan) {
  for (const uint32_t seed : {9u, 10u, 11u, 12u}) {
    const Style style = seed == 9 ? makeGenerator(8, 24, 8, 4, 2) : makeRandomStyle(seed, {.version_2 = true});
    CudaRunner runner(style, 72, 56, traits());
    for (const auto& [width, height] : {std::pair{72u, 56u}, {40u, 24u}, {13u, 55u}, {1u, 1u}, {72u, 56u}}) {
      const ReferenceInputs inputs = makeRandomInputs(style.graph, height, width, seed);
      const Tensor expected = CudaRunner(style, width, height, traits()).run(inputs);
      EXPECT_EQ(runner.run(inputs).data, expected.data) << width << "x" << height << ", seed " << seed;
    }
  }
}

// Shared memory without bank conflicts, global memory in whole sectors: what conv_shape.h works out on paper, counted.
TEST_P(CudaGeneratorTest, Traffic) {
  const Style style = makeGenerator(32, 64, 16, 8, 1);
  cuda::DeviceTraits device = traits();
  device.multiprocessors = 2;  // so many blocks for each as a whole frame gives a whole GPU
  cuda::shim::Traffic traffic;
  CudaRunner(style, 128, 128, device).run(makeRandomInputs(style.graph, 128, 128, 4), &traffic);
  using Kind = cuda::shim::Traffic::Kind;
  for (const auto& [kernel, counts] : traffic.kernels()) {
    RecordProperty(kernel + "_mma", std::to_string(counts.mma));
    RecordProperty(kernel + "_wavefronts_over_least", std::to_string(counts.shared().ratio()));
    RecordProperty(kernel + "_sectors_over_least", std::to_string(counts.global().ratio()));
    for (const auto& [place, site] : counts.places) {
      const auto& [line, kind] = place;
      // Copies into shared memory meet where a warp's texels go around the end of a row of the halo tile; the quads of
      // the frame go into every second place of 8 bytes. Halo tiles begin in the middle of a sector of quads.
      const double most = kind == Kind::CopyIntoShared ? 2.0 : kind == Kind::Copy ? 1.5 : 1.01;
      EXPECT_LE(site.ratio(), most) << kernel << ", " << line << ", " << toString(kind) << "\n" << traffic.table();
    }
  }
}

std::vector<std::string> kernelsOf(const std::vector<cuda::Launch>& list) {
  std::vector<std::string> names;
  for (const cuda::Launch& launch : list) names.push_back(launch.kernel);
  return names;
}

TEST_P(CudaGeneratorTest, LaunchesOfEveryExtentAreTheSameKernels) {
  const cuda::Plan plan(makeGenerator(16, 40, 12, 6, 3), 1920, 1080, traits());
  std::vector<cuda::Launch> list, other;
  plan.launches({1920, 1080}, {}, list);
  for (const auto& [width, height] : {std::pair{1u, 1u}, {640u, 360u}, {1919u, 1073u}}) {
    plan.launches({width, height}, {}, other);
    EXPECT_EQ(kernelsOf(list), kernelsOf(other));
  }
  std::set<std::string> used;
  for (const auto& use : plan.kernels()) used.insert(use.kernel);
  for (const cuda::Launch& launch : list) {
    EXPECT_TRUE(used.contains(launch.kernel));
    EXPECT_LE(launch.shared_bytes, traits().shared_per_block);
    EXPECT_GT(launch.bytes, 0);
  }
  EXPECT_THROW(plan.launches({1921, 1080}, {}, other), Error);
  EXPECT_THROW(plan.launches({0, 1080}, {}, other), Error);
}

TEST_P(CudaGeneratorTest, CostsAreThoseOfTheGraph) {
  const Style style = makeGenerator(32, 64, 16, 8, 6);
  const cuda::Plan plan(style, 1920, 1080, traits());
  std::vector<cuda::Launch> list;
  plan.launches({1920, 1080}, {}, list);
  double multiply_adds = 0;
  for (const cuda::Launch& launch : list) multiply_adds += launch.multiply_adds;
  // Without the noise that is convolved once.
  const double noise = 1920.0 * 1080 / 64 * 9 * 4 * 64;
  EXPECT_NEAR(multiply_adds, style.graph.multiplyAddsPerPixel() * 1920 * 1080 - noise, 1);
}

// Weights and values near fp16's largest number saturate: the frame has no NaN.
TEST_P(CudaGeneratorTest, HugeValuesSaturate) {
  Graph graph;
  uint32_t index = addInput(graph, InputKind::Color);
  for (int i = 0; i < 6; ++i) index = addConv(graph, index, i == 5 ? 3 : 36, 3);
  graph.output = index;
  Random random(1);
  Style style = makeStyle(graph, random);
  for (auto& [op, weights] : style.weights) {
    for (size_t i = 0; i < weights.kernel.size(); ++i) weights.kernel[i] = i % 2 == 0 ? 60000.0f : -60000.0f;
  }
  const Tensor result = CudaRunner(style, 16, 16, traits()).run(makeRandomInputs(style.graph, 16, 16, 1));
  for (const float value : result.data) ASSERT_TRUE(value >= -65504.0f && value <= 65504.0f) << value;
}

// Sums and biases are fp32: 2049 is no fp16.
TEST_P(CudaGeneratorTest, BiasesStayInFp32) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  graph.output = addConv(graph, color, 3, 1);
  Random random(1);
  Style style = makeStyle(std::move(graph), random);
  style.weights.begin()->second = {{-2048, 0, 0, 0, -2048, 0, 0, 0, -2048}, {2049, 2049, 2049}};
  ReferenceInputs inputs;
  inputs.color = Tensor(3, 4, 4);
  std::fill(inputs.color.data.begin(), inputs.color.data.end(), 1.0f);
  for (const float value : CudaRunner(style, 4, 4, traits()).run(inputs).data) EXPECT_EQ(value, 1.0f);
}

// Tensors that live at one time do not overlap, whatever the graph: a step's result is none of what is read later.
TEST(CudaPlan, TensorsDoNotOverlap) {
  for (uint32_t seed = 1; seed <= 300; ++seed) {
    const Style style = makeRandomStyle(seed, {.max_channels = 80, .version_2 = seed % 2 == 0});
    cuda::DeviceTraits device;
    device.cooperative = seed % 3 != 0;
    const cuda::PlannedSteps steps = cuda::planSteps(lower(style.graph, style.weights).graph, 70, 50, device);
    for (size_t a = 0; a < steps.tensors.size(); ++a) {
      const cuda::PlannedTensor& one = steps.tensors[a];
      if (one.room == cuda::Room::Arena) {
        EXPECT_LE(one.offset + one.bytes, steps.arena_bytes) << "seed " << seed;
      } else if (one.room == cuda::Room::Constants) {
        EXPECT_LE(one.offset + one.bytes, steps.constant_bytes) << "seed " << seed;
      }
      for (size_t b = 0; b < a; ++b) {
        const cuda::PlannedTensor& other = steps.tensors[b];
        if (one.room != other.room || (one.room != cuda::Room::Arena && one.room != cuda::Room::Constants)) continue;
        const bool meet = one.room == cuda::Room::Constants || (one.first <= other.last && other.first <= one.last);
        const bool overlap = one.offset < other.offset + other.bytes && other.offset < one.offset + one.bytes;
        EXPECT_FALSE(meet && overlap) << "tensors " << a << " and " << b << ", seed " << seed;
      }
    }
  }
}

// What the design counts on: folding, noise, shuffles, sums and the trunk's layers have no launches of their own, and each
// convolution has as many columns as it needs at once.
TEST(CudaPlan, MediumAt1080pOnAnH200) {
  const cuda::Plan plan(makeGenerator(32, 64, 16, 8, 6), 1920, 1080, {});
  std::vector<cuda::Launch> list;
  plan.launches({1920, 1080}, {}, list);
  EXPECT_EQ(kernelsOf(list),
            (std::vector<std::string>{"conv3x3_tall_32", "conv3x3_half_64", "trunk_16x18", "conv3x3_flat_64",
                                      "conv3x3_tall_64", "conv3x3_tall_16", "conv3x3_tall_32", "conv3x3_tall_8"}));
  double bytes = 0;
  for (const cuda::Launch& launch : list) bytes += launch.bytes;
  EXPECT_LT(bytes, 250e6);
  EXPECT_LT(plan.memory().arena, 64u << 20);
}

TEST(CudaPlan, BadExtentsAndOldDevicesAreErrors) {
  for (const auto& [width, height] : {std::pair{0u, 4u}, {4u, 0u}, {16385u, 1u}, {1u, UINT32_MAX}}) {
    EXPECT_THROW(cuda::Plan(makeSmallStyle(3), width, height, {}), Error);
  }
  cuda::DeviceTraits old;
  old.compute_capability = 70;
  EXPECT_THROW(cuda::Plan(makeSmallStyle(3), 8, 8, old), Error);
}

TEST(CudaPlan, NoKernelForTooLittleSharedMemoryIsNamed) {
  cuda::DeviceTraits tiny;
  tiny.shared_per_block = 1024;
  try {
    cuda::Plan(makeSmallStyle(3), 8, 8, tiny);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::Unsupported);
    EXPECT_NE(std::string(error.what()).find("shared memory"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace impasto::test
