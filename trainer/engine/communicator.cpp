#include "engine/communicator.h"

namespace impasto::trainer {
namespace {

constexpr int kPieces = 4, kPieceBits = 16;  // of 64 bits, as floats hold them exactly

struct Sum : torch::autograd::Function<Sum> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& tensor, int64_t communicator) {
    context->saved_data["communicator"] = communicator;
    return reinterpret_cast<Communicator*>(communicator)->sum(tensor);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const int64_t communicator = context->saved_data["communicator"].toInt();
    return {reinterpret_cast<Communicator*>(communicator)->sum(grads[0]), {}};
  }
};

}  // namespace

void Communicator::average(const std::vector<torch::Tensor>& tensors) {
  if (size() == 1 || tensors.empty()) return;
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> flat;
  for (const torch::Tensor& tensor : tensors) flat.push_back(tensor.reshape({-1}));
  const torch::Tensor mean = sum(torch::cat(flat)).div_(static_cast<double>(size()));
  int64_t at = 0;
  for (torch::Tensor tensor : tensors) {
    tensor.copy_(mean.narrow(0, at, tensor.numel()).view(tensor.sizes()));
    at += tensor.numel();
  }
}

bool Communicator::agree(uint64_t value) {
  torch::Tensor pieces = torch::empty({kPieces});
  for (int i = 0; i < kPieces; ++i) pieces[i] = static_cast<float>((value >> (kPieceBits * i)) & 0xFFFF);
  return !any(!torch::equal(sum(rank() == 0 ? pieces : torch::zeros({kPieces})), pieces));
}

torch::Tensor differentiableSum(Communicator& communicator, const torch::Tensor& tensor) {
  if (communicator.size() == 1) return tensor;
  return Sum::apply(tensor, reinterpret_cast<int64_t>(&communicator));
}

torch::Tensor differentiableGather(Communicator& communicator, const torch::Tensor& tensor) {
  if (communicator.size() == 1) return tensor;
  const auto nothing = [&](int64_t times) {
    std::vector<int64_t> shape = tensor.sizes().vec();
    shape.back() *= times;
    return torch::zeros(shape, tensor.options());
  };
  const int64_t before = communicator.rank(), after = communicator.size() - 1 - before;
  return differentiableSum(communicator, torch::cat({nothing(before), tensor, nothing(after)}, -1));
}

}  // namespace impasto::trainer
