// A generator on oneDNN, on threads of its own (workers.h). Frames follow one another; whatever a frame needs in memory was
// taken when the executor was made, but for the few hundred bytes of arguments that each call of oneDNN keeps while it runs.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "backend/host_executor.h"
#include "cpu/program.h"
#include "cpu/workers.h"

namespace impasto::cpu {

class CpuExecutor final : public HostExecutor, private Job {
 public:
  // `options.threads` 1 or more. Throws Error(Unsupported), naming the op that oneDNN cannot run, or Error(OutOfMemory).
  CpuExecutor(const Style& style, const ProgramOptions& options);

  bool run(const HostFrame& frame) noexcept override;

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept;
  };

  uint32_t chunks(uint32_t step) const noexcept override;
  void run(uint32_t step, uint32_t chunk, uint32_t thread) noexcept override;
  void prepare(const Style& style, const ProgramOptions& options);

  Program program_;
  std::unique_ptr<std::byte, Free> memory_;
  std::vector<float*> row_scratch_;
  Frame frame_;
  size_t first_step_ = 0;  // of the frame's
  uint32_t constants_width_ = 0, constants_height_ = 0;  // what they are of
  std::atomic<bool> failed_ = false;
  std::unique_ptr<Workers> workers_;
};

}  // namespace impasto::cpu
