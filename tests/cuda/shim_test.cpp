// Each check of the shim seen to find what it is for.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cuda_shim/launch.h"
#include "intrinsics_params.h"

namespace impasto::cuda {
namespace {

using shim::DeviceMemory;
using shim::KernelError;
using shim::launch;

struct Case {
  Mistake mistake;
  const char* says;  // part of the message
  int blocks = 1;
};

std::string outcomeOf(Mistake mistake, int blocks, uint32_t seed) {
  DeviceMemory memory;
  const auto out = memory.allocate<uint32_t>("out", static_cast<size_t>(blocks) * 64);
  const auto scratch = memory.allocate<uint32_t>("scratch", static_cast<size_t>(blocks) * 64);
  const MistakeParams params{memory.upload("in", std::vector<uint32_t>(128, 7)), out, scratch, mistake};
  try {
    launch(memory,
           {.kernel = "test_mistakes", .grid = {blocks, 1, 1}, .threads = 64, .shared_bytes = 2048, .seed = seed},
           params);
  } catch (const KernelError& error) {
    return error.what();
  }
  return "";
}

TEST(Shim, FindsWhatKernelsMustNotDo) {
  EXPECT_EQ(outcomeOf(Mistake::None, 1, 1), "");
  const Case cases[] = {
      {Mistake::ReadWithoutBarrier, "a race"},
      {Mistake::ReadAcrossWarpsWithWarpBarrier, "a race"},
      {Mistake::WriteAfterRead, "a race"},
      {Mistake::WriteAfterManyReads, "a race"},
      {Mistake::TwoWriters, "a race"},
      {Mistake::MatricesWithoutBarrier, "a race"},
      {Mistake::ReadBeforeWritten, "of shared memory, which was never written"},
      {Mistake::GlobalReadBeforeWritten, "of 'scratch', which was never written"},
      {Mistake::CopyNotWaitedFor, "asynchronous copy of thread"},
      {Mistake::CopyWaitedForTooFew, "asynchronous copy of thread"},
      {Mistake::CopyNotCommitted, "asynchronous copy of thread"},
      {Mistake::CopyWithoutBarrier, "shared memory"},
      {Mistake::CopyOverWhatIsRead, "a race"},
      {Mistake::CopyLeft, "ends while its copy is under way"},
      {Mistake::BarrierSkipped, "has ended"},
      {Mistake::BarriersApart, "waits in syncBlock"},
      {Mistake::WarpApart, "of its warp"},
      {Mistake::WarpLeft, "has ended"},
      {Mistake::BarrierAndWarp, "waits in sync"},
      {Mistake::BehindBuffer, "writes 4 bytes at 256 of 'out', outside its 256 bytes"},
      {Mistake::BeforeBuffer, "reads 4 bytes at -4 of 'in', outside its 512 bytes"},
      {Mistake::NoBuffer, "which is no buffer's"},
      {Mistake::BehindShared, "outside the 2048 bytes of shared memory"},
      {Mistake::BeforeShared, "outside the 2048 bytes of shared memory"},
      {Mistake::CopyBehindBuffer, "outside its 512 bytes"},
      {Mistake::Misaligned, "misaligned by 4"},
      {Mistake::MisalignedShared, "misaligned by 8"},
      {Mistake::MisalignedCopy, "misaligned by 8"},
      {Mistake::MisalignedMatrices, "misaligned by 8"},
      {Mistake::BlocksRace, "a race", 2},
      {Mistake::BlocksReadAndWrite, "'scratch'", 2},
      {Mistake::ReadOnlyWritten, "in this launch"},
      {Mistake::GridNotCooperative, "not launched cooperatively"},
      {Mistake::Requirement, "what it requires is not so"},
  };
  for (const Case& one : cases) {
    for (uint32_t seed = 1; seed < 4; ++seed) {
      const std::string outcome = outcomeOf(one.mistake, one.blocks, seed);
      EXPECT_NE(outcome.find(one.says), std::string::npos) << static_cast<int>(one.mistake) << ": '" << outcome << "'";
      EXPECT_NE(outcome.find("test_mistakes, block ("), std::string::npos) << outcome;
      EXPECT_NE(outcome.find("intrinsics.cu:"), std::string::npos) << outcome;
      if (seed == 1) RecordProperty("mistake_" + std::to_string(static_cast<int>(one.mistake)), outcome);
    }
  }
}

TEST(Shim, RefusesLaunchesThatNoGpuTakes) {
  DeviceMemory memory;
  const PlacesParams params{memory.allocate<int>("out", 64)};
  EXPECT_THROW(launch(memory, {.kernel = "test_nothing"}, params), std::invalid_argument);
  EXPECT_THROW(launch(memory, {.kernel = "test_places", .threads = 128}, params), std::invalid_argument);
  EXPECT_THROW(launch(memory, {.kernel = "test_places", .threads = 48}, params), std::invalid_argument);
  EXPECT_THROW(launch(memory, {.kernel = "test_places", .grid = {0, 1, 1}}, params), std::invalid_argument);
  EXPECT_THROW(launch(memory, {.kernel = "test_places", .shared_bytes = 1 << 20}, params), std::invalid_argument);
  EXPECT_THROW(launch(memory, {.kernel = "test_places"}, MistakeParams{}), std::invalid_argument);
}

TEST(Shim, TellsWhatWasNeverWritten) {
  DeviceMemory memory;
  const auto out = memory.allocate<uint32_t>("out", 65);
  launch(memory, {.kernel = "test_mistakes", .threads = 64, .shared_bytes = 2048},
         MistakeParams{memory.upload("in", std::vector<uint32_t>(128)), out, {}, Mistake::None});
  EXPECT_EQ(memory.download(out, 64)[1], 62u);
  EXPECT_THROW(memory.download(out, 65), std::runtime_error);
  memory.free(out.address);
  EXPECT_THROW(memory.download(out, 64), std::runtime_error);
}

TEST(Shim, CountsWhatAccessesCost) {
  using Kind = shim::Traffic::Kind;
  struct Cost {
    Kind kind;
    uint64_t dense, apart;  // wavefronts or sectors of all requests of a kind, with stride 1 and 8
  };
  // Stride 1: the words of a warp are in all banks, and fill their sectors. Stride 8: word i is in bank 8 i % 32, so
  // eight threads share a bank; of 8 bytes, each half of the warp has four threads at each of four places; rows of 16
  // bytes are 128 bytes apart, all in the same four banks.
  const Cost costs[] = {{Kind::SharedLoad, 1 + 2 + 4, 8 + 2 * 8 + 4 * 8},
                        {Kind::Matrices, 4, 4 * 8},
                        {Kind::GlobalLoad, 4 + 4, 32 + 8},
                        {Kind::Copy, 16, 32},
                        {Kind::CopyIntoShared, 4, 4},
                        {Kind::GlobalStore, 4, 32}};
  for (const int stride : {1, 8}) {
    DeviceMemory memory;
    shim::Traffic traffic;
    const auto in = memory.upload("in", std::vector<uint32_t>(2048));
    launch(memory, {.kernel = "test_traffic", .shared_bytes = 8192, .traffic = &traffic},
           TrafficParams{in, memory.allocate<uint32_t>("out", 256), stride});
    for (const Cost& cost : costs) {
      uint64_t units = 0;
      for (const auto& [place, site] : traffic.kernels().at("test_traffic").places) {
        if (place.second == cost.kind) units += site.units;
      }
      EXPECT_EQ(units, stride == 1 ? cost.dense : cost.apart) << shim::toString(cost.kind) << ", stride " << stride;
    }
    EXPECT_EQ(traffic.kernels().at("test_traffic").shared().ratio() == 1.0, stride == 1) << traffic.table();
  }
}

}  // namespace
}  // namespace impasto::cuda
