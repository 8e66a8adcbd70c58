#include "recipes/samples.h"

#include <algorithm>

namespace impasto::trainer {

void writeSampleGrid(Generator& generator, const std::vector<const Image*>& pictures, int side, torch::Device device,
                     const std::string& path) {
  torch::NoGradGuard no_grad;
  const bool was_frozen = generator->normsFrozen();
  generator->freezeNorms(true);
  std::vector<torch::Tensor> frames, paintings;
  for (const Image* picture : pictures) {
    const int square = std::min(picture->width, picture->height);
    const Image frame = resample(*picture, (picture->width - square) / 2, (picture->height - square) / 2, square, square,
                                 side, side);
    frames.push_back(toTensor(frame));
    paintings.push_back(generator->forward(frames.back().unsqueeze(0).to(device)).squeeze(0).cpu());
  }
  generator->freezeNorms(was_frozen);
  writePng(fromTensor(torch::cat({torch::cat(frames, 2), torch::cat(paintings, 2)}, 1)), path);
}

}  // namespace impasto::trainer
