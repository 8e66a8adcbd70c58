// Where and in what precision the networks run.
#pragma once

#include <cstdint>
#include <string>

#include "nn/torch.h"

namespace impasto::trainer {

class Communicator;

struct Runtime {
  torch::Device device = torch::kCPU;
  torch::ScalarType compute = torch::kFloat;  // of convolutions; master weights, losses and Gram sums are float32
  int64_t look_every = 1;                     // steps between two looks at whether losses are finite: each waits for the device
  int process = 0, processes = 1;             // of those that train one model together, see engine/processes.h
  Communicator* together = nullptr;           // between them; null: alone
};

// device: "auto", "cpu" or "cuda"; precision: "auto", "float32" or "bfloat16"; threads: 0 for all cores.
// LibTorch's CUDA library is opened here, at run time, so that one binary serves machines with and without a GPU;
// "auto" falls back to the CPU and says so on stderr. bfloat16 is chosen where it is faster: on CUDA from compute
// capability 8.0 on, on CPUs with AMX or AVX512_BF16. Throws impasto::Error(Unsupported) when "cuda" cannot be had, and
// InvalidArgument for other words.
Runtime openRuntime(const std::string& device, const std::string& precision, int threads);

std::string describe(const Runtime& runtime);

// Ctrl-C and SIGTERM: after installStopHandler() they set a flag that long work looks at; the second one kills.
void installStopHandler();
bool stopRequested();

}  // namespace impasto::trainer
