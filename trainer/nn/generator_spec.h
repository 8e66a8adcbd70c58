// What a generator is before training: the graph it will be exported as, and which of its convolutions carry a batch
// norm while it is trained. Training runs this very graph and export folds the norms into it, so the generator that was
// trained and the one in the style file cannot differ.
//
// This is the one place to change the architecture.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>

#include "config/fields.h"
#include "style/style.h"

namespace impasto::trainer {

// Which graph: its size and the parts it is made of. docs/measurements.md compares them.
struct GeneratorShape {
  std::string size = "medium";      // "small", "medium", "large"
  std::string decoder = "upsample";  // each stage x2: "upsample" (nearest, then convolution: flat where its input is flat)
                                    // or "shuffle" (convolution, depth-to-space: the same work, and a faint grid)
  std::string tail = "full";        // the last convolution: "full" (at full resolution, on features and colour) or "half"
                                    // (at half resolution, on features and folded colour; then depth-to-space)
  std::string trunk = "eighth";     // residual blocks: "eighth" (all at 1/8) or "sixteenth" (half of them at 1/16)
  std::string widths = "usual";     // channels: "usual" or "sixteens" (multiples of 16 wherever a convolution reads)
  int style_vector = 0;             // numbers of the style vector that steers trunk and decoder; 0: of one painting
  // What it reads beside the frame, if the host has it.
  bool history = false;   // the previous painted frame, at the first and the last convolution, and a learned blend with it
  int history_range = 2;  // of that blend: old paint is kept within the colours of the new so many pixels around; 0: free
  bool geometry = false;  // depth and normals, at the first convolution
};

// All but the style vector, which only recipes for several paintings have.
void declare(Fields& fields, GeneratorShape& shape);
void declareExtraInputs(Fields& fields, GeneratorShape& shape);  // history and geometry; for recipes that train with them

// Of a run's settings as a checkpoint echoes them (an object); what they do not mention is as it was before it could be
// chosen. The words are not checked.
GeneratorShape shapeOf(const nlohmann::json& settings);

struct GeneratorSpec {
  Graph graph;                // validated
  std::set<uint32_t> normed;  // Conv2d ops followed by a batch norm (before their activation) in training
  std::set<uint32_t> fused;   // global Conv2d ops that make of the style vector what a modulate takes; all are scaled by
                              // one learned fusion weight
  std::string size;           // "small", "medium", "large"
  std::map<uint32_t, ConvWeights> initial;  // of Conv2d ops that do not start from random weights
  std::map<uint32_t, uint32_t> quiet;       // of Conv2d ops some of whose outputs start from 0: the first of these
};

// The share of what is old with which a blend begins, everywhere. Training moves it little: it closes the blend where
// keeping would be wrong.
inline constexpr double kBeginning = 0.92;

// Throws impasto::Error(InvalidArgument) for words that are not those above.
GeneratorSpec makeGeneratorSpec(const GeneratorShape& shape);
GeneratorSpec makeGeneratorSpec(const std::string& size);  // the default graph of that size

}  // namespace impasto::trainer
