// What recipes do with clips: a generator with history paints some frames of each without gradients, as a game
// would, and then two more that it learns from.
//
//   L = the objective of both frames, as of any crop
//       + temporal_weight * difference to the frame before + long_temporal_weight * difference to the clip's first frame
//         (at most eight before), where the same surface is seen and no light has changed
//       + contrast_weight * fine contrast that a painting with history has less of than one without
//
// Clips begin once norms are frozen: with live ones, a frame's paint would depend on what else is in its batch.
#pragma once

#include <memory>

#include "data/clip.h"
#include "data/crop_loader.h"
#include "data/prefetch.h"
#include "data/split.h"
#include "engine/recipe.h"
#include "metrics/clip_figures.h"
#include "recipes/clip_settings.h"
#include "recipes/style_objective.h"

namespace impasto::trainer {

class ClipTraining {
 public:
  // Clips of the crops' side, with half of their context, and half as many at once, since two frames of each are learned
  // from; each process has its own. `settings` and `pictures` must outlive this. Throws impasto::Error for captured clips that
  // cannot be read or are too small.
  ClipTraining(const ClipSettings& settings, const Split& pictures, const CropLoader::Options& crops, int holdout,
               torch::Device device, const Log& log);

  // Of the batches 0 to `batches` - 1, counted from where clips begin: how many are clips. They are spread evenly.
  int64_t clipsAmong(int64_t batches) const;
  // The next one is that of this number.
  void resumeAt(int64_t clip);
  Clip next();

  torch::Tensor loss(PaintingNetwork& network, const Clip& clip, const StyleObjective& objective, bool full_resolution,
                     uint64_t seed, Scalars& scalars) const;

  // Mean over clips that are not trained on: captured ones if any are held out, else made from the pictures held out; none
  // if there are neither.
  ClipFigures heldOut(PaintingNetwork& network) const;
  bool anyHeldOut() const { return held_out_count_ > 0; }

 private:
  const ClipSettings& settings_;
  const int side_, context_, processes_, process_;
  const torch::Device device_;
  std::unique_ptr<ClipSource> source_, held_out_;
  uint64_t held_out_count_ = 0;
  std::unique_ptr<Prefetch<Clip>> loader_;
};

}  // namespace impasto::trainer
