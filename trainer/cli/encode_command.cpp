// Adds paintings to what a run of the recipe `multi` has learned, without training.
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "cli/commands.h"
#include "data/painting.h"
#include "engine/runtime.h"
#include "engine/trainer.h"
#include "io/sha256.h"
#include "recipes/multi_export.h"

namespace impasto::trainer {
namespace {

struct Arguments {
  std::string checkpoint, perceptual, out, device = "auto";
  std::vector<std::string> images, titles, painters, years, licences;
  int threads = 0;
  bool only = false, overwrite = false;
};

Checkpoint readEncoderCheckpoint(const std::string& path) {
  if (!isCheckpoint(path)) {
    readStyleFile(path);  // what is neither is said by this
    throw Error(ErrorCode::InvalidArgument,
                path + ": is a style file: the style encoder is in the checkpoint of the run that wrote it");
  }
  return readCheckpoint(path);
}

// The network whose features the encoder knows.
std::unique_ptr<PerceptualNetwork> openNetwork(const Arguments& a, const Checkpoint& checkpoint) {
  const std::string path = a.perceptual.empty() ? ownPerceptualPath() : a.perceptual;
  const auto learned_from = checkpoint.fingerprints.find(kPerceptualFingerprint);
  if (learned_from == checkpoint.fingerprints.end() || learned_from->second != sha256HexOfFile(path)) {
    throw Error(ErrorCode::InvalidArgument, path + ": not the network whose features the style encoder knows: give the one "
                                                   "of the training by --perceptual");
  }
  return openPerceptual(path);
}

int64_t styleSizeOf(const Checkpoint& checkpoint) {
  const nlohmann::json settings = nlohmann::json::parse(checkpoint.settings, nullptr, /*allow_exceptions=*/false);
  const auto found = settings.find("style_size");
  if (found == settings.end() || !found->is_number_integer()) {
    throw Error(ErrorCode::InvalidArgument, "the checkpoint does not say how large paintings were");
  }
  return found->get<int64_t>();
}

int encode(const Arguments& a) {
  for (const auto* texts : {&a.titles, &a.painters, &a.years, &a.licences}) {
    if (texts->size() > a.images.size()) {
      throw Error(ErrorCode::InvalidArgument, "encode: more titles, painters, years or licences than --style-image");
    }
  }
  checkReplaced(a.out, a.checkpoint, a.overwrite);
  const Checkpoint checkpoint = readEncoderCheckpoint(a.checkpoint);
  StyleEncoder encoder{nullptr};
  try {
    encoder = encoderOf(checkpoint);
  } catch (const Error& error) {
    throw Error(error.code(), a.checkpoint + ": " + error.what());
  }
  const std::unique_ptr<PerceptualNetwork> network = openNetwork(a, checkpoint);
  const Runtime runtime = openRuntime(a.device, "float32", a.threads);
  network->to(runtime.device, runtime.compute);
  encoder->to(runtime.device);

  Provenance provenance;
  provenance.training = trainingRecord(checkpoint);
  Style style = exportMulti(checkpoint, provenance);
  if (a.only) style.paintings.clear();
  const auto side = static_cast<int>(styleSizeOf(checkpoint));
  const auto log = [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); };
  const auto of = [](const std::vector<std::string>& texts, size_t i) { return i < texts.size() ? texts[i] : ""; };
  for (size_t i = 0; i < a.images.size(); ++i) {
    const std::string title = of(a.titles, i).empty() ? titleOfFile(a.images[i]) : of(a.titles, i);
    for (const Painting& other : style.paintings) {
      if (other.title != title) continue;
      throw Error(ErrorCode::InvalidArgument, "--title: there is a painting \"" + title + "\" already");
    }
    const torch::Tensor painting = readPainting(a.images[i], side, log).to(runtime.device);
    style.paintings.push_back({title, of(a.painters, i), of(a.years, i), of(a.licences, i),
                               encodePainting(encoder, *network, painting)});
  }
  writeStyleFile(style, a.out);
  std::fprintf(stderr, "wrote %s, with %zu paintings\n", a.out.c_str(), style.paintings.size());
  return 0;
}

}  // namespace

void addEncodeCommand(CLI::App& app, Job& job) {
  auto a = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("encode", "Makes the style vectors of new paintings, without training: a style file with them");
  command->footer("The style encoder is in the checkpoint of a run of the recipe `multi`, not in its style file.\n"
                  "Examples:\n"
                  "  impasto-train encode multi.checkpoint.safetensors --style-image starry_night.jpg --out more.safetensors\n"
                  "  impasto-train encode multi.checkpoint.safetensors --style-image a.jpg --title A --style-image b.jpg "
                  "--title B --out more.safetensors\n");
  const auto list = [&](const char* flag, std::vector<std::string>& values, const char* help) {
    return command->add_option(flag, values, help)->expected(1)->take_all();
  };
  command->add_option("checkpoint", a->checkpoint, "Checkpoint of the recipe `multi`")->required();
  list("--style-image", a->images, "A painting (PNG, JPEG, WebP, TIFF, OpenEXR); may be given several times")->required();
  list("--title", a->titles, "Of the painting, in the order of --style-image; by default its file's name");
  list("--painter", a->painters, "Likewise");
  list("--year", a->years, "Likewise");
  list("--licence", a->licences, "Likewise");
  command->add_option("--perceptual", a->perceptual, "The perceptual network of the training; by default the trainer's own");
  command->add_option("--out", a->out, "The style file to write")->required();
  command->add_flag("--only", a->only, "Without the paintings that were learned");
  command->add_flag("--overwrite", a->overwrite, "Replace --out if it is there");
  command->add_option("--device", a->device, "auto, cpu or cuda")->capture_default_str();
  command->add_option("--threads", a->threads, "CPU threads; 0: all cores")->capture_default_str();
  command->callback([a, &job] { job = [a] { return encode(*a); }; });
}

}  // namespace impasto::trainer
