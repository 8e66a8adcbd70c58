// Several processes that train one model, as torchrun starts them or a user by hand: Gloo between processors, NCCL between
// GPUs. Each draws its own part of every batch; gradients are averaged; norms and the palette see all parts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/communicator.h"
#include "engine/runtime.h"

namespace impasto::trainer {

// What the environment says: RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE (by default rank and size), MASTER_ADDR,
// MASTER_PORT.
struct ProcessPlace {
  int rank, size, local_rank, local_size;
  std::string host;
  uint16_t port;
};

// Empty without WORLD_SIZE, or where it is 1. Throws impasto::Error(InvalidArgument), naming the variable.
std::optional<ProcessPlace> processPlace();

// Waits until all are there. On a GPU the process takes that of its local rank; without --threads (0) it takes its part of
// the processor. Sets what `runtime` says of processes; the communicator must outlive its use. One process, if the
// environment says nothing. Throws impasto::Error: Unsupported where the library is missing, ProcessLost where others did
// not come within `timeout_seconds`, which is also how long each waits for an answer.
std::unique_ptr<Communicator> joinProcesses(Runtime& runtime, int threads, int timeout_seconds);

}  // namespace impasto::trainer
