#include "nn/replicate_pad.h"

namespace impasto::trainer {
namespace {

using torch::indexing::None;
using torch::indexing::Slice;

struct ReplicatePad : torch::autograd::Function<ReplicatePad> {
  static torch::Tensor forward(torch::autograd::AutogradContext*, const torch::Tensor& input) {
    const int64_t n = input.size(0), c = input.size(1), h = input.size(2), w = input.size(3);
    torch::Tensor out = torch::empty({n, c, h + 2, w + 2}, input.options().memory_format(torch::MemoryFormat::ChannelsLast));
    out.narrow(2, 1, h).narrow(3, 1, w).copy_(input);
    out.narrow(2, 1, h).narrow(3, 0, 1).copy_(input.narrow(3, 0, 1));
    out.narrow(2, 1, h).narrow(3, w + 1, 1).copy_(input.narrow(3, w - 1, 1));
    out.narrow(2, 0, 1).copy_(out.narrow(2, 1, 1));
    out.narrow(2, h + 1, 1).copy_(out.narrow(2, h, 1));
    return out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list grads) {
    const torch::Tensor& grad = grads[0];
    const int64_t h = grad.size(2) - 2, w = grad.size(3) - 2;
    torch::Tensor out = grad.narrow(2, 1, h).narrow(3, 1, w).clone(torch::MemoryFormat::ChannelsLast);
    for (const auto& [edge_y, y] : {std::pair{int64_t{0}, int64_t{0}}, {h + 1, h - 1}}) {
      out.narrow(2, y, 1).add_(grad.narrow(2, edge_y, 1).narrow(3, 1, w));
      for (const auto& [edge_x, x] : {std::pair{int64_t{0}, int64_t{0}}, {w + 1, w - 1}}) {  // corners
        out.narrow(2, y, 1).narrow(3, x, 1).add_(grad.narrow(2, edge_y, 1).narrow(3, edge_x, 1));
      }
    }
    for (const auto& [edge_x, x] : {std::pair{int64_t{0}, int64_t{0}}, {w + 1, w - 1}}) {
      out.narrow(3, x, 1).add_(grad.narrow(2, 1, h).narrow(3, edge_x, 1));
    }
    return {out};
  }
};

}  // namespace

torch::Tensor replicatePad(const torch::Tensor& input) { return ReplicatePad::apply(input); }

}  // namespace impasto::trainer
