#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include "cuda_shim/grid.h"

namespace impasto::cuda::shim {
namespace {

[[noreturn]] void failOf(const Lane& lane, const Shadow::Result& result, const std::string& memory, Access access,
                         Where at) {
  const bool writes = access == Access::Write || access == Access::Atomic || access == Access::BeginCopy;
  const uint32_t block = blockOf(result.other);
  const std::string other = (block == lane.block->number ? "thread " : "block " + std::to_string(block) + ", thread ") +
                            std::to_string(threadOf(result.other)) + (result.many ? " and others" : "");
  const std::string where = "byte " + std::to_string(result.byte) + " of " + memory;
  const std::string does = writes ? "writes " : access == Access::WarpRead ? "reads for its warp " : "reads ";
  switch (result.finding) {
    case Shadow::Finding::Race:
      fail(lane,
           does + where + ", which " + other + (result.other_wrote ? " wrote" : " read") +
               " with no barrier between (" + toString(result.at) + "), a race,",
           at);
    case Shadow::Finding::InFlight:
      fail(
          lane,
          does + where + ", to which an asynchronous copy of " + other + " is under way (" + toString(result.at) + "),",
          at);
    case Shadow::Finding::NeverWritten:
      fail(lane, "reads " + where + ", which was never written,", at);
    case Shadow::Finding::WrittenWhileReadOnly:
      fail(lane,
           does + where + ", which " + other + (result.other_wrote ? " wrote" : " read as read-only memory") +
               " in this launch (" + toString(result.at) + "),",
           at);
    case Shadow::Finding::None:
      break;
  }
  std::abort();
}

void checkAlignment(const Lane& lane, uint64_t address, uint32_t bytes, const char* does, Where at) {
  if (address % bytes != 0) {
    fail(lane,
         std::string(does) + " " + std::to_string(bytes) + " bytes at an address that is misaligned by " +
             std::to_string(address % bytes),
         at);
  }
}

}  // namespace

std::byte* sharedBytes(const Lane& lane, uint32_t address, uint32_t bytes, const char* does, Where at) {
  Block& block = *lane.block;
  checkAlignment(lane, address, bytes, does, at);
  if (uint64_t{address} + bytes > block.memory.size()) {
    fail(lane,
         std::string(does) + " " + std::to_string(bytes) + " bytes at " +
             std::to_string(static_cast<int32_t>(address)) + ", outside the " + std::to_string(block.memory.size()) +
             " bytes of shared memory,",
         at);
  }
  return block.memory.data() + address;
}

std::byte* globalBytes(const Lane& lane, uint64_t address, uint32_t bytes, Access access, const char* does, Where at) {
  Grid& grid = *lane.block->grid;
  const DeviceMemory::Place place = grid.memory.find(address);
  if (place.buffer == nullptr) {
    fail(lane, std::string(does) + " at address " + std::to_string(address) + ", which is no buffer's,", at);
  }
  const DeviceMemory::Buffer& buffer = *place.buffer;
  if (buffer.freed) fail(lane, std::string(does) + " '" + buffer.name + "', which was freed,", at);
  checkAlignment(lane, address, bytes, does, at);
  if (place.byte < 0 || static_cast<uint64_t>(place.byte) + bytes > buffer.bytes.size()) {
    fail(lane,
         std::string(does) + " " + std::to_string(bytes) + " bytes at " + std::to_string(place.byte) + " of '" +
             buffer.name + "', outside its " + std::to_string(buffer.bytes.size()) + " bytes,",
         at);
  }
  const auto byte = static_cast<uint32_t>(place.byte);
  const Shadow::Result result = place.buffer->shadow.access(momentOf(lane), grid.first_phase, access, byte, bytes, at);
  if (result.finding != Shadow::Finding::None) {
    failOf(lane, result, "'" + buffer.name + "'", access, at);
  }
  return place.buffer->bytes.data() + byte;
}

void touchShared(const Lane& lane, Access access, uint32_t address, uint32_t bytes, Where at) {
  Block& block = *lane.block;
  const Shadow::Result result =
      block.shadow.access(momentOf(lane), block.grid->first_phase, access, address, bytes, at);
  if (result.finding != Shadow::Finding::None) failOf(lane, result, "shared memory", access, at);
}

void note(Lane& lane, Traffic::Kind kind, uint64_t address, uint32_t bytes, Where at) {
  if (lane.block->grid->launch.traffic != nullptr) lane.requests.push_back({at, kind, {address, bytes}});
}

void countTraffic(Block& block, uint32_t warp) {
  Traffic* traffic = block.grid->launch.traffic;
  if (traffic == nullptr) return;
  // By place and by how often its thread has been there.
  using Place = std::tuple<const char*, uint32_t, uint32_t, Traffic::Kind, uint32_t>;
  std::map<Place, std::pair<Where, std::vector<Traffic::Part>>> requests;
  for (uint32_t i = warp * kWarp; i < (warp + 1) * kWarp; ++i) {
    std::map<Place, uint32_t> visits;
    for (const Lane::Request& request : block.lanes[i].requests) {
      Place place{request.at.file_name(), request.at.line(), request.at.column(), request.kind, 0};
      std::get<4>(place) = visits[place]++;
      auto& [at, parts] = requests[place];
      at = request.at;
      parts.push_back(request.part);
    }
    block.lanes[i].requests.clear();
  }
  for (const auto& [place, request] : requests) {
    traffic->add(block.grid->launch.kernel, request.first, std::get<3>(place), request.second);
  }
}

// --- What intrinsics_host.h calls.

void load(Global<const void> from, void* to, uint32_t bytes, bool read_only, Where at) {
  Lane& lane = *running;
  const Access access = read_only ? Access::ReadOnly : Access::Read;
  std::memcpy(to, globalBytes(lane, from.address, bytes, access, "reads", at), bytes);
  note(lane, Traffic::Kind::GlobalLoad, from.address, bytes, at);
}

void store(Global<void> to, const void* from, uint32_t bytes, Where at) {
  Lane& lane = *running;
  std::memcpy(globalBytes(lane, to.address, bytes, Access::Write, "writes", at), from, bytes);
  note(lane, Traffic::Kind::GlobalStore, to.address, bytes, at);
}

void load(Shared<void> from, void* to, uint32_t bytes, Where at) {
  Lane& lane = *running;
  const std::byte* memory = sharedBytes(lane, from.address, bytes, "reads", at);
  touchShared(lane, Access::Read, from.address, bytes, at);
  std::memcpy(to, memory, bytes);
  note(lane, Traffic::Kind::SharedLoad, from.address, bytes, at);
}

void store(Shared<void> to, const void* from, uint32_t bytes, Where at) {
  Lane& lane = *running;
  std::byte* memory = sharedBytes(lane, to.address, bytes, "writes", at);
  touchShared(lane, Access::Write, to.address, bytes, at);
  std::memcpy(memory, from, bytes);
  note(lane, Traffic::Kind::SharedStore, to.address, bytes, at);
}

uint32_t atomicAdd(Global<uint32_t> to, uint32_t value, Where at) {
  std::byte* memory = globalBytes(*running, to.address, sizeof(uint32_t), Access::Atomic, "adds to", at);
  uint32_t before;
  std::memcpy(&before, memory, sizeof(before));
  const uint32_t after = before + value;
  std::memcpy(memory, &after, sizeof(after));
  return before;
}

// The bytes are read now and arrive when they are waited for; a GPU does both at any time between.
void copyAsync(Shared<void> to, Global<const void> from, uint32_t bytes, int source_bytes, Where at) {
  Lane& lane = *running;
  if (source_bytes < 0 || static_cast<uint32_t>(source_bytes) > bytes || source_bytes % 4 != 0) {
    fail(lane, "copies " + std::to_string(source_bytes) + " of " + std::to_string(bytes) + " bytes", at);
  }
  Copy copy{to.address, bytes, {}, at};
  checkAlignment(lane, from.address, bytes, "copies", at);
  for (uint32_t i = 0; i < static_cast<uint32_t>(source_bytes); i += 4) {
    std::memcpy(&copy.data.word[i / 4], globalBytes(lane, from.address + i, 4, Access::Read, "copies", at), 4);
  }
  std::byte* memory = sharedBytes(lane, to.address, bytes, "copies to", at);
  touchShared(lane, Access::BeginCopy, to.address, bytes, at);
  std::memset(memory, static_cast<int>(kPoison), bytes);
  lane.copies.push_back(copy);
  ++lane.uncommitted;
  if (source_bytes > 0) note(lane, Traffic::Kind::Copy, from.address, static_cast<uint32_t>(source_bytes), at);
  note(lane, Traffic::Kind::CopyIntoShared, to.address, bytes, at);
}

void commitCopies() { running->groups.push_back(std::exchange(running->uncommitted, 0)); }

void waitCopies(size_t pending, Where at) {
  Lane& lane = *running;
  while (lane.groups.size() - lane.arrived_groups > pending) {
    for (size_t left = lane.groups[lane.arrived_groups++]; left > 0; --left) {
      const Copy& copy = lane.copies[lane.arrived_copies++];
      std::memcpy(lane.block->memory.data() + copy.to, &copy.data, copy.bytes);
      lane.block->shadow.endCopy(momentOf(lane), copy.to, copy.bytes, at);
    }
  }
  if (lane.arrived_groups == lane.groups.size() && lane.arrived_copies == lane.copies.size()) {
    lane.groups.clear();
    lane.copies.clear();
    lane.arrived_groups = lane.arrived_copies = 0;
  }
}

}  // namespace impasto::cuda::shim
