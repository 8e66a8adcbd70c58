#include "losses/gram_style.h"

#include "base/error.h"

namespace impasto::trainer {
namespace {

// G = X^T X / P for X of N x P x C. Its gradient is X (dG + dG^T) / P: one product where autograd would take two.
struct Gram : torch::autograd::Function<Gram> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x) {
    context->save_for_backward({x});
    return torch::bmm(x.transpose(1, 2), x).to(torch::kFloat) / static_cast<double>(x.size(1));
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list grads) {
    const torch::Tensor x = context->get_saved_variables()[0];
    const torch::Tensor symmetric = (grads[0] + grads[0].transpose(1, 2)) / static_cast<double>(x.size(1));
    // Gradients of a mean are small: scaled to 1 first, so that the lower type loses digits but no range.
    const torch::Tensor scale = symmetric.abs().amax().clamp_min(1e-30);
    return {torch::bmm(x, (symmetric / scale).to(x.scalar_type())) * scale.to(x.scalar_type())};
  }
};

}  // namespace

torch::Tensor gramMatrix(const torch::Tensor& features) {
  const int64_t n = features.size(0), c = features.size(1);
  // Channels-last features are already N x P x C in memory.
  return Gram::apply(features.permute({0, 2, 3, 1}).reshape({n, -1, c}));
}

torch::Tensor covarianceOf(const torch::Tensor& gram, const torch::Tensor& features) {
  const torch::Tensor mean = features.to(torch::kFloat).mean({2, 3});
  return gram - torch::bmm(mean.unsqueeze(2), mean.unsqueeze(1));
}

GramStyleLoss::GramStyleLoss(std::vector<StyleLayer> layers, const std::map<std::string, torch::Tensor>& painting,
                             StyleStatistic statistic)
    : layers_(std::move(layers)), statistic_(statistic) {
  torch::NoGradGuard no_grad;
  double total = 0;
  for (const StyleLayer& layer : layers_) total += layer.weight;
  if (!(total > 0)) throw Error(ErrorCode::InvalidArgument, "--style-layer-weights: at least one must be above 0");
  for (StyleLayer& layer : layers_) {
    layer.weight /= total;
    const torch::Tensor features = painting.at(layer.name).to(torch::kFloat);
    Target target;
    const auto measured = [&](const torch::Tensor& matrix) {
      const double norm = matrix.square().sum().item<double>();
      if (!(norm > 0)) {
        throw Error(ErrorCode::InvalidArgument, "the painting has no structure at " + layer.name + ": is it one colour?");
      }
      return norm;
    };
    const torch::Tensor gram = gramMatrix(features);
    if (statistic_ != StyleStatistic::Covariance) {
      target.gram = gram;
      target.gram_norm = measured(gram);
    }
    if (statistic_ != StyleStatistic::Gram) {
      target.covariance = covarianceOf(gram, features);
      target.covariance_norm = measured(target.covariance);
    }
    targets_[layer.name] = std::move(target);
  }
}

torch::Tensor GramStyleLoss::layerError(const std::string& layer, const torch::Tensor& features) const {
  const Target& target = targets_.at(layer);
  const torch::Tensor gram = gramMatrix(features);
  torch::Tensor plain, about_mean;
  if (target.gram.defined()) plain = (gram - target.gram).square().sum({1, 2}).mean() / target.gram_norm;
  if (target.covariance.defined()) {
    about_mean = (covarianceOf(gram, features) - target.covariance).square().sum({1, 2}).mean() / target.covariance_norm;
  }
  if (statistic_ == StyleStatistic::Both) return (plain + about_mean) / 2;
  return plain.defined() ? plain : about_mean;
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
