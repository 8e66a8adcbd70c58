// Convolutions on matrix hardware: which shapes are taken, and when.
#include <set>

#include "ops/compare.h"
#include "vulkan/kernels/kernel.h"
#include "planning/lower.h"

namespace impasto::test {
namespace {

constexpr auto kHalf = VK_COMPONENT_TYPE_FLOAT16_KHR;
constexpr auto kSingle = VK_COMPONENT_TYPE_FLOAT32_KHR;

VkCooperativeMatrixPropertiesKHR shape(uint32_t m, uint32_t n, uint32_t k, VkComponentTypeKHR in = kHalf,
                                       VkComponentTypeKHR out = kSingle) {
  return {VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR, nullptr, m,  n, k, in, in, out, out, VK_FALSE,
          VK_SCOPE_SUBGROUP_KHR};
}

vulkan::MatrixShape choose(std::vector<VkCooperativeMatrixPropertiesKHR> shapes) {
  return vulkan::chooseMatrixShape(shapes);
}

TEST(MatrixShape, TheLargestThatIsOfUse) {
  EXPECT_EQ(choose({}).m, 0u);
  EXPECT_EQ(choose({shape(8, 8, 8, kHalf, kHalf), shape(8, 8, 8)}).m, 8u);
  EXPECT_EQ(choose({shape(16, 8, 16), shape(16, 16, 16), shape(16, 8, 8)}).n, 16u);
  EXPECT_EQ(choose({shape(16, 16, 16, kHalf, kHalf), shape(16, 8, 16)}).n, 8u);
  EXPECT_EQ(choose({shape(16, 16, 16, kSingle)}).m, 0u);
  EXPECT_EQ(choose({shape(64, 64, 16), shape(16, 4, 16), shape(16, 16, 4), shape(0, 8, 8)}).m, 0u);
  VkCooperativeMatrixPropertiesKHR other = shape(16, 16, 16);
  other.saturatingAccumulation = VK_TRUE;
  EXPECT_EQ(choose({other}).m, 0u);
  other = shape(16, 16, 16);
  other.scope = static_cast<VkScopeKHR>(2);  // of a workgroup
  EXPECT_EQ(choose({other}).m, 0u);
}

// Without a device: what the plan takes for the GPUs there are, by their shapes.
std::set<std::string> convolutionsOn(const vulkan::DeviceTraits& device, uint32_t channels, uint32_t width) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t folded = addOp(graph, OpType::SpaceToDepth, {color}, 4);
  uint32_t trunk = addConv(graph, folded, channels, 3, 2);
  for (int i = 0; i < 2; ++i) trunk = addConv(graph, trunk, channels, 3);
  const uint32_t wide = addConv(graph, trunk, 4 * channels, 3);
  const uint32_t last = addConv(graph, addOp(graph, OpType::DepthToSpace, {wide}, 2), 48, 3);
  graph.output = addOp(graph, OpType::DepthToSpace, {last}, 4);
  validateGraph(graph);
  std::set<std::string> names;
  for (const vulkan::Step& step : vulkan::makePlan(graph, width, width, device).steps) {
    if (step.kind != vulkan::Step::Kind::Conv) continue;
    const std::string name = step.kernel->name();
    names.insert(name == "conv_matrix_narrow" ? "conv_matrix" : name);
  }
  return names;
}

TEST(MatrixPlan, TrunksGoToMatrixHardware) {
#if !IMPASTO_MATRIX_SHADERS
  GTEST_SKIP() << "built without kernels for matrix hardware: no compiler knows GL_KHR_cooperative_matrix";
#endif
  for (const vulkan::MatrixShape matrix : {vulkan::MatrixShape{16, 16, 16}, {16, 8, 16}, {8, 16, 16}, {8, 8, 8}}) {
    for (const uint32_t channels : {16u, 40u, 64u, 128u}) {
      for (const uint32_t shared : {32u << 10, 48u << 10, 100u << 10}) {
        SCOPED_TRACE(std::to_string(channels) + " channels, " + std::to_string(shared) + " bytes shared");
        const vulkan::DeviceTraits device{2, false, matrix, 32, shared};
        EXPECT_EQ(convolutionsOn(device, channels, 1024), std::set<std::string>{"conv_matrix"});
      }
    }
  }
}

TEST(MatrixPlan, NotInFp32NorWithoutTheHardwareNorOnACpu) {
  const vulkan::MatrixShape matrix{16, 16, 16};
  EXPECT_EQ(convolutionsOn({4, false, matrix, 32, 49152}, 64, 1024), std::set<std::string>{"conv"});
  EXPECT_EQ(convolutionsOn({2, false, {}, 32, 49152}, 64, 1024), std::set<std::string>{"conv"});
  EXPECT_EQ(convolutionsOn({2, true, matrix, 8, 49152}, 64, 1024), std::set<std::string>{"conv_software"});
}

class MatrixTest : public VulkanTest {};

// That it was really taken by the tests of the variant fp16_matrix, expectAgreement() sees.
TEST_F(MatrixTest, ADeviceThatOffersThemHasThem) {
#if !IMPASTO_MATRIX_SHADERS
  GTEST_SKIP() << "built without kernels for matrix hardware: no compiler knows GL_KHR_cooperative_matrix";
#endif
  if (!device().cooperative_matrix) GTEST_SKIP() << device().name << " has no cooperativeMatrix";
  EXPECT_GT(makeVulkanDevice(device(), true)->matrix.m, 0u);
  EXPECT_EQ(makeVulkanDevice(device(), false)->matrix.m, 0u);
}

}  // namespace
}  // namespace impasto::test
