#include "logging/sample_grid.h"

namespace impasto::trainer {

torch::Tensor sampleGrid(const std::function<torch::Tensor(const torch::Tensor&)>& paint,
                         const std::vector<const Image*>& pictures, int side, torch::Device device) {
  torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> frames, paintings;
  for (const Image* picture : pictures) {
    frames.push_back(toTensor(middleSquare(*picture, side)));
    paintings.push_back(paint(frames.back().unsqueeze(0).to(device)).squeeze(0).cpu());
  }
  return torch::cat({torch::cat(frames, 2), torch::cat(paintings, 2)}, 1);
}

}  // namespace impasto::trainer
