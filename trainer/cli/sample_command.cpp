// Draws pictures from a texture generator.
#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"
#include "data/image.h"
#include "logging/sample_grid.h"
#include "nn/texture_generator.h"

namespace impasto::trainer {

void addSampleCommand(CLI::App& app, Job& job) {
  struct Arguments {
    std::string model, out;
    int count = 32, columns = 8, mix = 0;
    uint64_t seed = 1;
  };
  auto a = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("sample", "Draws textures from what the recipe `texture` has written");
  command->footer("Examples:\n"
                  "  impasto-train sample texture.safetensors --out textures.png\n"
                  "  impasto-train sample stylegan2.safetensors --mix 2 --count 24 --columns 6 --out mixed.png\n");
  command->add_option("model", a->model, "The texture generator")->required();
  command->add_option("--out", a->out, "PNG to write")->required()->check(pngName());
  command->add_option("--count", a->count, "Textures")->check(CLI::Range(1, 1024))->capture_default_str();
  command->add_option("--columns", a->columns, "Textures in a row")->check(CLI::Range(1, 64))->capture_default_str();
  command->add_option("--seed", a->seed, "Equal seeds give equal textures")->capture_default_str();
  command->add_option("--mix", a->mix, "stylegan2: all of a row share their first blocks' noise, all of a column the rest's: "
                                       "how many blocks are the row's; 0: no mixing")
      ->check(CLI::Range(0, 16));
  command->callback([a, &job] {
    job = [a] {
      TextureGenerator generator = readTextureGenerator(a->model);
      const int64_t columns = std::min(a->columns, a->count);
      torch::Tensor pictures;
      if (a->mix == 0) {
        pictures = drawTextures(generator, a->count, a->seed);
      } else {
        if (generator->options().kind == "stylegan2" && a->mix >= generator->blocks()) {
          throw Error(ErrorCode::InvalidArgument, "--mix: " + a->model + " has " + std::to_string(generator->blocks()) +
                                                      " blocks: at most " + std::to_string(generator->blocks() - 1));
        }
        pictures = drawMixedTextures(generator, (a->count + columns - 1) / columns, columns, a->mix, a->seed);
      }
      writePng(fromTensor(contactSheet(pictures, columns)), a->out);
      std::fprintf(stderr, "wrote %s\n", a->out.c_str());
      return 0;
    };
  });
}

}  // namespace impasto::trainer
