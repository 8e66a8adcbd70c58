#include "cpu/executor.h"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <thread>

#include "base/error.h"

namespace impasto::cpu {
namespace {

constexpr std::align_val_t kAlignment{64};

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

void CpuExecutor::Free::operator()(std::byte* memory) const noexcept { ::operator delete(memory, kAlignment); }

CpuExecutor::CpuExecutor(const Style& style, const ProgramOptions& options) {
  // oneDNN makes a primitive for as many threads as it may use where it is made: one.
  std::exception_ptr failure;
  std::thread([&] {
    omp_set_num_threads(1);
    try {
      prepare(style, options);
    } catch (...) {
      failure = std::current_exception();
    }
  }).join();
  if (failure) std::rethrow_exception(failure);
  workers_ = std::make_unique<Workers>(options.threads, static_cast<uint32_t>(program_.steps.size()));
}

void CpuExecutor::prepare(const Style& style, const ProgramOptions& options) {
  program_ = makeProgram(style, options);
  size_t convolution_bytes = 0;
  for (const auto& step : program_.steps) convolution_bytes = std::max(convolution_bytes, step->convolutionScratchBytes());
  const size_t tensors = aligned(program_.memory_bytes), rows = aligned(program_.row_scratch_floats * sizeof(float));
  const size_t per_thread = rows + aligned(convolution_bytes);
  const size_t bytes = tensors + per_thread * options.threads;
  memory_.reset(static_cast<std::byte*>(::operator new(bytes, kAlignment)));
  std::memset(memory_.get(), 0, bytes);  // and the system hands the pages out now, not in the first frame
  for (uint32_t i = 0; i < options.threads; ++i) {
    std::byte* own = memory_.get() + tensors + per_thread * i;
    row_scratch_.push_back(reinterpret_cast<float*>(own));
    for (const auto& step : program_.steps) step->useConvolutionScratch(i, own + rows);
  }
  frame_.memory = memory_.get();
  frame_.buffers = program_.buffers;
  frame_.globals = program_.globals;
  frame_.row_scratch = row_scratch_;
}

bool CpuExecutor::run(const HostFrame& frame) noexcept {
  const uint32_t alignment = program_.alignment;
  frame_.width = (frame.width + alignment - 1) / alignment * alignment;
  frame_.height = (frame.height + alignment - 1) / alignment * alignment;
  const auto width = std::lower_bound(program_.widths.begin(), program_.widths.end(), frame_.width);
  if (width == program_.widths.end()) return false;
  frame_.pitch_width = *width;
  frame_.variant = static_cast<uint32_t>(width - program_.widths.begin());
  frame_.host = &frame;
  const bool known = constants_width_ == frame_.width && constants_height_ == frame_.height;
  first_step_ = known ? program_.constant_steps : 0;
  failed_ = false;
  workers_->run(*this, static_cast<uint32_t>(program_.steps.size() - first_step_));
  frame_.host = nullptr;
  constants_width_ = failed_ ? 0 : frame_.width;
  constants_height_ = frame_.height;
  return !failed_;
}

uint32_t CpuExecutor::chunks(uint32_t step) const noexcept {
  const Step& what = *program_.steps[first_step_ + step];
  return (what.rows(frame_) + what.chunk_rows - 1) / what.chunk_rows;
}

void CpuExecutor::run(uint32_t step, uint32_t chunk, uint32_t thread) noexcept {
  if (failed_.load(std::memory_order_relaxed)) return;
  Step& what = *program_.steps[first_step_ + step];
  if (!what.run(frame_, thread, chunk * what.chunk_rows)) failed_.store(true, std::memory_order_relaxed);
}

}  // namespace impasto::cpu
