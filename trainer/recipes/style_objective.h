// What recipes that learn paintings by a perceptual network want of a painted crop:
//
//   L = content_weight * content + style_weight * style + palette_weight * palette + structure_weight * structure
//       + edge_weight * edges + tone_weight * tone + lattice_weight * lattice + detail_weight * fine detail
//       + tv_weight * total variation + color_map_weight * colours of areas
//
// For the first part of training the perceptual network looks at pictures and painting at half resolution (a quarter of
// the cost, and twice the context) and channels' covariances are compared; for the rest it looks at full resolution, and
// plain Gram matrices are compared as well. docs/training.md says why each term is there.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "logging/scalars.h"
#include "losses/color_map.h"
#include "losses/palette.h"
#include "nn/perceptual.h"
#include "recipes/objective_settings.h"

namespace impasto::trainer {

class StyleObjective {
 public:
  // painting: 1 x 3 x H x W in [0, 1] on the network's device. Both references must outlive the objective. Throws
  // impasto::Error(InvalidArgument) if the network lacks a layer. `together`: with other processes, each with its crops.
  StyleObjective(const ObjectiveSettings& settings, const PerceptualNetwork& vgg, const torch::Tensor& painting,
                 Communicator* together = nullptr);

  // Makes the map that `color_map_weight` compares with, from pictures like those that are to be painted, a function of the
  // seed; nothing where that weight is 0.
  void useColorMap(const std::vector<Image>& pictures, const torch::Tensor& painting, uint64_t seed);

  // Of paintings against frames, both N x 3 x S x S. `seed` chooses the palette loss's directions.
  torch::Tensor operator()(const torch::Tensor& frames, const torch::Tensor& paintings, bool full_resolution, uint64_t seed,
                           Scalars& scalars) const;

 private:
  const ObjectiveSettings& settings_;
  const PerceptualNetwork& vgg_;
  std::set<std::string> layers_;  // style and content
  std::unique_ptr<GramStyleLoss> full_, half_;  // of the painting at full and at half resolution
  std::unique_ptr<PaletteLoss> palette_;
  std::optional<ColorMap> color_map_;
};

}  // namespace impasto::trainer
