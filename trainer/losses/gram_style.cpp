#include "losses/gram_style.h"

#include "base/error.h"

namespace impasto::trainer {
namespace {

// G = X^T X / P for X of N x P x C. Its gradient is X (dG + dG^T) / P: one product where autograd would take two.
struct Gram : torch::autograd::Function<Gram> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return torch::bmm(x.transpose(1, 2), x) / static_cast<double>(x.size(1));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const torch::Tensor x = context->get_saved_variables()[0];
    const torch::Tensor symmetric = (grads[0] + grads[0].transpose(1, 2)) / static_cast<double>(x.size(1));
    return {torch::bmm(x, symmetric)};
  }
};

}  // namespace

torch::Tensor gramMatrix(const torch::Tensor& features, const torch::Tensor& center) {
  const int64_t n = features.size(0), c = features.size(1);
  // Channels-last features are already N x P x C in memory.
  torch::Tensor x = features.permute({0, 2, 3, 1}).reshape({n, -1, c}).to(torch::kFloat);
  if (center.defined()) x = x - center;
  return Gram::apply(x);
}

GramStyleLoss::GramStyleLoss(std::vector<StyleLayer> layers, const std::map<std::string, torch::Tensor>& painting,
                             bool center)
    : layers_(std::move(layers)) {
  torch::NoGradGuard no_grad;
  double total = 0;
  for (const StyleLayer& layer : layers_) total += layer.weight;
  if (!(total > 0)) throw Error(ErrorCode::InvalidArgument, "--style-layer-weights: at least one must be above 0");
  for (StyleLayer& layer : layers_) {
    layer.weight /= total;
    const torch::Tensor& features = painting.at(layer.name);
    Target target;
    if (center) target.center = features.to(torch::kFloat).mean({0, 2, 3});
    target.gram = gramMatrix(features, target.center);
    target.norm = target.gram.square().sum().item<double>();
    if (!(target.norm > 0)) {
      throw Error(ErrorCode::InvalidArgument, "the painting has no structure at " + layer.name + ": is it one colour?");
    }
    targets_[layer.name] = std::move(target);
  }
}

torch::Tensor GramStyleLoss::layerError(const std::string& layer, const torch::Tensor& features) const {
  const Target& target = targets_.at(layer);
  const torch::Tensor difference = gramMatrix(features, target.center) - target.gram;
  return difference.square().sum({1, 2}).mean() / target.norm;
}

torch::Tensor GramStyleLoss::operator()(const std::map<std::string, torch::Tensor>& features) const {
  torch::Tensor sum;
  for (const StyleLayer& layer : layers_) {
    const torch::Tensor term = layer.weight * layerError(layer.name, features.at(layer.name));
    sum = sum.defined() ? sum + term : term;
  }
  return sum;
}

}  // namespace impasto::trainer
