#include <sstream>

#include "base/error.h"
#include "cli/commands.h"
#include "recipes/style.h"

namespace impasto::trainer {
namespace {

struct Arguments {
  StyleSettings settings;
  std::string device = "auto", precision = "auto";
  int threads = 0;
  std::vector<std::string> style_layers;
  std::vector<double> style_layer_weights;
};

constexpr char kExamples[] =
    "Examples:\n"
    "  impasto-train style --style-image udnie.jpg --content photos/ --perceptual vgg19.safetensors --out udnie.safetensors\n"
    "  impasto-train style ... --samples samples/ --size small --steps 4000 --image-size 192\n"
    "  impasto-train style ... --resume udnie.checkpoint.safetensors\n";

}  // namespace

void addStyleCommand(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  Arguments& a = *arguments;
  StyleSettings& s = a.settings;
  CLI::App* command = app.add_subcommand("style", "Learns one painting: a style file from it and a folder of pictures");
  command->footer(kExamples);
  command->add_option("--style-image", s.style_image, "The painting (PNG, JPEG)")->required();
  command->add_option("--content", s.content, "Folder of pictures to paint; may be given several times")->required();
  command->add_option("--perceptual", s.perceptual, "VGG16 or VGG19, torchvision's names, safetensors")->required();
  command->add_option("--out", s.out, "The style file to write")->required();
  command->add_option("--size", s.size, "Generator: small, medium or large")->capture_default_str();
  command->add_option("--image-size", s.image_size, "Side of the training crops, pixels")->capture_default_str();
  command->add_option("--style-size", s.style_size, "Shorter side of the painting, pixels: strokes grow with it")
      ->capture_default_str();
  command->add_option("--steps", s.steps, "Training steps")->capture_default_str();
  command->add_option("--batch", s.batch, "Crops a step")->capture_default_str();
  command->add_option("--device", a.device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--precision", a.precision, "auto, float32 or bfloat16")->capture_default_str();
  command->add_option("--threads", a.threads, "CPU threads; 0: all cores")->capture_default_str();
  command->add_option("--seed", s.seed, "Equal seeds give equal runs on one machine")->capture_default_str();
  command->add_option("--resume", s.resume, "Checkpoint to go on with");
  command->add_option("--init", s.init, "Style file or checkpoint to start from");
  command->add_option("--content-weight", s.content_weight, "Higher: the scene stays")->capture_default_str();
  command->add_option("--style-weight", s.style_weight, "Higher: more paint")->capture_default_str();
  command->add_option("--tv-weight", s.tv_weight, "Higher: less fine noise")->capture_default_str();
  command->add_option("--palette-weight", s.palette_weight, "Higher: the painting's colours, less the scene's")
      ->capture_default_str();
  command->add_option("--structure-weight", s.structure_weight, "Higher: the scene's edges stay")->capture_default_str();
  command->add_option("--edge-weight", s.edge_weight, "Higher: edges stay strong")->capture_default_str();
  command->add_option("--tone-weight", s.tone_weight, "Higher: light areas stay lighter than dark ones")
      ->capture_default_str();
  command->add_option("--lattice-weight", s.lattice_weight, "Higher: less of a grid")->capture_default_str();
  command->add_option("--detail-weight", s.detail_weight, "Higher: the scene's fine detail stays")
      ->capture_default_str();
  command->add_option("--border-weight", s.border_weight, "Higher: strokes at the border lie as they would without one")
      ->capture_default_str();
  command->add_option("--full-resolution-at", s.full_resolution_at,
                      "Fraction of the steps from which losses see every pixel; half resolution before, 4x faster")
      ->capture_default_str();
  command->add_option("--content-layer", s.content_layer, "Where content is compared")->capture_default_str();
  command->add_option("--style-layers", a.style_layers, "Where style is compared, comma-separated")->delimiter(',');
  command->add_option("--style-layer-weights", a.style_layer_weights, "One for each of them, comma-separated")
      ->delimiter(',');
  command->add_flag("--gram-center,!--no-gram-center", s.gram_center,
                    "Subtract the painting's channel means before Gram matrices: always at half resolution, half and half at full");
  command->add_option("--optimizer", s.optimizer, "muon or adam")->capture_default_str();
  command->add_option("--lr", s.learning_rate, "Peak learning rate; 0: 0.012 for muon, 0.002 for adam")
      ->capture_default_str();
  command->add_option("--freeze-norms-at", s.freeze_norms_at, "Fraction of the steps after which norms are frozen")
      ->capture_default_str();
  command->add_option("--holdout", s.holdout, "Pictures kept out of training, for samples")->capture_default_str();
  command->add_option("--checkpoint", s.checkpoint, "Checkpoint file; by default beside --out");
  command->add_option("--checkpoint-every", s.checkpoint_every, "Steps; 0: only at the end")->capture_default_str();
  command->add_option("--samples", s.samples, "Folder for sample grids");
  command->add_option("--samples-every", s.samples_every, "Steps")->capture_default_str();
  command->add_option("--title", s.provenance.title, "Of the painting, for the style file");
  command->add_option("--painter", s.provenance.painter, "Likewise");
  command->add_option("--year", s.provenance.year, "Likewise");
  command->add_option("--licence", s.provenance.licence, "Likewise");
  command->callback([arguments, &job] {
    job = [arguments] {
      StyleSettings settings = arguments->settings;
      if (!arguments->style_layers.empty()) {
        settings.style_layers.clear();
        for (const std::string& name : arguments->style_layers) settings.style_layers.push_back({name, 1.0});
      }
      const std::vector<double>& weights = arguments->style_layer_weights;
      if (!weights.empty()) {
        if (weights.size() != settings.style_layers.size()) {
          throw Error(ErrorCode::InvalidArgument, "--style-layer-weights: expected " +
                                                      std::to_string(settings.style_layers.size()) + " numbers, got " +
                                                      std::to_string(weights.size()));
        }
        for (size_t i = 0; i < weights.size(); ++i) settings.style_layers[i].weight = weights[i];
      }
      checkSettings(settings);
      installStopHandler();
      return trainStyle(settings, openRuntime(arguments->device, arguments->precision, arguments->threads)) ? 0 : 1;
    };
  });
}

}  // namespace impasto::trainer
