#include "recipes/multi_settings.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "recipes/style_settings.h"

namespace impasto::trainer {

MultiSettings::MultiSettings() {
  cpu_batch = 6;
  style_vector = 32;
}

void declare(Fields& fields, MultiSettings& s) {
  fields.group("What to learn from");
  fields.add("style-image", s.style_images, "A painting (PNG, JPEG, WebP, TIFF, OpenEXR); given several times, once for each")
      .required()
      .path();
  fields.add("content", s.content, "Folder of pictures to paint; may be given several times").required().path();
  fields.add("perceptual", s.perceptual,
             "VGG16 or VGG19, torchvision's names, or a network of the recipe `perceptual`, safetensors or .pth; "
             "by default the trainer's own")
      .path();

  fields.group("The run");
  fields.add("preset", s.preset, "Settings that go together, see above").choices(presetNames(stylePresets()));
  declare(fields, static_cast<RunSettings&>(s));
  fields.add("titles", s.titles, "Title of each painting, in the order of --style-image; by default its file's name");
  fields.add("painters", s.painters, "Painter of each");
  fields.add("years", s.years, "Year of each");
  fields.add("licences", s.licences, "Licence of each");

  fields.group("Generator and crops");
  declare(fields, static_cast<GeneratorShape&>(s));
  declareExtraInputs(fields, s);
  fields.add("style-vector", s.style_vector, "Numbers of the style vector, which says which painting")
      .range(1, kMaxStyleVectorLength);
  fields.add("image-size", s.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);
  fields.add("style-size", s.style_size, "Shorter side of each painting, pixels: strokes grow with it").range(32, 4096);

  declare(fields, s.augmentation);

  declareObjective(fields, s);
  fields.add("flat-crops", s.flat_crops, "Share of the crops that are of one colour, as skies and walls are").range(0, 1);

  declare(fields, s.clips);

  declareOptimiser(fields, s);
  fields.add("encoder-lr", s.encoder_learning_rate, "Peak learning rate of the style encoder").atLeast(0);
}

void checkSettings(const MultiSettings& settings) {
  checkFields(settings);
  checkRun(settings);
  styleLayers(settings);
  checkClips(settings.clips, settings.history);
  const size_t count = settings.style_images.size();
  if (count < 2 || count > kMaxPaintings) {
    throw Error(ErrorCode::InvalidArgument, "--style-image: expected 2 to " + std::to_string(kMaxPaintings) +
                                                " paintings, got " + std::to_string(count) +
                                                (count == 1 ? "; the recipe `style` learns one" : ""));
  }
  const std::pair<const char*, const std::vector<std::string>*> lists[] = {
      {"--titles", &settings.titles},
      {"--painters", &settings.painters},
      {"--years", &settings.years},
      {"--licences", &settings.licences}};
  for (const auto& [flag, values] : lists) {
    if (!values->empty() && values->size() != count) {
      throw Error(ErrorCode::InvalidArgument, std::string(flag) + ": expected " + std::to_string(count) +
                                                  ", one for each painting, got " + std::to_string(values->size()));
    }
  }
  std::vector<std::string> titles;
  for (const Painting& painting : describedPaintings(nlohmann::json::parse(settingsText(settings)))) {
    titles.push_back(painting.title);
  }
  std::sort(titles.begin(), titles.end());
  const auto twice = std::adjacent_find(titles.begin(), titles.end());
  if (twice != titles.end()) {
    throw Error(ErrorCode::InvalidArgument, "--titles: two paintings are called \"" + *twice + "\"");
  }
}

std::string titleOfFile(const std::string& path) {
  std::string title = std::filesystem::path(path).stem().string();
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

std::vector<Painting> describedPaintings(const nlohmann::json& settings) {
  const auto list = [&](const char* key) {
    std::vector<std::string> texts;
    const auto found = settings.find(key);
    if (found == settings.end() || !found->is_array()) return texts;
    for (const nlohmann::json& text : *found) texts.push_back(text.is_string() ? text.get<std::string>() : "");
    return texts;
  };
  const std::vector<std::string> images = list("style_image"), titles = list("titles"), painters = list("painters"),
                                 years = list("years"), licences = list("licences");
  const auto of = [](const std::vector<std::string>& texts, size_t i) { return i < texts.size() ? texts[i] : ""; };
  std::vector<Painting> paintings;
  for (size_t i = 0; i < images.size(); ++i) {
    const std::string title = of(titles, i);
    paintings.push_back(
        {title.empty() ? titleOfFile(images[i]) : title, of(painters, i), of(years, i), of(licences, i), {}});
  }
  return paintings;
}

}  // namespace impasto::trainer
