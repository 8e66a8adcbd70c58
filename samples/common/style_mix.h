// Which painting of a style that holds several, or which mixture of them, as a command line names it.
#pragma once

#include <impasto/impasto.h>

#include <string>
#include <vector>

namespace impasto::app {

inline constexpr const char* kMixHelp =
    "Of a style that holds several paintings: which, by title or by number, counted from 0; or how much of each, the "
    "sum of which counts as all";

// The style vector of "The Scream", "1", "Udnie=0.7,The Scream=0.3" or "0=2,1=1" for ImpastoFrame::style_vector; none, which
// stands for the style's first painting, of an empty text. A title is one in any case of ASCII letters; one with a comma in
// it can be given alone or by its number. `path` names the style in messages. Throws UsageError: a style of one
// painting, a painting it does not hold or that is named twice, a weight that is no number from 0 to a million, a sum of 0.
std::vector<float> parseMix(ImpastoStyle style, const std::string& path, const std::string& text);

}  // namespace impasto::app
