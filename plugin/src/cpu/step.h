// The steps of a program: each makes the rows of one tensor from others, in chunks of rows that do not depend on one
// another. Made once for a style and an extent; run() allocates nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/host_executor.h"
#include "cpu/convolution.h"
#include "cpu/tensor.h"

namespace impasto::cpu {

// What the steps of one frame work on.
struct Frame {
  uint32_t width = 0, height = 0;  // aligned
  uint32_t pitch_width = 0;        // the width that rows are laid out for
  uint32_t variant = 0;            // of the convolutions: the index of that width
  const HostFrame* host = nullptr;
  std::byte* memory = nullptr;
  std::span<const BufferPlan> buffers;
  std::span<std::vector<float>> globals;  // global tensors, by op
  std::span<float* const> row_scratch;    // of each thread

  Plane plane(const TensorPlan& tensor) const noexcept;
  const TensorView* input(InputKind kind) const noexcept;  // null where there is none
};

class Step {
 public:
  virtual ~Step() = default;
  virtual uint32_t rows(const Frame& frame) const noexcept = 0;
  // Rows y ... y + chunk_rows - 1, as far as there are any. False when it failed.
  virtual bool run(const Frame& frame, uint32_t thread, uint32_t y) noexcept = 0;

  // What run() takes of a thread's row scratch, in floats, for a frame of this aligned width.
  virtual size_t scratchFloats(uint32_t) const noexcept { return 0; }
  // What oneDNN takes, which all steps may share, and where a thread finds it: before the first run().
  virtual size_t convolutionScratchBytes() const noexcept { return 0; }
  virtual void useConvolutionScratch(uint32_t, void*) {}

  uint32_t chunk_rows = 1;
};

// Neighbouring slots that are copied together.
struct Run {
  static constexpr uint32_t kZeros = UINT32_MAX;
  uint32_t from = kZeros, to = 0, count = 0;  // slots
};
void appendSlot(std::vector<Run>& runs, uint32_t from, uint32_t to);

// A rearrangement of texels. Row y of the output takes rows (y / up) * down ... of the input, `rows_read` of them; each has
// runs of its own, and so has each row of `up`. Columns likewise: the runs reach over `up` texels of the output and `down`
// of the input.
struct Rearrangement {
  uint32_t up = 1, down = 1, rows_read = 1;
  std::vector<std::vector<Run>> runs;  // [y % up] or [row read]
};
Rearrangement copySlots(const Slots& to, const Slots& from, uint32_t channels);
Rearrangement depthToSpace(const TensorPlan& in, const TensorPlan& out, uint32_t out_texel, uint32_t block);
Rearrangement spaceToDepth(const TensorPlan& in, uint32_t in_texel, uint32_t block);
Rearrangement upsample(const TensorPlan& in, uint32_t out_texel);
Rearrangement everySecond(const TensorPlan& in);

std::unique_ptr<Step> makeInput(const TensorPlan& out, InputKind kind);
std::unique_ptr<Step> makeNoise(const TensorPlan& out, const Op& op);
std::unique_ptr<Step> makeRearrange(const TensorPlan& out, const TensorPlan& in, Rearrangement rearrangement);
std::unique_ptr<Step> makeAdd(const TensorPlan& out, const TensorPlan& a, const TensorPlan& b, Activation activation);
std::unique_ptr<Step> makeBlend(const TensorPlan& out, const TensorPlan& a, const TensorPlan& history, const Op& op);
std::unique_ptr<Step> makeModulate(const TensorPlan& out, const TensorPlan& in, uint32_t factors, const Op& op);
std::unique_ptr<Step> makeOutput(const TensorPlan& in);
// `addend`: what is added, which lies in the output's place already or is copied there first.
struct Addend {
  TensorPlan tensor;
  bool in_place = false;
  Rearrangement copy;
};
std::unique_ptr<Step> makeConvolution(const TensorPlan& out, const TensorPlan& in, uint32_t stride, uint32_t kernel,
                                      const Addend* addend, std::unique_ptr<Convolution> convolution);
// A global op: all of it in one chunk. `weights`: of a convolution.
std::unique_ptr<Step> makeGlobal(const Style& style, const Op& op, uint32_t index, const ConvWeights* weights);

}  // namespace impasto::cpu
