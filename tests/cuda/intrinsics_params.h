// Parameters of the kernels in intrinsics.cu.
#pragma once

#include "cuda/device/types.h"

namespace impasto::cuda {

struct PlacesParams {
  Global<int> out;
};

struct MovesParams {
  Global<const uint32_t> in;
  Global<uint32_t> out;
};

struct MmaParams {
  Global<const Half> a, b;
  Global<const float> c;
  Global<float> d;
};

struct CopiesParams {
  Global<const uint32_t> in;
  Global<uint32_t> out;
  int source_bytes;
};

struct GridParams {
  Global<uint32_t> counter, sums, out;
};

struct TrafficParams {
  Global<const uint32_t> in;
  Global<uint32_t> out;
  int stride;
};

enum class Mistake : int {
  None,
  ReadWithoutBarrier,
  ReadAcrossWarpsWithWarpBarrier,
  WriteAfterRead,
  WriteAfterManyReads,
  TwoWriters,
  MatricesWithoutBarrier,
  ReadBeforeWritten,
  GlobalReadBeforeWritten,
  CopyNotWaitedFor,
  CopyWaitedForTooFew,
  CopyNotCommitted,
  CopyWithoutBarrier,
  CopyOverWhatIsRead,
  CopyLeft,
  BarrierSkipped,
  BarriersApart,
  WarpApart,
  WarpLeft,
  BarrierAndWarp,
  BehindBuffer,
  BeforeBuffer,
  NoBuffer,
  BehindShared,
  BeforeShared,
  CopyBehindBuffer,
  Misaligned,
  MisalignedShared,
  MisalignedCopy,
  MisalignedMatrices,
  BlocksRace,
  BlocksReadAndWrite,
  ReadOnlyWritten,
  GridNotCooperative,
  Requirement
};

struct MistakeParams {
  Global<const uint32_t> in;  // 128 words
  Global<uint32_t> out;       // 64 words for each block
  Global<uint32_t> scratch;   // likewise, holding nothing
  Mistake mistake;
};

}  // namespace impasto::cuda
