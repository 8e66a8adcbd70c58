// A launch under way, for the shim's own files: who is where. launch.cpp decides who runs, warp.cpp does what a warp
// does together, accesses.cpp what touches memory.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <string>
#include <vector>

#include "cuda/device/intrinsics.h"
#include "cuda_shim/fibre.h"
#include "cuda_shim/launch.h"
#include "cuda_shim/shadow.h"
#include "cuda_shim/traffic.h"

namespace impasto::cuda::shim {

inline constexpr uint32_t kWholeWarp = 0xFFFFFFFFu;
inline constexpr std::byte kPoison{0xFF};  // NaN in fp16 and fp32

struct Block;
struct Grid;

struct Copy {
  uint32_t to = 0, bytes = 0;
  Words4 data = {};
  Where at;
};

struct Lane {
  enum class State : uint8_t { Running, AtWarp, AtBlock, AtGrid, Ended };

  Fibre fibre;
  Block* block = nullptr;
  uint32_t thread = 0;
  State state = State::Running;  // where it waits, or waited until it was released (waits())
  Where at;                      // likewise

  // What a collective reads and writes.
  const void* in[3] = {};
  void* out = nullptr;
  uint32_t argument = 0;

  std::vector<Copy> copies;    // of which the first `arrived_copies` have arrived
  std::vector<size_t> groups;  // how many of them each committed group has; likewise
  size_t arrived_copies = 0, arrived_groups = 0, uncommitted = 0;

  struct Request {
    Where at;
    Traffic::Kind kind;
    Traffic::Part part;
  };
  std::vector<Request> requests;  // since its warp's were counted
};

struct Warp {
  uint32_t ready = kWholeWarp, arrived = 0, ended = 0;  // lanes as bits
  uint32_t phase = 0;
  WarpOp op = WarpOp::SyncWarp;
  uint32_t count = 0;  // of matrices
  Where at;
};

struct Block {
  Grid* grid = nullptr;
  uint32_t number = 0;
  std::array<int, 3> index = {};
  std::vector<std::byte> memory;  // shared
  Shadow shadow;
  std::vector<Warp> warps;
  std::vector<uint32_t> order;  // in which warps are looked for
  std::vector<Lane> lanes;
  uint32_t phase = 0;
  uint32_t arrived = 0, ended = 0;  // threads, at syncBlock() and at the end
  Where at;

  Warp& warpOf(const Lane& lane) { return warps[lane.thread / kWarp]; }
  bool done() const { return ended == lanes.size(); }
};

struct Grid {
  Grid(DeviceMemory& in, const Launch& what, const Kernel& runs, const void* with)
      : memory(in), launch(what), kernel(runs), parameters(with) {}

  DeviceMemory& memory;
  const Launch& launch;
  const Kernel& kernel;
  const void* parameters;
  uint32_t first_phase = 0, phase = 0;
  std::deque<Block> blocks;  // alive
  uint32_t arrived = 0;      // threads at syncGrid()
  Where at;
  Global<uint32_t> counter = {};
  Fibre home;
  std::exception_ptr error;
};

extern constinit thread_local Lane* running;

[[noreturn]] void failIn(const Block& block, const std::string& what);
[[noreturn]] void fail(const Lane& lane, const std::string& what, Where at);
std::string nameOf(const Lane& lane);
std::string placeOf(const Lane& lane);
const char* nameOf(WarpOp op);
bool same(const Where& a, const Where& b);
Moment momentOf(const Lane& lane);

bool waits(const Lane& lane);
// Marks the running thread as waiting and runs others; returns when somebody released it.
void wait(Lane& lane, Lane::State state, Where at);

// Of a thread, with all checks: `bytes` of shared memory at `address`.
std::byte* sharedBytes(const Lane& lane, uint32_t address, uint32_t bytes, const char* does, Where at);
void touchShared(const Lane& lane, Access access, uint32_t address, uint32_t bytes, Where at);
std::byte* globalBytes(const Lane& lane, uint64_t address, uint32_t bytes, Access access, const char* does, Where at);
void note(Lane& lane, Traffic::Kind kind, uint64_t address, uint32_t bytes, Where at);
// What a warp's threads have asked for since the last time goes to the launch's Traffic, if it has one.
void countTraffic(Block& block, uint32_t warp);

}  // namespace impasto::cuda::shim
