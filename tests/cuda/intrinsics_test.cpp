// Each intrinsic alone against what the PTX ISA says (version 9, sections on mma.m16n8k16, ldmatrix, shfl.sync and
// cp.async): on the shim and, by another program of the same tests, on a GPU.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/half.h"
#include IMPASTO_TEST_MACHINE
#include "intrinsics_params.h"
#include "support/random_style.h"

namespace impasto::cuda {
namespace {

using machine::DeviceMemory;
using machine::launch;
using test::Random;

class Intrinsics : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const std::string reason = machine::whyNot(); !reason.empty()) GTEST_SKIP() << reason;
  }
};

std::vector<uint32_t> randomWords(size_t count, uint32_t seed) {
  Random random(seed);
  std::vector<uint32_t> words(count);
  for (uint32_t& word : words) word = random.bits();
  return words;
}

uint16_t halfOf(const std::vector<uint32_t>& words, size_t index) {
  return static_cast<uint16_t>(words[index / 2] >> (index % 2 * 16));
}

TEST_F(Intrinsics, EveryThreadKnowsItsPlace) {
  DeviceMemory memory;
  const auto out = memory.allocate<int>("out", 2 * 3 * 4 * 64 * 4);
  launch(memory, {.kernel = "test_places", .grid = {4, 3, 2}, .threads = 64}, PlacesParams{out});
  const std::vector<int> values = memory.download(out, 2 * 3 * 4 * 64 * 4);
  for (int i = 0; i < 2 * 3 * 4 * 64; ++i) {
    const int* value = &values[static_cast<size_t>(i) * 4];
    EXPECT_EQ(value[0], i / 64 * 1000 + i % 64);
    EXPECT_EQ(value[1], i % 32);
    EXPECT_EQ(value[2], 432);
    EXPECT_EQ(value[3], 64);
  }
}

TEST_F(Intrinsics, LoadsAndStoresOfEverySize) {
  DeviceMemory memory;
  const std::vector<uint32_t> in = randomWords(128, 1);
  const auto out = memory.allocate<uint32_t>("out", 240);
  launch(memory, {.kernel = "test_moves", .shared_bytes = 512}, MovesParams{memory.upload("in", in), out});
  for (uint32_t i = 0; i < 32; ++i) {
    const uint32_t from = (i + 1) % 32;
    const std::vector<uint32_t> words4 = memory.download(out + i * 4, 4),
                                words2 = memory.download(out + 128 + i * 2, 2);
    for (uint32_t j = 0; j < 4; ++j) EXPECT_EQ(words4[j], in[from * 4 + j]);
    for (uint32_t j = 0; j < 2; ++j) EXPECT_EQ(words2[j], in[from * 2 + j]);
    EXPECT_EQ(memory.download(out + 192 + i, 1)[0], in[from]);
    EXPECT_EQ(memory.download(out.as<Half>() + 448 + i, 1)[0].bits, halfOf(in, from));
  }
}

TEST_F(Intrinsics, Shuffles) {
  DeviceMemory memory;
  const std::vector<uint32_t> in = randomWords(32, 2);
  const auto out = memory.allocate<uint32_t>("out", 128);
  launch(memory, {.kernel = "test_shuffles"}, MovesParams{memory.upload("in", in), out});
  const std::vector<uint32_t> values = memory.download(out, 128);
  for (uint32_t i = 0; i < 32; ++i) {
    EXPECT_EQ(values[i], in[i ^ 5]);
    EXPECT_EQ(values[32 + i], in[i + 3 < 32 ? i + 3 : i]);
    EXPECT_EQ(values[64 + i], in[i * 7 % 32]);
    EXPECT_EQ(values[96 + i], in[i ^ 16]);
  }
}

TEST_F(Intrinsics, MatricesByRowsAndByColumns) {
  DeviceMemory memory;
  const std::vector<uint32_t> in = randomWords(128, 3);
  const auto out = memory.allocate<uint32_t>("out", 32 * 14);
  launch(memory, {.kernel = "test_matrices", .shared_bytes = 512}, MovesParams{memory.upload("in", in), out});
  const auto element = [&](uint32_t matrix, uint32_t row, uint32_t column) {
    return uint32_t{halfOf(in, (matrix * 8 + row) * 8 + column)};
  };
  for (uint32_t lane = 0; lane < 32; ++lane) {
    const std::vector<uint32_t> values = memory.download(out + lane * 14, 14);
    const uint32_t g = lane / 4, t = lane % 4;
    for (uint32_t m = 0; m < 4; ++m) {
      const uint32_t rows = element(m, g, 2 * t) | element(m, g, 2 * t + 1) << 16;
      const uint32_t columns = element(m, 2 * t, g) | element(m, 2 * t + 1, g) << 16;
      if (m < 1) {
        EXPECT_EQ(values[m], rows);
        EXPECT_EQ(values[7 + m], columns);
      }
      if (m < 2) {
        EXPECT_EQ(values[1 + m], rows);
        EXPECT_EQ(values[8 + m], columns);
      }
      EXPECT_EQ(values[3 + m], rows);
      EXPECT_EQ(values[10 + m], columns);
    }
  }
}

struct Matrices {
  std::vector<Half> a, b;
  std::vector<float> c;
};

Matrices randomMatrices(uint32_t seed) {
  Random random(seed);
  Matrices matrices{std::vector<Half>(256), std::vector<Half>(128), std::vector<float>(128)};
  for (Half& value : matrices.a) value.bits = halfFromFloat(random.uniform(-2, 2));
  for (Half& value : matrices.b) value.bits = halfFromFloat(random.uniform(-2, 2));
  for (float& value : matrices.c) value = random.uniform(-1, 1);
  return matrices;
}

std::vector<float> multiply(const char* kernel, const Matrices& matrices) {
  DeviceMemory memory;
  const auto d = memory.allocate<float>("d", 128);
  launch(memory, {.kernel = kernel, .shared_bytes = 768},
         MmaParams{memory.upload("a", matrices.a), memory.upload("b", matrices.b), memory.upload("c", matrices.c), d});
  return memory.download(d, 128);
}

TEST_F(Intrinsics, MmaIsTheMatrixProduct) {
  for (const char* kernel : {"test_mma", "test_mma_through_shared"}) {
    for (uint32_t seed = 0; seed < 4; ++seed) {
      const Matrices matrices = randomMatrices(seed);
      const std::vector<float> d = multiply(kernel, matrices);
      for (size_t row = 0; row < 16; ++row) {
        for (size_t column = 0; column < 8; ++column) {
          double sum = matrices.c[row * 8 + column], magnitudes = std::abs(sum);
          for (size_t k = 0; k < 16; ++k) {
            const double product = double{floatFromHalf(matrices.a[row * 16 + k].bits)} *
                                   double{floatFromHalf(matrices.b[k * 8 + column].bits)};
            sum += product;
            magnitudes += std::abs(product);
          }
          EXPECT_NEAR(d[row * 8 + column], sum, 16 * 0x1p-23 * magnitudes) << kernel << ' ' << row << ' ' << column;
        }
      }
    }
  }
}

// The exact value of each position: a wrong layout can't hide behind a tolerance.
TEST_F(Intrinsics, MmaPutsEveryElementInItsPlace) {
  for (const char* kernel : {"test_mma", "test_mma_through_shared"}) {
    for (size_t k = 0; k < 16; ++k) {
      Matrices matrices{std::vector<Half>(256), std::vector<Half>(128), std::vector<float>(128)};
      for (size_t row = 0; row < 16; ++row) matrices.a[row * 16 + k].bits = halfFromFloat(static_cast<float>(row + 1));
      for (size_t column = 0; column < 8; ++column) {
        matrices.b[k * 8 + column].bits = halfFromFloat(static_cast<float>(column + 1) * 32.0f);
      }
      const std::vector<float> d = multiply(kernel, matrices);
      for (size_t i = 0; i < 128; ++i) EXPECT_EQ(d[i], static_cast<float>((i / 8 + 1) * (i % 8 + 1) * 32)) << kernel;
    }
  }
}

TEST_F(Intrinsics, MmaKeepsSubnormalsAndCutsOff) {
  Matrices matrices{std::vector<Half>(256), std::vector<Half>(128), std::vector<float>(128)};
  matrices.a[0].bits = 0x0001;  // 2^-24
  matrices.b[0].bits = halfFromFloat(1024);
  matrices.c[8] = 1.0f;  // row 1: 1 + 2^-24 (1 + 2^-10), which rounds up and is cut off to 1
  matrices.a[16].bits = 0x0001;
  matrices.b[1 * 8].bits = halfFromFloat(1.0f + 0x1p-10f);
  matrices.a[16].bits = 0;
  matrices.a[17].bits = 0x0001;
  const std::vector<float> d = multiply("test_mma", matrices);
  EXPECT_EQ(d[0], 0x1p-14f);
  EXPECT_EQ(d[8], 1.0f);
}

TEST_F(Intrinsics, InfinitiesAndNansGoThroughMma) {
  Matrices matrices = randomMatrices(9);
  matrices.a[3 * 16 + 5].bits = 0x7C00;
  matrices.b[2 * 8 + 6].bits = 0x7E00;
  const std::vector<float> d = multiply("test_mma", matrices);
  for (size_t i = 0; i < 128; ++i) {
    if (i % 8 == 6) {
      EXPECT_TRUE(std::isnan(d[i]));
    } else {
      EXPECT_EQ(std::isinf(d[i]), i / 8 == 3);
    }
  }
}

TEST_F(Intrinsics, CopiesArriveWithZerosBehindThem) {
  const std::vector<uint32_t> in = randomWords(224, 4);
  for (const int source_bytes : {16, 12, 8, 4, 0}) {
    DeviceMemory memory;
    const auto out = memory.allocate<uint32_t>("out", 224);
    launch(memory, {.kernel = "test_copies", .shared_bytes = 224 * 4},
           CopiesParams{memory.upload("in", in), out, source_bytes});
    const std::vector<uint32_t> values = memory.download(out, 224);
    for (size_t i = 0; i < 224; ++i) {
      const size_t width = i < 128 ? 16 : i < 192 ? 8 : 4, byte = i < 128 ? i % 4 * 4 : i < 192 ? i % 2 * 4 : 0;
      const bool copied = byte < static_cast<size_t>(source_bytes) && byte < width;
      EXPECT_EQ(values[i], copied ? in[i] : 0u) << i << " of " << source_bytes;
    }
  }
}

TEST_F(Intrinsics, AllBlocksMeetInAGrid) {
  DeviceMemory memory;
  const auto out = memory.allocate<uint32_t>("out", 3 * 5 * 64);
  const auto counter = memory.upload("counter", std::vector<uint32_t>{0});
  uint32_t expected = 0;
  for (uint32_t block = 0; block < 5; ++block) expected += 64 * block + 63 * 32;
  for (uint32_t seed = 1; seed < 4; ++seed) {
    const auto sums = memory.upload("sums", std::vector<uint32_t>(3));
    launch(memory, {.kernel = "test_grid", .grid = {5, 1, 1}, .threads = 64, .cooperative = true, .seed = seed},
           GridParams{counter, sums, out});
    for (const uint32_t value : memory.download(out, 3 * 5 * 64)) EXPECT_EQ(value, expected);
  }
}

TEST_F(Intrinsics, HalvesRoundAndSaturate) {
  const float values[] = {0.0f,    1.0f, -1.0f,    65504.0f,  -65504.0f,  0x1p-24f, 0x1p-14f, 3.14159f,
                          -0.333f, 2049, 40000.0f, -40000.0f, 0x1.004p0f, 1e-5f,    -0.0f,    777.0f};
  std::vector<uint32_t> in;
  for (const float a : values) {
    for (const float b : values) {
      const uint32_t first = halfFromFloat(a), second = halfFromFloat(b);
      in.push_back(first | second << 16);
      in.push_back(second | first << 16);
    }
  }
  DeviceMemory memory;
  const auto out = memory.allocate<uint32_t>("out", 256 * 6);
  launch(memory, {.kernel = "test_arithmetic", .grid = {4, 1, 1}, .threads = 64},
         MovesParams{memory.upload("in", in), out});
  const std::vector<uint32_t> results = memory.download(out, 256 * 6);
  const auto saturated = [](double value) {
    return halfFromFloat(static_cast<float>(std::min(std::max(value, -65504.0), 65504.0)));
  };
  for (size_t i = 0; i < 256; ++i) {
    const float a = floatFromHalf(halfOf(in, 4 * i)), b = floatFromHalf(halfOf(in, 4 * i + 2));
    const uint32_t* result = &results[i * 6];
    EXPECT_EQ(result[0] & 0xFFFF, saturated(double{a} + b));
    EXPECT_EQ(result[1] & 0xFFFF, saturated(double{a} * b)) << a << " * " << b;
    EXPECT_EQ(floatFromHalf(static_cast<uint16_t>(result[2])), std::max(a, b));
    EXPECT_EQ(floatFromHalf(static_cast<uint16_t>(result[3])), std::min(a, b));
    EXPECT_EQ(result[4] >> 16, saturated(double{a} + b));
    EXPECT_NEAR(std::bit_cast<float>(result[5]), 1 / (1 + std::exp(-double{a})), 1e-6);
  }
}

}  // namespace
}  // namespace impasto::cuda
