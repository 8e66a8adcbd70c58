// Who touched memory last, and whether a barrier lies between: the checks of one memory (a block's shared memory, or a
// buffer in global memory during one launch).
//
// Two accesses of which one writes are in order if one thread made both, if a syncWarp() lies between and one warp made
// both, if a syncBlock() lies between and one block did, or a syncGrid(); else they race, in whatever order the shim
// happened to run them. Memory is watched in cells of two bytes.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda_shim/where.h"

namespace impasto::cuda::shim {

inline constexpr uint32_t kCellBytes = 2;

// A thread of the grid: its block's number and its own number in the block.
inline constexpr uint32_t kMostBlockThreads = 1024;
constexpr uint32_t threadName(uint32_t block, uint32_t thread) { return block * kMostBlockThreads + thread; }
constexpr uint32_t blockOf(uint32_t name) { return name / kMostBlockThreads; }
constexpr uint32_t threadOf(uint32_t name) { return name % kMostBlockThreads; }

// One thread at one moment: its name, and how often its warp, its block and the grid were synchronised.
struct Moment {
  uint32_t thread = 0;
  uint32_t warp_phase = 0;
  uint32_t grid_phase = 0;  // counted on from launch to launch: kernels run one after another
  uint16_t block_phase = 0;

  bool inBlockOf(const Moment& other) const { return blockOf(thread) == blockOf(other.thread); }
  bool inWarpOf(const Moment& other) const { return thread / 32 == other.thread / 32; }
};

enum class Access : uint8_t {
  Read,
  ReadOnly,  // as memory that nothing writes during the launch
  WarpRead,  // by a thread for its whole warp: what any thread of the warp wrote needs a syncWarp() between
  Write,
  Atomic,
  BeginCopy  // from now on under way, until endCopy()
};

class Shadow {
 public:
  enum class Finding : uint8_t { None, Race, InFlight, NeverWritten, WrittenWhileReadOnly };

  struct Result {
    Finding finding = Finding::None;
    uint32_t byte = 0;         // where, from the beginning
    uint32_t other = 0;        // the other thread
    bool other_wrote = false;  // or read
    bool many = false;         // threads read it, of which `other` is the last
    Where at;                  // where the other did
  };

  // Everything untouched; `written`: from the beginning on (inputs), else to read it is an error until it was written.
  void reset(size_t bytes, bool written);

  // `byte` and `bytes` are within, and even; the launch began in grid phase `first_phase`.
  Result access(const Moment& now, uint32_t first_phase, Access access, uint32_t byte, uint32_t bytes, Where at);

  // What BeginCopy began arrives.
  void endCopy(const Moment& now, uint32_t byte, uint32_t bytes, Where at);

  bool isWritten(uint32_t byte) const { return (cells_[byte / kCellBytes].flags & kWritten) != 0; }
  size_t bytes() const { return cells_.size() * kCellBytes; }
  void markWritten(uint32_t byte, uint32_t bytes);

 private:
  static constexpr uint32_t kNobody = UINT32_MAX;
  enum Flag : uint32_t {
    kWritten = 1,
    kInFlight = 2,
    kAtomic = 4,        // the last write was
    kReadOnly = 8,      // read as memory that nothing writes
    kManyThreads = 16,  // of the reader's warp read since it was synchronised
    kManyWarps = 32,    // of its block
    kManyBlocks = 64
  };

  struct Stamp : Moment {
    Where at;

    bool precedes(const Moment& now, bool alone) const {
      return thread == kNobody || (alone && thread == now.thread) || grid_phase < now.grid_phase ||
             (inBlockOf(now) && block_phase < now.block_phase) || (inWarpOf(now) && warp_phase < now.warp_phase);
    }
  };
  struct Cell {
    Stamp write{{kNobody}, {}}, read{{kNobody}, {}};
    uint32_t flags = 0;
  };

  static bool readsPrecede(const Cell& cell, const Moment& now);
  static void addRead(Cell& cell, const Moment& now, Where at);

  std::vector<Cell> cells_;
};

}  // namespace impasto::cuda::shim
