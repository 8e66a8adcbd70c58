#include <cstring>

#include "cuda_shim/grid.h"

namespace impasto::cuda::shim {
namespace {

void shuffleAll(Block& block, uint32_t warp) {
  uint32_t values[kWarp];
  const uint32_t first = warp * kWarp;
  for (uint32_t i = 0; i < kWarp; ++i) {
    const Lane& source = block.lanes[first + block.lanes[first + i].argument % kWarp];
    values[i] = *static_cast<const uint32_t*>(source.in[0]);
  }
  for (uint32_t i = 0; i < kWarp; ++i) *static_cast<uint32_t*>(block.lanes[first + i].out) = values[i];
}

// Like floatFromHalf, without branches, so that it runs on vectors.
float quickFloatFromHalf(uint16_t half) {
  const uint32_t magnitude = half & 0x7FFFu;
  const float finite = std::bit_cast<float>(magnitude << 13) * 0x1p112f;
  const uint32_t bits = magnitude >= 0x7C00u ? magnitude << 13 | 0x7F800000u : std::bit_cast<uint32_t>(finite);
  return std::bit_cast<float>(bits | static_cast<uint32_t>(half & 0x8000u) << 16);
}

// To fp32's 24 bits, toward zero.
double cutOff(double value) {
  return std::bit_cast<double>(std::bit_cast<uint64_t>(value) & ~((uint64_t{1} << 29) - 1));
}

void loadMatricesOf(Block& block, uint32_t warp, uint32_t count, bool transposed, Where at) {
  Lane* lanes[kWarp];
  for (uint32_t i = 0; i < kWarp; ++i) lanes[i] = &block.lanes[warp * kWarp + i];
  uint16_t matrices[4][8][8];
  for (uint32_t i = 0; i < kWarp; ++i) {
    const uint32_t address = lanes[i]->argument;
    const std::byte* memory = sharedBytes(*lanes[i], address, 16, "reads a row of", at);
    if (i >= 8 * count) continue;
    touchShared(*lanes[i], Access::WarpRead, address, 16, at);
    std::memcpy(matrices[i / 8][i % 8], memory, 16);
    note(*lanes[i], Traffic::Kind::Matrices, address, 16, at);
  }
  for (uint32_t i = 0; i < kWarp; ++i) {
    auto* result = static_cast<uint32_t*>(lanes[i]->out);
    for (uint32_t m = 0; m < count; ++m) {
      const uint32_t line = i / 4, first = 2 * (i % 4);
      const uint16_t low = transposed ? matrices[m][first][line] : matrices[m][line][first];
      const uint16_t high = transposed ? matrices[m][first + 1][line] : matrices[m][line][first + 1];
      result[m] = low | static_cast<uint32_t>(high) << 16;
    }
  }
}

// Eight products, which are exact, and what was there are summed exactly (but for the rounding of a double), and then
// cut off to fp32: as GPUs do it, says Fasi et al. 2021.
void mmaOf(Block& block, uint32_t warp) {
  uint16_t a_bits[16][16], b_bits[16][8];
  float a[16][16], b[16][8];
  double sum[16][8];
  const auto low = [](uint32_t pair) { return static_cast<uint16_t>(pair); };
  const auto high = [](uint32_t pair) { return static_cast<uint16_t>(pair >> 16); };
  for (uint32_t i = 0; i < kWarp; ++i) {
    const Lane& lane = block.lanes[warp * kWarp + i];
    const uint32_t g = i / 4, t = i % 4;
    const auto* a_part = static_cast<const uint32_t*>(lane.in[0]);
    const auto* b_part = static_cast<const uint32_t*>(lane.in[1]);
    const auto* sum_part = static_cast<const float*>(lane.out);
    for (uint32_t part = 0; part < 4; ++part) {
      const uint32_t row = g + 8 * (part % 2), column = 2 * t + 8 * (part / 2);
      a_bits[row][column] = low(a_part[part]);
      a_bits[row][column + 1] = high(a_part[part]);
    }
    for (uint32_t part = 0; part < 2; ++part) {
      b_bits[2 * t + 8 * part][g] = low(b_part[part]);
      b_bits[2 * t + 1 + 8 * part][g] = high(b_part[part]);
    }
    for (uint32_t part = 0; part < 4; ++part) sum[g + 8 * (part / 2)][2 * t + part % 2] = sum_part[part];
  }
  for (uint32_t i = 0; i < 256; ++i) a[i / 16][i % 16] = quickFloatFromHalf(a_bits[i / 16][i % 16]);
  for (uint32_t i = 0; i < 128; ++i) b[i / 8][i % 8] = quickFloatFromHalf(b_bits[i / 8][i % 8]);
  for (uint32_t begin = 0; begin < 16; begin += 8) {
    for (uint32_t row = 0; row < 16; ++row) {
      for (uint32_t k = begin; k < begin + 8; ++k) {
        for (uint32_t column = 0; column < 8; ++column) sum[row][column] += double{a[row][k]} * double{b[k][column]};
      }
      for (uint32_t column = 0; column < 8; ++column) sum[row][column] = cutOff(sum[row][column]);
    }
  }
  for (uint32_t i = 0; i < kWarp; ++i) {
    auto* sum_part = static_cast<float*>(block.lanes[warp * kWarp + i].out);
    for (uint32_t part = 0; part < 4; ++part) {
      sum_part[part] = static_cast<float>(sum[i / 4 + 8 * (part / 2)][2 * (i % 4) + part % 2]);
    }
  }
}

// The last of a warp's threads to arrive does for all of them what they came for.
void meet(Lane& lane, WarpOp op, uint32_t count, Where at) {
  Block& block = *lane.block;
  const uint32_t index = lane.thread / kWarp;
  Warp& warp = block.warps[index];
  if (warp.arrived == 0) {
    warp.op = op;
    warp.count = count;
    warp.at = at;
  } else if (warp.op != op || warp.count != count || !same(warp.at, at)) {
    const Lane& other = block.lanes[index * kWarp + static_cast<uint32_t>(std::countr_zero(warp.arrived))];
    fail(lane, "is in " + std::string(nameOf(op)) + ", but " + nameOf(other) + " of its warp " + placeOf(other) + ";",
         at);
  }
  if (warp.ended != 0) {
    const Lane& other = block.lanes[index * kWarp + static_cast<uint32_t>(std::countr_zero(warp.ended))];
    fail(lane, "waits in " + std::string(nameOf(op)) + ", but " + nameOf(other) + " of its warp has ended;", at);
  }
  warp.arrived |= 1u << lane.thread % kWarp;
  if (warp.arrived != kWholeWarp) return wait(lane, Lane::State::AtWarp, at);
  switch (op) {
    case WarpOp::SyncWarp:
      ++warp.phase;
      countTraffic(block, index);
      break;
    case WarpOp::Shuffle:
      shuffleAll(block, index);
      break;
    case WarpOp::Matrices:
    case WarpOp::TransposedMatrices:
      loadMatricesOf(block, index, count, op == WarpOp::TransposedMatrices, at);
      break;
    case WarpOp::Mma:
      mmaOf(block, index);
      if (Traffic* traffic = block.grid->launch.traffic) traffic->addMma(block.grid->launch.kernel);
      break;
  }
  warp.arrived = 0;
  warp.ready = kWholeWarp;
}

}  // namespace

// --- What intrinsics_host.h calls.

void syncWarp(Where at) { meet(*running, WarpOp::SyncWarp, 0, at); }

uint32_t shuffle(uint32_t value, int from, Where at) {
  Lane& lane = *running;
  uint32_t result = 0;
  lane.in[0] = &value;
  lane.out = &result;
  lane.argument = static_cast<uint32_t>(from);
  meet(lane, WarpOp::Shuffle, 0, at);
  return result;
}

void loadMatrices(uint32_t* result, int count, bool transposed, Shared<void> row, Where at) {
  Lane& lane = *running;
  lane.out = result;
  lane.argument = row.address;
  meet(lane, transposed ? WarpOp::TransposedMatrices : WarpOp::Matrices, static_cast<uint32_t>(count), at);
}

void mma(float* sum, const uint32_t* a, const uint32_t* b, Where at) {
  Lane& lane = *running;
  lane.in[0] = a;
  lane.in[1] = b;
  lane.out = sum;
  meet(lane, WarpOp::Mma, 0, at);
}

}  // namespace impasto::cuda::shim
