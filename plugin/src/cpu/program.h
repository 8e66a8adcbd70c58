// A generator as a list of steps over one block of memory, for frames up to one extent. Made once, on a thread that counts
// as an OpenMP team of its own (workers.h).
//
// Made from the lowered graph (planning/lower.h):
//   - a convolution takes in the addition that alone reads it: the addend lies in the output's place, if nothing reads it
//     later, or is copied there a few rows ahead of the convolution;
//   - a convolution whose result goes into a depth_to_space orders its channels so that the shuffle copies neighbours;
//   - tensors that go into a concat and nowhere else are made in its place;
//   - what does not depend on the frame is made when the extent changes, and kept.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "cpu/step.h"
#include "style/style.h"

namespace impasto::cpu {

struct ProgramOptions {
  uint32_t width = 1, height = 1;  // of the largest frame
  bool smaller_frames = true;      // frames may be smaller: convolutions are made for several widths
  bool bfloat16 = false;           // tensors and kernels of convolutions; sums are fp32
  uint32_t threads = 1;
};

struct Program {
  std::vector<std::unique_ptr<Step>> steps;
  size_t constant_steps = 0;  // the first ones: for a frame of another extent alone
  std::vector<BufferPlan> buffers;
  std::vector<std::vector<float>> globals;
  std::vector<uint32_t> widths;  // that frames are laid out for, aligned, ascending
  uint32_t alignment = 1;
  size_t memory_bytes = 0;         // for the buffers
  size_t row_scratch_floats = 0;   // of each thread
};

// Throws Error(Unsupported), naming the op that oneDNN cannot run, or Error(OutOfMemory).
Program makeProgram(const Style& style, const ProgramOptions& options);

// Can this processor multiply bfloat16 itself, so that oneDNN is faster with it?
bool hasBfloat16() noexcept;

}  // namespace impasto::cpu
