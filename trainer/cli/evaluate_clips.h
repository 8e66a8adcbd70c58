// evaluate --clip: style files on captured clips, painted frame after frame with history as the pass does it.
#pragma once

#include <string>
#include <vector>

namespace impasto::trainer {

struct ClipEvaluation {
  std::vector<std::string> styles, clips;  // files; folders of captures
  std::vector<std::string> style_images;   // as cli/judged.h says
  std::string painting, perceptual;        // with this and --style-image: style errors, too
  int style_size = 512;
  std::string device = "auto";
  int threads = 0;
  bool json = false;
  bool record = false;  // put the figures into the style files' metrics
};

// Prints a line, or a JSON object, for each painting of each style: means over all clips. Throws impasto::Error.
int evaluateClips(const ClipEvaluation& arguments);

}  // namespace impasto::trainer
