#include <gtest/gtest.h>

#include "optim/adam.h"
#include "optim/muon.h"

namespace impasto::test {
namespace {

using namespace trainer;

// Five steps of the quintic leave singular values between about 0.7 and 1.2 (Jordan et al. 2024), unless they start
// below a few thousandths of the matrix's norm, which random matrices' do not.
TEST(Muon, OrthogonalisesMatricesOfAnyShapeAndScale) {
  torch::manual_seed(1);
  for (const auto& [rows, columns] : {std::pair{16, 16 * 9}, {64, 27}, {96, 24}}) {
    for (const double scale : {1e-4, 1.0, 1e4}) {
      const torch::Tensor matrices = torch::randn({2, rows, columns}) * scale;
      const torch::Tensor values = torch::linalg_svdvals(orthogonalise(matrices));
      EXPECT_GT(values.min().item<double>(), 0.6) << rows << "x" << columns << " scale " << scale;
      EXPECT_LT(values.max().item<double>(), 1.3) << rows << "x" << columns << " scale " << scale;
    }
  }
}

TEST(Muon, KeepsTheSingularVectors) {
  torch::manual_seed(2);
  const torch::Tensor matrix = torch::randn({12, 30});
  const auto [u, s, v] = torch::linalg_svd(matrix, /*full_matrices=*/false);
  const torch::Tensor core = u.t().mm(orthogonalise(matrix.unsqueeze(0))[0]).mm(v.t());  // diagonal if the vectors are the same
  EXPECT_LT((core - torch::diag(core.diag())).abs().max().item<double>(), 1e-3);
  EXPECT_GT(core.diag().min().item<double>(), 0.6);
}

TEST(Muon, FindsTheMinimumOfAQuadratic) {
  torch::manual_seed(3);
  const torch::Tensor target = torch::randn({8, 4, 3, 3});
  torch::Tensor x = torch::zeros({8, 4, 3, 3}).requires_grad_(true);
  Muon muon({x});
  for (int i = 0; i < 300; ++i) {
    x.mutable_grad() = torch::Tensor();
    (x - target).square().sum().backward();
    muon.step(0.3 * (1.0 - i / 300.0));
  }
  EXPECT_LT((x - target).norm().item<double>(), 0.05 * target.norm().item<double>());
}

TEST(Adam, TheFirstStepHasTheLengthOfTheLearningRate) {
  torch::Tensor x = torch::tensor({1.0f, -2.0f}).requires_grad_(true);
  x.mutable_grad() = torch::tensor({100.0f, -0.001f});
  Adam adam({x});
  adam.step(0.01);
  EXPECT_NEAR(x[0].item<double>(), 0.99, 1e-6);
  EXPECT_NEAR(x[1].item<double>(), -1.99, 1e-6);
}

}  // namespace
}  // namespace impasto::test
