#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "networks/generator_spec.h"
#include "recipes/style.h"

namespace impasto::trainer {

std::string settingsJson(const StyleSettings& settings) {
  nlohmann::ordered_json layers;
  for (const StyleLayer& layer : settings.style_layers) layers[layer.name] = layer.weight;
  const nlohmann::ordered_json json = {{"recipe", "style"},
                                       {"size", settings.size},
                                       {"image_size", settings.image_size},
                                       {"style_size", settings.style_size},
                                       {"steps", settings.steps},
                                       {"batch", settings.batch},
                                       {"seed", settings.seed},
                                       {"content_weight", settings.content_weight},
                                       {"style_weight", settings.style_weight},
                                       {"tv_weight", settings.tv_weight},
                                       {"palette_weight", settings.palette_weight},
                                       {"structure_weight", settings.structure_weight},
                                       {"edge_weight", settings.edge_weight},
                                       {"tone_weight", settings.tone_weight},
                                       {"lattice_weight", settings.lattice_weight},
                                       {"detail_weight", settings.detail_weight},
                                       {"border_weight", settings.border_weight},
                                       {"full_resolution_at", settings.full_resolution_at},
                                       {"content_layer", settings.content_layer},
                                       {"style_layers", layers},
                                       {"gram_center", settings.gram_center},
                                       {"optimizer", settings.optimizer},
                                       {"learning_rate", settings.learning_rate},
                                       {"freeze_norms_at", settings.freeze_norms_at},
                                       {"perceptual", std::filesystem::path(settings.perceptual).filename().string()},
                                       {"warm_start", !settings.init.empty()}};
  return json.dump();
}

std::string checkpointPath(const StyleSettings& settings) {
  if (!settings.checkpoint.empty()) return settings.checkpoint;
  const std::filesystem::path out(settings.out);
  return (out.parent_path() / (out.stem().string() + ".checkpoint.safetensors")).string();
}

void checkSettings(const StyleSettings& settings) {
  const auto require = [](bool ok, const std::string& message) {
    if (!ok) throw Error(ErrorCode::InvalidArgument, message);
  };
  require(!settings.style_image.empty(), "--style-image is required");
  require(!settings.content.empty(), "--content is required");
  require(!settings.perceptual.empty(), "--perceptual is required: a VGG16 or VGG19 in safetensors form");
  require(!settings.out.empty(), "--out is required");
  makeGeneratorSpec(settings.size);  // names the sizes there are
  require(settings.image_size >= 32 && settings.image_size <= 2048 && settings.image_size % 16 == 0,
          "--image-size: expected a multiple of 16 from 32 to 2048");
  require(settings.style_size >= 32 && settings.style_size <= 4096, "--style-size: expected 32 to 4096");
  require(settings.steps >= 1 && settings.steps <= 100'000'000, "--steps: expected 1 to 100000000");
  require(settings.batch >= 1 && settings.batch <= 256, "--batch: expected 1 to 256");
  for (const auto& [flag, value] : {std::pair{"--content-weight", settings.content_weight},
                                    std::pair{"--style-weight", settings.style_weight},
                                    std::pair{"--tv-weight", settings.tv_weight},
                                    std::pair{"--palette-weight", settings.palette_weight},
                                    std::pair{"--structure-weight", settings.structure_weight},
                                    std::pair{"--edge-weight", settings.edge_weight},
                                    std::pair{"--tone-weight", settings.tone_weight},
                                    std::pair{"--lattice-weight", settings.lattice_weight},
                                    std::pair{"--border-weight", settings.border_weight},
                                    std::pair{"--detail-weight", settings.detail_weight},
                                    std::pair{"--lr", settings.learning_rate}}) {
    require(std::isfinite(value) && value >= 0, std::string(flag) + ": expected a number of at least 0");
  }
  require(settings.freeze_norms_at >= 0 && settings.freeze_norms_at <= 1, "--freeze-norms-at: expected 0 to 1");
  require(settings.full_resolution_at >= 0 && settings.full_resolution_at <= 1, "--full-resolution-at: expected 0 to 1");
  require(settings.optimizer == "muon" || settings.optimizer == "adam",
          "--optimizer " + settings.optimizer + ": expected muon or adam");
  require(!settings.style_layers.empty(), "--style-layers: expected at least one layer");
  for (const StyleLayer& layer : settings.style_layers) {
    require(std::isfinite(layer.weight) && layer.weight >= 0, "--style-layer-weights: expected numbers of at least 0");
  }
  require(settings.holdout >= 0, "--holdout: expected at least 0");
  require(settings.init.empty() || settings.resume.empty(), "--init and --resume: give one of them");
  require(settings.checkpoint_every >= 0 && settings.samples_every >= 1,
          "--checkpoint-every, --samples-every: expected a number of steps");
  const std::filesystem::path folder = std::filesystem::path(settings.out).parent_path();
  require(folder.empty() || std::filesystem::is_directory(folder), settings.out + ": the folder does not exist");
}

}  // namespace impasto::trainer
