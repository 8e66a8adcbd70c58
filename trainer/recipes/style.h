// The recipe `style`: one painting and a folder of pictures -> a generator.
//
//   L = content_weight * content + style_weight * style + palette_weight * palette + structure_weight * structure
//       + edge_weight * edges + tone_weight * tone + lattice_weight * lattice + detail_weight * fine detail
//       + border_weight * border + tv_weight * total variation
//
// For the first part of training the perceptual network looks at pictures and painting at half resolution (a quarter of
// the cost, and twice the context) and Gram matrices are centred; for the rest it looks at full resolution, with centred
// and plain ones. The generator sees some more of the frame than the losses. Each part has a cosine of the learning rate to itself.
//
// Johnson et al. 2016, with relative losses, Gram matrices that can be centred (Novak and Nikulin 2016), batch norms that
// are frozen for the last part of training and folded on export, Muon, and weights averaged over the frozen part.
// docs/training.md says why.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "losses/gram_style.h"
#include "metrics/figures.h"
#include "runtime.h"
#include "style/style.h"

namespace impasto::trainer {

struct StyleSettings {
  std::string style_image;
  std::vector<std::string> content;  // folders
  std::string perceptual;
  std::string out;

  std::string size = "medium";
  int image_size = 256;   // side of the training crops, pixels
  int style_size = 512;   // shorter side of the painting, pixels; strokes grow with it
  int64_t steps = 2000;
  int batch = 4;
  uint64_t seed = 1;

  double content_weight = 2, style_weight = 5, tv_weight = 0;
  double palette_weight = 0.4;          // colours as the painting's, see losses/palette.h
  double structure_weight = 0.3;        // edges stay, see losses/readability.h
  double edge_weight = 0.4;             // they stay strong, likewise
  double tone_weight = 0.3;             // light stays light, likewise
  double lattice_weight = 30;           // no grid, see losses/lattice.h
  double detail_weight = 4;             // while at half resolution: no one-pixel checkerboard
  double border_weight = 2;             // once norms are frozen: a crop is painted alike with and without its surroundings
  double full_resolution_at = 0.75;     // fraction of the steps from which the perceptual network sees every pixel
  std::string content_layer = "relu3_1";
  std::vector<StyleLayer> style_layers = {{"relu1_1", 0.5}, {"relu2_1", 0.75}, {"relu3_1", 1}, {"relu4_1", 1}};
  bool gram_center = true;              // at half resolution; half of the error at full resolution

  std::string optimizer = "muon";       // of the convolution kernels: "muon" or "adam"
  double learning_rate = 0;             // 0: 0.012 for muon, 0.002 for adam
  double freeze_norms_at = 0.75;        // fraction of the steps; from there weights are averaged
  std::string init, resume;             // a style or checkpoint to start from; a checkpoint to go on with

  int holdout = 8;                      // pictures never trained on: samples and held-out losses
  int64_t checkpoint_every = 500;       // steps; 0: only at the end and when stopped
  std::string samples;                  // folder for sample grids; empty: none
  int64_t samples_every = 250;
  std::string checkpoint;               // path; empty: <out without .safetensors>.checkpoint.safetensors

  Provenance provenance;                // title, painter, year, licence; the rest is filled in
};

// Settings that shape the result, as JSON; for provenance and to tell a resumed run from another one.
std::string settingsJson(const StyleSettings& settings);

// Where the run keeps its checkpoint.
std::string checkpointPath(const StyleSettings& settings);

// Throws impasto::Error(InvalidArgument), naming the flag, for values out of range.
void checkSettings(const StyleSettings& settings);

struct StyleLosses {
  double content = 0, style = 0, palette = 0, total = 0;
};

// The run itself, so that a test can take it step by step.
class StyleTraining {
 public:
  // Loads everything. Throws impasto::Error. `log` hears one-line messages.
  StyleTraining(const StyleSettings& settings, const Runtime& runtime, std::function<void(const std::string&)> log);
  ~StyleTraining();

  int64_t stepsDone() const;
  size_t trainingPictures() const;

  // One step. Throws impasto::Error(Internal) when the loss is not finite.
  StyleLosses step();

  // Means over the held-out pictures' middle squares, at the size of the training crops, as `evaluate` measures them; all
  // zero if there are none.
  Figures heldOut();

  // Throws impasto::Error(Io); refuses (Internal) weights that are no numbers or huge: the last checkpoint stays.
  void writeCheckpoint();

  void writeSamples();

  // What would be exported now; its metrics are `figures`.
  Style style(const Figures& figures);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The whole job with progress line, samples, checkpoints, Ctrl-C; writes settings.out at the end. Returns false if it was
// stopped before the end (a checkpoint is there). Throws impasto::Error.
bool trainStyle(const StyleSettings& settings, const Runtime& runtime);

}  // namespace impasto::trainer
