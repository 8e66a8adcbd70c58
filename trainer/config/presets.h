// Settings that go together, by name: what a recipe offers for --preset. What is given by hand, on the command line or in a
// configuration file, wins.
#pragma once

#include <string>
#include <vector>

#include "config/fields.h"

namespace impasto::trainer {

struct Preset {
  std::string name, what_for;
  RawSettings values;  // by key, as they would be typed
};

// The names, for Field::choices.
std::vector<std::string> presetNames(const std::vector<Preset>& presets);

// The one that counts where none is named.
inline constexpr const char* kUsualPreset = "standard";

// The values of the one that `typed` or else `file` names under "preset", or else of the usual one; empty if there is none
// of that name (the field's own check says so).
RawSettings presetValues(const std::vector<Preset>& presets, const RawSettings& typed, const RawSettings& file);

// A Markdown table of them; empty for none.
std::string markdownOf(const std::vector<Preset>& presets);

}  // namespace impasto::trainer
