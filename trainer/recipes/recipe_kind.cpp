#include "recipes/recipe_kind.h"

#include <filesystem>

#include "base/error.h"
#include "engine/outputs.h"
#include "engine/processes.h"
#include "engine/trainer.h"
#include "export/style_export.h"
#include "recipes/cross_validation.h"
#include "recipes/distill.h"
#include "recipes/multi.h"
#include "recipes/multi_export.h"
#include "recipes/paired.h"
#include "recipes/perceptual.h"
#include "recipes/private_unpaired.h"
#include "recipes/style.h"
#include "recipes/texture.h"
#include "recipes/unpaired.h"

namespace impasto::trainer {
namespace {

constexpr int kInterrupted = 130;  // as a shell counts Ctrl-C

// With --privacy it is another recipe of the same name.
class UnpairedPlan final : public PlanOf<UnpairedSettings, UnpairedRecipe> {
 public:
  std::unique_ptr<Recipe> make(const Runtime& runtime, Log log) override {
    if (settings_.privacy.empty()) return PlanOf::make(runtime, std::move(log));
    return std::make_unique<PrivateUnpairedRecipe>(settings_, runtime, std::move(log));
  }
};

Style exportGenerator(const Checkpoint& checkpoint, const Provenance& provenance) {
  return makeStyle(*generatorOf(checkpoint), provenance);
}

void writeResult(Recipe& recipe, const std::string& record) {
  try {
    recipe.writeResult(record);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::Io) throw;
    throw Error(ErrorCode::Io, std::string(error.what()) + "; the weights are in the checkpoint: impasto-train export");
  }
}

}  // namespace

const std::vector<RecipeKind>& recipeKinds() {
  static const std::vector<RecipeKind> kinds = {
      {"style", "Learns one painting: a style file from it and a folder of pictures",
       "  impasto-train style --style-image udnie.jpg --out udnie.safetensors --preset preview\n"
       "  impasto-train style --style-image udnie.jpg --content photos/ --perceptual vgg19.safetensors --out udnie.safetensors\n"
       "  impasto-train style ... --samples samples/ --size small --steps 4000 --image-size 192\n"
       "  impasto-train style ... --resume\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<PlanOf<StyleSettings, StyleRecipe>>()); }, exportGenerator,
       stylePresets},
      {"multi", "Learns several paintings: one style file that paints like each of them and like mixtures",
       "  impasto-train multi --style-image udnie.jpg --style-image scream.jpg --content photos/ --out multi.safetensors\n"
       "  impasto-train multi ... --titles \"Udnie,The Scream\" --samples samples/\n"
       "  impasto-train encode multi.checkpoint.safetensors --style-image new.jpg --out more.safetensors\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<PlanOf<MultiSettings, MultiRecipe>>()); }, exportMulti,
       stylePresets},
      {"distill", "Learns to paint as a style file does: another, smaller generator from it and a folder of pictures",
       "  impasto-train distill --teacher large.safetensors --content photos/ --size small --out small.safetensors\n"
       "  impasto-train distill ... --decoder upsample --tail half\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<PlanOf<DistillSettings, DistillRecipe>>()); }, exportGenerator},
      {"perceptual", "Learns the features of VGG: a small perceptual network from it and folders of pictures",
       "  impasto-train perceptual --teacher vgg19.safetensors --content photos/ --content paintings/ --out perceptual.safetensors\n"
       "  impasto-train style --perceptual perceptual.safetensors ...\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<PlanOf<PerceptualSettings, PerceptualRecipe>>()); }, nullptr},
      {"unpaired", "Learns from a folder of pictures and a folder of paintings that do not belong together (CycleGAN)",
       "  impasto-train unpaired --content photos/ --paintings monet/ --out monet.safetensors\n"
       "  impasto-train unpaired ... --privacy 8,1e-5 --steps 4000\n"
       "  impasto-train unpaired ... --gan-loss hinge --discriminator multiscale --samples samples/\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<UnpairedPlan>()); }, exportGenerator},
      {"paired", "Learns from pictures and what shall be made of each (Pix2Pix)",
       "  impasto-train paired --pairs pairs/ --out night.safetensors     (pairs/input/1.png and pairs/target/1.png, ...)\n"
       "  impasto-train paired ... --adversarial-weight 0\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<PlanOf<PairedSettings, PairedRecipe>>()); }, exportGenerator},
      {"texture", "Learns to make textures like a painting's of noise (DCGAN, StyleGAN2)",
       "  impasto-train texture --style-image udnie.jpg --out texture.safetensors --samples samples/\n"
       "  impasto-train texture ... --generator stylegan2 --penalty-weight 5\n"
       "  impasto-train sample texture.safetensors --out textures.png\n",
       [] { return std::unique_ptr<Plan>(std::make_unique<PlanOf<TextureSettings, TextureRecipe>>()); }, nullptr},
  };
  return kinds;
}

const RecipeKind* findRecipe(const std::string& name) {
  for (const RecipeKind& kind : recipeKinds()) {
    if (name == kind.name) return &kind;
  }
  return nullptr;
}

int train(Plan& plan, const Log& log) {
  plan.check();
  return plan.run().folds > 0 ? crossValidate(plan, log) : trainOnce(plan, log);
}

int trainOnce(Plan& plan, const Log& log, HeldOutFigures* figures) {
  RunSettings& run = plan.run();
  refuseToOverwrite(run);
  checkOutputs(run);
  Runtime runtime = openRuntime(run.device, run.precision, run.threads);
  chooseBatch(run, runtime.device.is_cuda());
  const std::unique_ptr<Communicator> together = joinProcesses(runtime, run.threads, run.process_timeout);
  const bool speaks = together->rank() == 0;
  const Log said = speaks ? log : [](const std::string&) {};
  try {
    const std::unique_ptr<Recipe> recipe = plan.make(runtime, said);
    Trainer trainer(*recipe, run, runtime, *together, said);
    said("training: " + describe(runtime) + "; checkpoint " + checkpointPath(run));
    if (!trainer.run()) return kInterrupted;
    if (!speaks) return 0;
    if (figures) *figures = trainer.lastFigures();
    if (!recipe->writesResult()) {
      said("done: " + checkpointPath(run) + " holds the result");
      return 0;
    }
    writeResult(*recipe, trainingRecord(trainer.capture()));
    said("wrote " + run.out);
    return 0;
  } catch (const ProcessLost& error) {
    const bool begun = std::filesystem::exists(checkpointPath(run));
    throw Error(error.code(), error.what() + (begun ? "; go on with --resume " + checkpointPath(run) : std::string("; there is no checkpoint yet")));
  }
}

}  // namespace impasto::trainer
