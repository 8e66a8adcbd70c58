#include "cuda_shim/shadow.h"

namespace impasto::cuda::shim {

void Shadow::reset(size_t bytes, bool written) {
  Cell cell;
  cell.flags = written ? kWritten : 0u;
  cells_.assign((bytes + kCellBytes - 1) / kCellBytes, cell);
}

void Shadow::markWritten(uint32_t byte, uint32_t bytes) {
  for (uint32_t i = byte / kCellBytes; i < (byte + bytes + kCellBytes - 1) / kCellBytes; ++i)
    cells_[i].flags |= kWritten;
}

// Only the last reader is remembered, so what it shares its phase with is kept as flags.
bool Shadow::readsPrecede(const Cell& cell, const Moment& now) {
  const Stamp& read = cell.read;
  if (read.thread == kNobody || read.grid_phase < now.grid_phase) return true;
  if ((cell.flags & kManyBlocks) != 0 || !read.inBlockOf(now)) return false;
  if (read.block_phase < now.block_phase) return true;
  if ((cell.flags & kManyWarps) != 0 || !read.inWarpOf(now)) return false;
  if (read.warp_phase < now.warp_phase) return true;
  return (cell.flags & kManyThreads) == 0 && read.thread == now.thread;
}

void Shadow::addRead(Cell& cell, const Moment& now, Where at) {
  const Stamp& read = cell.read;
  if (read.thread == kNobody || read.grid_phase < now.grid_phase) {
    cell.flags &= ~(kManyThreads | kManyWarps | kManyBlocks);
  } else if (!read.inBlockOf(now)) {
    cell.flags |= kManyBlocks;
  } else if (read.block_phase < now.block_phase) {
    cell.flags &= ~(kManyThreads | kManyWarps);
  } else if (!read.inWarpOf(now)) {
    cell.flags |= kManyWarps;
  } else if (read.warp_phase < now.warp_phase) {
    cell.flags &= ~kManyThreads;
  } else if (read.thread != now.thread) {
    cell.flags |= kManyThreads;
  }
  cell.read = {now, at};
}

Shadow::Result Shadow::access(const Moment& now, uint32_t first_phase, Access access, uint32_t byte, uint32_t bytes,
                              Where at) {
  const bool writes = access == Access::Write || access == Access::Atomic || access == Access::BeginCopy;
  const bool reads = access != Access::Write && access != Access::BeginCopy;
  const bool alone = access != Access::WarpRead;
  for (uint32_t i = byte / kCellBytes; i < (byte + bytes) / kCellBytes; ++i) {
    Cell& cell = cells_[i];
    const auto found = [&](Finding finding, bool wrote) {
      const Stamp& other = wrote ? cell.write : cell.read;
      const bool many = !wrote && (cell.flags & (kManyThreads | kManyWarps | kManyBlocks)) != 0;
      return Result{finding, i * kCellBytes, other.thread, wrote, many, other.at};
    };
    if ((cell.flags & kInFlight) != 0) return found(Finding::InFlight, true);
    if (access == Access::ReadOnly && cell.write.thread != kNobody && cell.write.grid_phase >= first_phase) {
      return found(Finding::WrittenWhileReadOnly, true);
    }
    if (writes && (cell.flags & kReadOnly) != 0 && cell.read.grid_phase >= first_phase) {
      return found(Finding::WrittenWhileReadOnly, false);
    }
    const bool both_atomic = access == Access::Atomic && (cell.flags & kAtomic) != 0;
    if (!both_atomic && !cell.write.precedes(now, alone)) return found(Finding::Race, true);
    if (reads && (cell.flags & kWritten) == 0) return found(Finding::NeverWritten, true);
    if (writes) {
      if (!readsPrecede(cell, now)) return found(Finding::Race, false);
      cell.write = {now, at};
      cell.flags = (cell.flags & ~kAtomic) | (access == Access::Atomic  ? kWritten | kAtomic
                                              : access == Access::Write ? kWritten
                                                                        : kInFlight);
    } else {
      if (cell.read.grid_phase < first_phase) cell.flags &= ~kReadOnly;
      addRead(cell, now, at);
      if (access == Access::ReadOnly) cell.flags |= kReadOnly;
      if (!alone) cell.flags |= kManyThreads;
    }
  }
  return {};
}

void Shadow::endCopy(const Moment& now, uint32_t byte, uint32_t bytes, Where at) {
  for (uint32_t i = byte / kCellBytes; i < (byte + bytes) / kCellBytes; ++i) {
    cells_[i].write = {now, at};
    cells_[i].flags = (cells_[i].flags & ~kInFlight) | kWritten;
  }
}

}  // namespace impasto::cuda::shim
