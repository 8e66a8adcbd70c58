#include "config/presets.h"

namespace impasto::trainer {

std::vector<std::string> presetNames(const std::vector<Preset>& presets) {
  std::vector<std::string> names;
  for (const Preset& preset : presets) names.push_back(preset.name);
  return names;
}

RawSettings presetValues(const std::vector<Preset>& presets, const RawSettings& typed, const RawSettings& file) {
  std::string name = kUsualPreset;
  for (const RawSettings* settings : {&file, &typed}) {
    const auto found = settings->find("preset");
    if (found != settings->end()) name = found->second.size() == 1 ? found->second[0] : "";
  }
  for (const Preset& preset : presets) {
    if (preset.name == name) return preset.values;
  }
  return {};
}

std::string markdownOf(const std::vector<Preset>& presets) {
  if (presets.empty()) return {};
  std::string text = "\n**Presets**: settings that go together; what is given by hand wins.\n\n| `--preset` | for | sets |\n|---|---|---|\n";
  for (const Preset& preset : presets) {
    std::string values;
    for (const auto& [key, texts] : preset.values) {
      if (!values.empty()) values += ' ';
      values.append("`--").append(key);
      for (size_t i = 0; i < texts.size(); ++i) values.append(i == 0 ? " " : ",").append(texts[i]);
      values += '`';
    }
    text.append("| `").append(preset.name).append("` | ").append(preset.what_for).append(" | ");
    text.append(values).append(" |\n");
  }
  return text;
}

}  // namespace impasto::trainer
