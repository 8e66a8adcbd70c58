// evaluate --clip: style files on captured clips, painted frame after frame with history as the pass does it.
#pragma once

#include <string>
#include <vector>

namespace impasto::trainer {

struct ClipEvaluation {
  std::vector<std::string> styles, clips;  // files; folders of captures
  std::string style_image, perceptual;     // both given: style errors, too
  int style_size = 512;
  std::string device = "auto";
  int threads = 0;
  bool json = false;
};

// Prints a line, or a JSON object, for each style: means over all clips. Throws impasto::Error.
int evaluateClips(const ClipEvaluation& arguments);

}  // namespace impasto::trainer
