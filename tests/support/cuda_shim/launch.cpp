#include "cuda_shim/launch.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <numeric>
#include <random>

#include "cuda_shim/grid.h"

namespace impasto::cuda::shim {

constinit thread_local Position position = {};
constinit thread_local Lane* running = nullptr;

namespace {

constexpr int kMostSharedBytes = 227 * 1024;  // of any device
constexpr size_t kMostParameterBytes = 4096;

std::map<std::string, Kernel>& kernels() {
  static std::map<std::string, Kernel> table;
  return table;
}

std::string nameOf(const Block& block) {
  return "block (" + std::to_string(block.index[0]) + ", " + std::to_string(block.index[1]) + ", " +
         std::to_string(block.index[2]) + ")";
}

void go(Lane& from, Lane* to, bool for_good) {
  if (to == nullptr) {
    running = nullptr;
    Fibre::change(from.fibre, from.block->grid->home, for_good);
  } else {
    const Block& block = *to->block;
    running = to;
    position.thread = static_cast<int>(to->thread);
    for (int i = 0; i < 3; ++i) position.block[i] = block.index[static_cast<size_t>(i)];
    Fibre::change(from.fibre, to->fibre, for_good);
  }
}

Lane* readyIn(Block& block) {
  for (const uint32_t w : block.order) {
    const uint32_t ready = block.warps[w].ready;
    if (ready != 0) return &block.lanes[w * kWarp + static_cast<uint32_t>(std::countr_zero(ready))];
  }
  return nullptr;
}

// Its own warp first, so that a warp's threads meet with few switches.
Lane* nextAfter(Lane& lane) {
  Block& block = *lane.block;
  const uint32_t ready = block.warpOf(lane).ready, index = lane.thread % kWarp;
  if (ready != 0) {
    const uint32_t behind = index == kWarp - 1 ? 0 : ready & (kWholeWarp << (index + 1));
    return &block.lanes[lane.thread - index + static_cast<uint32_t>(std::countr_zero(behind != 0 ? behind : ready))];
  }
  if (Lane* other = readyIn(block)) return other;
  std::deque<Block>& blocks = block.grid->blocks;
  for (Block& candidate : blocks) {
    if (&candidate == &block) continue;
    if (Lane* other = readyIn(candidate)) return other;
  }
  return nullptr;
}

void release(Block& block) {
  for (uint32_t i = 0; i < block.warps.size(); ++i) {
    block.warps[i].ready = kWholeWarp & ~block.warps[i].ended;
    ++block.warps[i].phase;
    countTraffic(block, i);
  }
  ++block.phase;
}

void enter() {
  Fibre::arrived();
  Lane& lane = *running;
  Block& block = *lane.block;
  Grid& grid = *block.grid;
  try {
    grid.kernel.run(grid.parameters);
    if (lane.arrived_copies < lane.copies.size()) {
      fail(lane, "ends while its copy is under way, begun", lane.copies[lane.arrived_copies].at);
    }
    const Warp& warp = block.warpOf(lane);
    const bool left = warp.arrived != 0 || block.arrived != 0 || grid.arrived != 0;
    for (size_t i = 0; left && i < block.lanes.size(); ++i) {
      const Lane& other = block.lanes[i];
      const bool apart = other.state == Lane::State::AtWarp && i / kWarp != lane.thread / kWarp;
      if (waits(other) && !apart)
        failIn(block, nameOf(lane) + " has ended, but " + nameOf(other) + " " + placeOf(other));
    }
  } catch (...) {
    grid.error = std::current_exception();
  }
  const uint32_t bit = 1u << lane.thread % kWarp;
  Warp& warp = block.warpOf(lane);
  warp.ready &= ~bit;
  warp.ended |= bit;
  ++block.ended;
  lane.state = Lane::State::Ended;
  go(lane, grid.error ? nullptr : nextAfter(lane), true);
}

void start(Grid& grid, Block& block, uint32_t number, std::byte* stacks, std::mt19937& random) {
  const Launch& launch = grid.launch;
  const auto threads = static_cast<uint32_t>(launch.threads);
  const auto width = static_cast<uint32_t>(launch.grid[0]), height = static_cast<uint32_t>(launch.grid[1]);
  block.grid = &grid;
  block.number = number;
  block.index = {static_cast<int>(number % width), static_cast<int>(number / width % height),
                 static_cast<int>(number / width / height)};
  block.memory.assign(static_cast<size_t>(launch.shared_bytes), kPoison);
  block.shadow.reset(block.memory.size(), false);
  block.warps.assign(threads / kWarp, {});
  block.order.resize(block.warps.size());
  std::iota(block.order.begin(), block.order.end(), 0u);
  std::shuffle(block.order.begin(), block.order.end(), random);
  block.phase = block.arrived = block.ended = 0;
  if (block.lanes.empty()) block.lanes = std::vector<Lane>(threads);
  for (uint32_t i = 0; i < threads; ++i) {
    Lane& lane = block.lanes[i];
    lane.block = &block;
    lane.thread = i;
    lane.state = Lane::State::Running;
    lane.copies.clear();
    lane.groups.clear();
    lane.arrived_copies = lane.arrived_groups = lane.uncommitted = 0;
    lane.requests.clear();
    lane.fibre.prepare(stacks + i * StackPool::kStackBytes, StackPool::kStackBytes, enter);
  }
}

// Until no thread of the blocks can go on.
void runThreads(Grid& grid, Block& first) {
  Lane* lane = readyIn(first);
  running = lane;
  position.thread = static_cast<int>(lane->thread);
  for (size_t i = 0; i < 3; ++i) position.block[i] = first.index[i];
  Fibre::change(grid.home, lane->fibre);
  if (grid.error) std::rethrow_exception(grid.error);
  for (Block& block : grid.blocks) {
    if (block.done()) {
      for (uint32_t i = 0; i < block.warps.size(); ++i) countTraffic(block, i);
      continue;
    }
    std::string what = "nobody can go on";
    for (const Lane::State state :
         {Lane::State::Ended, Lane::State::AtWarp, Lane::State::AtBlock, Lane::State::AtGrid}) {
      for (const Lane& one : block.lanes) {
        if (one.state != state) continue;
        what += "; " + shim::nameOf(one) + " " + placeOf(one);
        break;
      }
    }
    failIn(block, what);
  }
}

void check(const Launch& launch, const Kernel& kernel, size_t parameter_bytes) {
  const auto refuse = [&](const std::string& what) { throw std::invalid_argument(launch.kernel + ": " + what); };
  if (launch.threads <= 0 || launch.threads > kernel.threads || launch.threads % kWarp != 0 ||
      launch.threads > static_cast<int>(kMostBlockThreads)) {
    refuse(std::to_string(launch.threads) + " threads in a block, it is for " + std::to_string(kernel.threads));
  }
  if (launch.grid[0] <= 0 || launch.grid[1] <= 0 || launch.grid[2] <= 0 || launch.grid[1] > 65535 ||
      launch.grid[2] > 65535) {
    refuse("a grid of " + std::to_string(launch.grid[0]) + " x " + std::to_string(launch.grid[1]) + " x " +
           std::to_string(launch.grid[2]) + " blocks");
  }
  if (launch.shared_bytes < 0 || launch.shared_bytes > kMostSharedBytes) {
    refuse(std::to_string(launch.shared_bytes) + " bytes of shared memory");
  }
  if (parameter_bytes != kernel.parameter_bytes || parameter_bytes > kMostParameterBytes) {
    refuse(std::to_string(parameter_bytes) + " bytes of parameters, it takes " +
           std::to_string(kernel.parameter_bytes));
  }
}

}  // namespace

Registered::Registered(const char* name, const Kernel& kernel) {
  if (!kernels().emplace(name, kernel).second) throw std::logic_error(std::string("two kernels named ") + name);
}

const Kernel& findKernel(const std::string& name) {
  const auto found = kernels().find(name);
  if (found == kernels().end()) throw std::invalid_argument("no kernel is named '" + name + "'");
  return found->second;
}

std::string toString(Where at) {
  const std::string file = at.file_name();
  return file.substr(file.find_last_of('/') + 1) + ":" + std::to_string(at.line());
}

bool same(const Where& a, const Where& b) {
  return a.line() == b.line() && a.column() == b.column() &&
         (a.file_name() == b.file_name() || std::strcmp(a.file_name(), b.file_name()) == 0);
}

std::string nameOf(const Lane& lane) { return "thread " + std::to_string(lane.thread); }

[[noreturn]] void failIn(const Block& block, const std::string& what) {
  throw KernelError(block.grid->launch.kernel + ", " + nameOf(block) + ": " + what);
}

[[noreturn]] void fail(const Lane& lane, const std::string& what, Where at) {
  failIn(*lane.block, nameOf(lane) + " " + what + " at " + toString(at));
}

const char* nameOf(WarpOp op) {
  switch (op) {
    case WarpOp::SyncWarp:
      return "syncWarp";
    case WarpOp::Shuffle:
      return "a shuffle";
    case WarpOp::Matrices:
      return "loadMatrices";
    case WarpOp::TransposedMatrices:
      return "loadMatricesTransposed";
    case WarpOp::Mma:
      return "mma";
  }
  return "";
}

std::string placeOf(const Lane& lane) {
  switch (lane.state) {
    case Lane::State::Running:
      return "runs";
    case Lane::State::AtWarp:
      return "waits in " + std::string(nameOf(lane.block->warpOf(lane).op)) + " at " + toString(lane.at);
    case Lane::State::AtBlock:
      return "waits in syncBlock at " + toString(lane.at);
    case Lane::State::AtGrid:
      return "waits in syncGrid at " + toString(lane.at);
    case Lane::State::Ended:
      return "has ended";
  }
  return "";
}

Moment momentOf(const Lane& lane) {
  Block& block = *lane.block;
  return {threadName(block.number, lane.thread), block.warpOf(lane).phase, block.grid->phase,
          static_cast<uint16_t>(block.phase)};
}

bool waits(const Lane& lane) {
  return lane.state != Lane::State::Ended && (lane.block->warpOf(lane).ready & 1u << lane.thread % kWarp) == 0;
}

void wait(Lane& lane, Lane::State state, Where at) {
  Warp& warp = lane.block->warpOf(lane);
  warp.ready &= ~(1u << lane.thread % kWarp);
  lane.state = state;
  lane.at = at;
  go(lane, nextAfter(lane), false);
  lane.state = Lane::State::Running;
}

void fail(const std::string& what, Where at) { fail(*running, what, at); }

void syncBlock(Where at) {
  Lane& lane = *running;
  Block& block = *lane.block;
  if (block.arrived == 0) block.at = at;
  if (!same(block.at, at) || block.ended != 0) {
    for (const Lane& other : block.lanes) {
      if (other.state != Lane::State::Ended && !(other.state == Lane::State::AtBlock && waits(other))) continue;
      fail(lane, "waits in syncBlock, but " + nameOf(other) + " " + placeOf(other) + ";", at);
    }
  }
  if (++block.arrived < block.lanes.size()) return wait(lane, Lane::State::AtBlock, at);
  block.arrived = 0;
  release(block);
}

void syncGrid(Global<uint32_t> counter, Where at) {
  Lane& lane = *running;
  Grid& grid = *lane.block->grid;
  if (!grid.launch.cooperative) fail(lane, "waits for the grid, which was not launched cooperatively,", at);
  if (grid.arrived == 0) {
    grid.at = at;
    grid.counter = counter;
  }
  if (!same(grid.at, at) || grid.counter.address != counter.address) {
    fail(lane, "is in syncGrid, but another thread is so at " + toString(grid.at) + " or with another counter;", at);
  }
  if (++grid.arrived < grid.blocks.size() * lane.block->lanes.size()) return wait(lane, Lane::State::AtGrid, at);
  uint32_t value;
  std::byte* memory = globalBytes(lane, counter.address, sizeof(value), Access::Atomic, "counts in", at);
  std::memcpy(&value, memory, sizeof(value));
  if ((value & 0x7FFFFFFFu) != 0) fail(lane, "finds a counter in use for something else", at);
  value ^= 0x80000000u;
  std::memcpy(memory, &value, sizeof(value));
  grid.arrived = 0;
  grid.phase = grid.memory.nextGridPhase();
  for (Block& block : grid.blocks) release(block);
}

void launch(DeviceMemory& memory, const Launch& launch, const void* parameters, size_t parameter_bytes) {
  const Kernel& kernel = findKernel(launch.kernel);
  check(launch, kernel, parameter_bytes);
  if (running != nullptr) throw std::logic_error("a kernel that launches a kernel");
  static thread_local StackPool stacks;
  const auto threads = static_cast<size_t>(launch.threads);
  const size_t blocks =
      static_cast<size_t>(launch.grid[0]) * static_cast<size_t>(launch.grid[1]) * static_cast<size_t>(launch.grid[2]);
  Grid grid(memory, launch, kernel, parameters);
  grid.first_phase = grid.phase = memory.nextGridPhase();
  position.block_threads = launch.threads;
  for (size_t i = 0; i < 3; ++i) position.grid[i] = launch.grid[i];
  std::mt19937 random(launch.seed);
  std::vector<uint32_t> order(blocks);
  std::iota(order.begin(), order.end(), 0u);
  std::shuffle(order.begin(), order.end(), random);
  if (launch.traffic != nullptr) launch.traffic->addLaunch(launch.kernel);
  const size_t alive = launch.cooperative ? blocks : 1;
  stacks.reserve(alive * threads);
  grid.blocks.resize(alive);
  try {
    if (launch.cooperative) {
      for (size_t i = 0; i < blocks; ++i) start(grid, grid.blocks[i], order[i], stacks.stack(i * threads), random);
      runThreads(grid, grid.blocks[0]);
    } else {
      for (const uint32_t number : order) {
        start(grid, grid.blocks[0], number, stacks.stack(0), random);
        runThreads(grid, grid.blocks[0]);
      }
    }
  } catch (...) {
    running = nullptr;
    throw;
  }
}

}  // namespace impasto::cuda::shim
