#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"
#include "engine/trainer.h"
#include "onnx/onnx_model.h"
#include "recipes/recipe_kind.h"

namespace impasto::trainer {
namespace {

Style styleOf(const std::string& path, const Provenance& given) {
  const Checkpoint checkpoint = readCheckpoint(path);
  Provenance provenance = given;
  provenance.training = trainingRecord(checkpoint);
  const auto painting = checkpoint.fingerprints.find("painting");
  if (painting != checkpoint.fingerprints.end()) provenance.style_image_sha256 = painting->second;
  const RecipeKind* kind = findRecipe(checkpoint.recipe);
  if (!kind || !kind->exportStyle) {
    throw Error(ErrorCode::InvalidArgument,
                path + ": no style file can be made of the recipe \"" + checkpoint.recipe + "\"");
  }
  Style style = kind->exportStyle(checkpoint, provenance);
  std::fprintf(stderr, "%s: step %lld\n", path.c_str(), static_cast<long long>(checkpoint.step));
  return style;
}

// The style of a file, with what was given about its painting in place of what it says.
Style styleOfFile(const std::string& path, const Provenance& given) {
  Style style = readStyleFile(path);
  for (std::string Provenance::*const said : {&Provenance::title, &Provenance::painter, &Provenance::year, &Provenance::licence}) {
    if (!(given.*said).empty()) style.provenance.*said = given.*said;
  }
  return style;
}

}  // namespace

void addExportCommand(CLI::App& app, Job& job) {
  struct Arguments {
    std::string checkpoint, style, out, onnx;
    Provenance provenance;
    bool overwrite = false;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("export", "Writes the style file of a checkpoint, finished or not, or an ONNX model");
  command->footer(
      "Examples:\n"
      "  impasto-train export udnie.checkpoint.safetensors --out udnie.safetensors\n"
      "  impasto-train export --style udnie.safetensors --onnx udnie.onnx\n"
      "  impasto-train export --style udnie.safetensors --title Udnie --licence \"public domain\" --out named.safetensors\n");
  CLI::Option* checkpoint = command->add_option("checkpoint", a->checkpoint, "The checkpoint");
  command->add_option("--style", a->style, "A style file instead of a checkpoint")->excludes(checkpoint);
  command->add_option("--out", a->out, "The style file to write");
  command->add_option("--onnx", a->onnx, "The ONNX model to write, for other runtimes; of any height and width");
  command->add_option("--title", a->provenance.title, "Of the painting, for the style file");
  command->add_option("--painter", a->provenance.painter, "Likewise");
  command->add_option("--year", a->provenance.year, "Likewise");
  command->add_option("--licence", a->provenance.licence, "Likewise");
  command->add_flag("--overwrite", a->overwrite, "Replace --out and --onnx if they are there");
  command->callback([a, &job] {
    job = [a] {
      if (a->checkpoint.empty() == a->style.empty()) {
        throw Error(ErrorCode::InvalidArgument, "export: expected a checkpoint or --style");
      }
      if (a->out.empty() && a->onnx.empty()) {
        throw Error(ErrorCode::InvalidArgument, "export: expected --out, --onnx or both");
      }
      for (const std::string& path : {a->out, a->onnx}) {
        checkReplaced(path, a->checkpoint.empty() ? a->style : a->checkpoint, a->overwrite);
      }
      const Style style = a->style.empty() ? styleOf(a->checkpoint, a->provenance) : styleOfFile(a->style, a->provenance);
      if (!a->out.empty()) {
        writeStyleFile(style, a->out);
        std::fprintf(stderr, "wrote %s\n", a->out.c_str());
      }
      if (!a->onnx.empty()) {
        writeOnnxFile(style, a->onnx);
        std::fprintf(stderr, "wrote %s\n", a->onnx.c_str());
      }
      return 0;
    };
  });
}

}  // namespace impasto::trainer
