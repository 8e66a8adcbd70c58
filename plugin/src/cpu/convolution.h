// A convolution of rows of texels on oneDNN: channels last, from a tensor with a border of one texel to another one. All of
// it is made beforehand: primitives for a number of rows at each width that frames may have, and weights in the layout
// that they ask for.
//
// oneDNN pads with zeros, the generator with the edge. So tensors carry their border: above and below, the rows that are
// read have real neighbours; to the left and to the right the output is computed one column wider than it is, and what
// comes out there is overwritten with the edge.
#pragma once

#include <dnnl.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cpu/element.h"
#include "style/graph.h"

namespace impasto::cpu {

struct ConvolutionShape {
  uint32_t in_slots = 0, out_slots = 0;  // numbers of a texel
  uint32_t kernel = 3;                   // 1 or 3
  uint32_t stride = 1;                   // 1 or, with kernel 3, 2
  uint32_t rows = 1;                     // of the output at once
  Element in = Element::Float, out = Element::Float;
  Activation activation = Activation::None;
  bool accumulate = false;  // adds what is in the output already, after the activation; ...
  Activation sum_activation = Activation::None;  // ... then this one
};

// Called on threads of Workers alone.
class Convolution {
 public:
  // `widths` of the output, without its border. `weights` are OIHW by slots, `bias` by slots. Throws dnnl::error.
  Convolution(const dnnl::engine& engine, const ConvolutionShape& shape, std::span<const uint32_t> widths,
              std::span<const float> weights, std::span<const float> bias, uint32_t threads);

  // For a frame of widths[width]. `in`: the top left of what the rows read, at the border: the tensor's row
  // stride * y - 1 (y, with kernel 1), column -1. `out`: row y, column -1.
  bool run(uint32_t width, uint32_t thread, const void* in, void* out) noexcept;

  size_t scratchBytes() const noexcept { return scratch_bytes_; }
  void useScratch(uint32_t thread, void* memory);  // before the first run()
  const char* implementation() const noexcept { return implementation_.c_str(); }

 private:
  struct Variant {  // one width
    dnnl::convolution_forward::primitive_desc description;
    dnnl::convolution_forward primitive;
    size_t weights = 0;  // of weights_
    struct PerThread {
      dnnl::memory in, out, scratch;
    };
    std::vector<PerThread> threads;
  };

  std::vector<dnnl::memory> weights_;  // of each layout that a variant asks for
  dnnl::memory bias_;
  std::vector<dnnl::stream> streams_;  // of each thread
  std::vector<Variant> variants_;
  size_t scratch_bytes_ = 0;
  std::string implementation_;
};

}  // namespace impasto::cpu
