#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"
#include "engine/trainer.h"
#include "recipes/recipe_kind.h"

namespace impasto::trainer {

void addExportCommand(CLI::App& app, Job& job) {
  struct Arguments {
    std::string checkpoint, out;
    Provenance provenance;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("export", "Writes the style file of a checkpoint, finished or not");
  command->footer("Example:\n  impasto-train export udnie.checkpoint.safetensors --out udnie.safetensors\n");
  command->add_option("checkpoint", a->checkpoint, "The checkpoint")->required();
  command->add_option("--out", a->out, "The style file to write")->required();
  command->add_option("--title", a->provenance.title, "Of the painting, for the style file");
  command->add_option("--painter", a->provenance.painter, "Likewise");
  command->add_option("--year", a->provenance.year, "Likewise");
  command->add_option("--licence", a->provenance.licence, "Likewise");
  command->callback([a, &job] {
    job = [a] {
      const Checkpoint checkpoint = readCheckpoint(a->checkpoint);
      Provenance provenance = a->provenance;
      provenance.training = trainingRecord(checkpoint);
      const auto painting = checkpoint.fingerprints.find("painting");
      if (painting != checkpoint.fingerprints.end()) provenance.style_image_sha256 = painting->second;
      const RecipeKind* kind = findRecipe(checkpoint.recipe);
      if (!kind || !kind->exportStyle) {
        throw Error(ErrorCode::InvalidArgument,
                    a->checkpoint + ": no style file can be made of the recipe \"" + checkpoint.recipe + "\"");
      }
      writeStyleFile(kind->exportStyle(checkpoint, provenance), a->out);
      std::fprintf(stderr, "wrote %s (step %lld)\n", a->out.c_str(), static_cast<long long>(checkpoint.step));
      return 0;
    };
  });
}

}  // namespace impasto::trainer
