// Pictures to paint where no folder is given: frames of the sample scenes, as `impasto-render` draws them, and pictures that
// the trainer draws itself (data/drawn_pictures.h).
#pragma once

#include <string>
#include <vector>

#include "engine/recipe.h"

namespace impasto::trainer {

// Folders of them. `kind`: "scenes" (frames and drawn pictures), "drawn" (no frames) or "auto" (frames too if there is a
// program to draw them).
//
// The program is `impasto-render` beside this one, or else in PATH. All pictures are kept in $XDG_CACHE_HOME/impasto/content
// (else ~/.cache/...), a folder for each scene, whole or not at all, and drawn once. Says what it takes, and why it goes
// without frames. Throws impasto::Error: (Unsupported) if "scenes" were asked for and cannot be had, (InvalidArgument) if
// there is no such folder, (Io) if it cannot be written.
std::vector<std::string> ownContent(const std::string& kind, const Log& log);

}  // namespace impasto::trainer
