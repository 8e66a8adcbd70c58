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

torch::Tensor contactSheet(const torch::Tensor& pictures, int64_t columns) {
  const int64_t count = pictures.size(0), height = pictures.size(2), width = pictures.size(3);
  const int64_t rows = (count + columns - 1) / columns;
  const torch::Tensor whole = torch::zeros({rows * columns, pictures.size(1), height, width}, pictures.options());
  whole.narrow(0, 0, count).copy_(pictures);
  return whole.view({rows, columns, pictures.size(1), height, width})
      .permute({2, 0, 3, 1, 4})
      .reshape({pictures.size(1), rows * height, columns * width});
}

}  // namespace impasto::trainer
