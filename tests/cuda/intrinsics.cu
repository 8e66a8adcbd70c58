// Kernels that use one intrinsic each, and kernels that break one rule each (shim_test.cpp, intrinsics_test.cpp).
#include "cuda/device/intrinsics.h"
#include "intrinsics_params.h"

using namespace impasto::cuda;

IMPASTO_KERNEL(test_places, PlacesParams, 64, 1) {
  const int block = (blockZ() * gridY() + blockY()) * gridX() + blockX();
  const int at = (block * blockThreads() + thread()) * 4;
  storeGlobal(params.out + at, block * 1000 + thread());
  storeGlobal(params.out + at + 1, lane());
  storeGlobal(params.out + at + 2, gridX() * 100 + gridY() * 10 + gridZ());
  storeGlobal(params.out + at + 3, blockThreads());
}

IMPASTO_KERNEL(test_moves, MovesParams, 32, 1) {
  // Global to shared and back in every size, each thread for another.
  const Shared<uint32_t> words = shared<uint32_t>();
  const int i = thread(), from = (i + 1) % kWarp;
  storeShared(words.as<Words4>() + i, loadReadOnly(params.in.as<const Words4>() + i));
  syncWarp();
  storeGlobal(params.out.as<Words4>() + i, loadShared(words.as<Words4>() + from));
  storeGlobal(params.out.as<Words2>() + 2 * kWarp + i, loadShared(words.as<Words2>() + from));
  storeGlobal(params.out + 6 * kWarp + i, loadShared(words + from));
  storeGlobal(params.out.as<Half>() + 14 * kWarp + i, loadShared(words.as<Half>() + from));
}

IMPASTO_KERNEL(test_shuffles, MovesParams, 32, 1) {
  const uint32_t value = loadGlobal(params.in + lane());
  storeGlobal(params.out + lane(), shuffleXor(value, 5));
  storeGlobal(params.out + 32 + lane(), shuffleDown(value, 3));
  storeGlobal(params.out + 64 + lane(), shuffleIndex(value, (lane() * 7) % 32));
  storeGlobal(params.out + 96 + lane(), bitsAs<uint32_t>(shuffleXor(bitsAs<float>(value), 16)));
}

// in: four matrices of 8 x 8 halves, one after another, in rows.
IMPASTO_KERNEL(test_matrices, MovesParams, 32, 1) {
  const Shared<Words4> rows = shared<Words4>();
  storeShared(rows + lane(), loadGlobal(params.in.as<const Words4>() + lane()));
  syncWarp();
  uint32_t one[1], two[2], four[4], crossed_one[1], crossed_two[2], crossed_four[4];
  loadMatrices(one, rows + lane());
  loadMatrices(two, rows + lane());
  loadMatrices(four, rows + lane());
  loadMatricesTransposed(crossed_one, rows + lane());
  loadMatricesTransposed(crossed_two, rows + lane());
  loadMatricesTransposed(crossed_four, rows + lane());
  const Global<uint32_t> out = params.out + lane() * 14;
  storeGlobal(out, one[0]);
  storeGlobal(out + 7, crossed_one[0]);
  for (int i = 0; i < 2; ++i) {
    storeGlobal(out + 1 + i, two[i]);
    storeGlobal(out + 8 + i, crossed_two[i]);
  }
  for (int i = 0; i < 4; ++i) {
    storeGlobal(out + 3 + i, four[i]);
    storeGlobal(out + 10 + i, crossed_four[i]);
  }
}

// D = A B + C for A 16 x 16, B 16 x 8 (rows of k) in fp16 and C, D 16 x 8 in fp32, fragments filled by hand.
IMPASTO_KERNEL(test_mma, MmaParams, 32, 1) {
  const int g = lane() / 4, t = lane() % 4;
  FragmentA a;
  FragmentB b;
  FragmentC c;
  for (int i = 0; i < 4; ++i) {
    const int row = g + 8 * (i % 2), column = 2 * t + 8 * (i / 2);
    a.half2[i] = loadGlobal((params.a + row * 16 + column).as<const uint32_t>());
  }
  for (int i = 0; i < 2; ++i) {
    const uint32_t low = loadGlobal(params.b + (2 * t + 8 * i) * 8 + g).bits;
    const uint32_t high = loadGlobal(params.b + (2 * t + 8 * i + 1) * 8 + g).bits;
    b.half2[i] = low | high << 16;
  }
  for (int i = 0; i < 4; ++i) c.value[i] = loadGlobal(params.c + (g + 8 * (i / 2)) * 8 + 2 * t + i % 2);
  mma(c, a, b);
  for (int i = 0; i < 4; ++i) storeGlobal(params.d + (g + 8 * (i / 2)) * 8 + 2 * t + i % 2, c.value[i]);
}

// The same through shared memory: A by loadMatrices, B by loadMatricesTransposed from rows of k.
IMPASTO_KERNEL(test_mma_through_shared, MmaParams, 32, 1) {
  const Shared<Half> a_tile = shared<Half>(), b_tile = a_tile + 256;
  copyAsync<16>(a_tile + lane() * 8, params.a + lane() * 8);
  if (lane() < 16) copyAsync<16>(b_tile + lane() * 8, params.b + lane() * 8);
  commitCopies();
  waitCopies<0>();
  syncBlock();
  FragmentA a;
  FragmentB b;
  FragmentC c;
  loadMatrices(a.half2, a_tile + (lane() % 16) * 16 + (lane() / 16) * 8);
  loadMatricesTransposed(b.half2, b_tile + (lane() % 16) * 8);
  const int g = lane() / 4, t = lane() % 4;
  for (int i = 0; i < 4; ++i) c.value[i] = loadGlobal(params.c + (g + 8 * (i / 2)) * 8 + 2 * t + i % 2);
  mma(c, a, b);
  for (int i = 0; i < 4; ++i) storeGlobal(params.d + (g + 8 * (i / 2)) * 8 + 2 * t + i % 2, c.value[i]);
}

// 16, 8 and 4 bytes a thread, of which the source gives `source_bytes`; two groups.
IMPASTO_KERNEL(test_copies, CopiesParams, 32, 1) {
  const Shared<uint32_t> words = shared<uint32_t>();
  copyAsync<16>(words + lane() * 4, params.in + lane() * 4, params.source_bytes);
  commitCopies();
  copyAsync<8>(words + 128 + lane() * 2, params.in + 128 + lane() * 2, minimum(params.source_bytes, 8));
  copyAsync<4>(words + 192 + lane(), params.in + 192 + lane(), minimum(params.source_bytes, 4));
  commitCopies();
  waitCopies<1>();
  const Words4 first = loadShared(words.as<Words4>() + lane());
  waitCopies<0>();
  syncBlock();
  storeGlobal(params.out.as<Words4>() + lane(), first);
  for (int i = 128 + lane(); i < 224; i += kWarp) storeGlobal(params.out + i, loadShared(words + i));
}

// Each block adds the numbers of its threads, then all see the sum.
IMPASTO_KERNEL(test_grid, GridParams, 64, 1) {
  for (int round = 0; round < 3; ++round) {
    atomicAddGlobal(params.sums + round, static_cast<uint32_t>(thread() + blockX()));
    syncGrid(params.counter);
    const int at = (round * gridX() + blockX()) * blockThreads() + thread();
    storeGlobal(params.out + at, loadGlobal(params.sums + round));
  }
}

// out: per thread five words.
IMPASTO_KERNEL(test_arithmetic, MovesParams, 64, 1) {
  const int at = blockX() * blockThreads() + thread();
  const Half2 a = loadGlobal(params.in.as<const Half2>() + 2 * at),
              b = loadGlobal(params.in.as<const Half2>() + 2 * at + 1);
  const Float2 x = toFloat2(a), y = toFloat2(b);
  storeGlobal(params.out + at * 6, addHalf2(a, b).bits);
  storeGlobal(params.out + at * 6 + 1, multiplyHalf2(a, b).bits);
  storeGlobal(params.out + at * 6 + 2, maximumHalf2(a, b).bits);
  storeGlobal(params.out + at * 6 + 3, minimumHalf2(a, b).bits);
  storeGlobal(params.out + at * 6 + 4, toHalf2(x.x * y.x * 3.0f, x.y + y.y).bits);
  storeGlobal(params.out + at * 6 + 5, bitsAs<uint32_t>(divide(1.0f, 1.0f + exponential(-x.x))));
}

// Accesses of which it is known what they cost; one a line.
IMPASTO_KERNEL(test_traffic, TrafficParams, 32, 1) {
  const Shared<uint32_t> words = shared<uint32_t>();
  const int stride = params.stride;
  for (int i = lane(); i < 2048; i += kWarp) storeShared(words + i, 0u);
  syncWarp();
  uint32_t sum = loadShared(words + lane() * stride);
  sum += loadShared((words + lane() * stride * 2).as<Words2>()).word[0];
  sum += loadShared((words + lane() % 8 * stride * 4).as<Words4>()).word[0];
  uint32_t matrices[4];
  loadMatrices(matrices, words + lane() % 8 * stride * 4);
  sum += loadGlobal(params.in + lane() * stride);
  sum += loadReadOnly((params.in + lane() % 8 * stride * 4).as<const Words4>()).word[0];
  copyAsync<16>(words + 1024 + lane() * 4, params.in + lane() * 4 * stride);
  commitCopies();
  waitCopies<0>();
  storeGlobal(params.out + lane() * stride, sum + matrices[0]);
}

// What a kernel must not do; `mistake` says which.
IMPASTO_KERNEL(test_mistakes, MistakeParams, 64, 1) {
  const Shared<uint32_t> words = shared<uint32_t>();
  const Global<uint32_t> global = params.out;
  const int i = thread();
  const uint32_t value = static_cast<uint32_t>(i);
  switch (params.mistake) {
    case Mistake::None:
      storeShared(words + i, value);
      syncBlock();
      storeGlobal(global + i, loadShared(words + (63 - i)));
      break;
    case Mistake::ReadWithoutBarrier:
      storeShared(words + i, 0u);
      syncBlock();
      storeShared(words + i, value);
      storeGlobal(global + i, loadShared(words + (63 - i)));
      break;
    case Mistake::ReadAcrossWarpsWithWarpBarrier:
      storeShared(words + i, 0u);
      syncBlock();
      storeShared(words + i, value);
      syncWarp();
      storeGlobal(global + i, loadShared(words + (63 - i)));
      break;
    case Mistake::WriteAfterRead:
      storeShared(words + i, value);
      syncBlock();
      storeGlobal(global + i, loadShared(words + (63 - i)));
      storeShared(words + i, value + 1);
      break;
    case Mistake::WriteAfterManyReads:
      if (i < 4) storeShared(words + i, value);
      syncBlock();
      storeGlobal(global + i, loadShared(words + i % 4));
      if (i < 4) storeShared(words + i, value);
      break;
    case Mistake::TwoWriters:
      storeShared(words + i / 2, value);
      break;
    case Mistake::MatricesWithoutBarrier: {
      storeShared(words.as<Words4>() + i, Words4{});
      uint32_t result[4];
      loadMatrices(result, words.as<Words4>() + i);
      storeGlobal(global + i, result[0]);
      break;
    }
    case Mistake::ReadBeforeWritten:
      storeGlobal(global + i, loadShared(words + i));
      break;
    case Mistake::GlobalReadBeforeWritten:
      storeGlobal(global + i, loadGlobal(params.scratch + i));
      break;
    case Mistake::CopyNotWaitedFor:
      copyAsync<4>(words + i, params.in + i);
      commitCopies();
      storeGlobal(global + i, loadShared(words + i));
      break;
    case Mistake::CopyWaitedForTooFew:
      copyAsync<4>(words + i, params.in + i);
      commitCopies();
      copyAsync<4>(words + 64 + i, params.in + i);
      commitCopies();
      waitCopies<1>();
      storeGlobal(global + i, loadShared(words + 64 + i));
      break;
    case Mistake::CopyNotCommitted:
      copyAsync<4>(words + i, params.in + i);
      waitCopies<0>();
      storeGlobal(global + i, loadShared(words + i));
      break;
    case Mistake::CopyWithoutBarrier:
      copyAsync<4>(words + i, params.in + i);
      commitCopies();
      waitCopies<0>();
      storeGlobal(global + i, loadShared(words + (63 - i)));
      break;
    case Mistake::CopyOverWhatIsRead:
      storeShared(words + i, value);
      syncBlock();
      storeGlobal(global + i, loadShared(words + (63 - i)));
      copyAsync<4>(words + i, params.in + i);
      commitCopies();
      waitCopies<0>();
      break;
    case Mistake::CopyLeft:
      copyAsync<4>(words + i, params.in + i);
      break;
    case Mistake::BarrierSkipped:
      if (i != 5) syncBlock();
      break;
    case Mistake::BarriersApart:
      if (i < 32) {
        syncBlock();
      } else {
        syncBlock();
      }
      break;
    case Mistake::WarpApart:
      if (i % 2 == 0) {
        syncWarp();
      } else {
        storeGlobal(global + i, shuffleXor(value, 1));
      }
      break;
    case Mistake::WarpLeft:
      if (i % 2 == 0) storeGlobal(global + i, shuffleXor(value, 1));
      break;
    case Mistake::BarrierAndWarp:
      if (i == 3) {
        syncBlock();
      } else {
        syncWarp();
      }
      break;
    case Mistake::BehindBuffer:
      storeGlobal(global + i + 1, value);
      break;
    case Mistake::BeforeBuffer:
      storeGlobal(global + i, loadGlobal(params.in + (i - 1)));
      break;
    case Mistake::NoBuffer:
      storeGlobal(Global<uint32_t>::of(16), value);
      break;
    case Mistake::BehindShared:
      storeShared(words + 1024, value);
      break;
    case Mistake::BeforeShared:
      storeShared(words + -1, value);
      break;
    case Mistake::CopyBehindBuffer:
      copyAsync<16>(words + 4 * i, params.in + 4 * i);
      commitCopies();
      waitCopies<0>();
      break;
    case Mistake::Misaligned:
      storeGlobal((global + 1).as<Words2>(), Words2{});
      break;
    case Mistake::MisalignedShared:
      storeShared((words + 2 * i).as<Words4>(), Words4{});
      break;
    case Mistake::MisalignedCopy:
      copyAsync<16>(words + 2, params.in, 0);
      break;
    case Mistake::MisalignedMatrices: {
      uint32_t result[1];
      loadMatrices(result, words + 2);
      break;
    }
    case Mistake::BlocksRace:
      storeGlobal(global + i, value);  // each block the same
      break;
    case Mistake::BlocksReadAndWrite:
      storeGlobal(params.scratch + blockX() * 64 + i, value);
      storeGlobal(global + blockX() * 64 + i, loadGlobal(params.scratch + (1 - blockX()) * 64 + i));
      break;
    case Mistake::ReadOnlyWritten:
      storeGlobal(global + i, value);
      syncBlock();
      storeGlobal(global + i, loadReadOnly(global + (63 - i)));
      break;
    case Mistake::GridNotCooperative:
      syncGrid(params.scratch);
      break;
    case Mistake::Requirement:
      require(i < 10);
      break;
  }
}
