// The recipes that impasto-train knows. To add one: its settings and its Recipe in recipes/, an entry in
// recipe_kind.cpp, its test. The command line, configuration files, checkpoints and documentation follow.
#pragma once

#include <memory>
#include <vector>

#include "config/presets.h"
#include "config/run_settings.h"
#include "engine/checkpoint.h"
#include "engine/recipe.h"
#include "engine/runtime.h"
#include "style/style.h"

namespace impasto::trainer {

// One run that is being set up: settings of some recipe and how the recipe is made of them.
class Plan {
 public:
  virtual ~Plan() = default;
  virtual RunSettings& run() = 0;
  virtual void addTo(Fields& fields) = 0;
  virtual void check() const = 0;  // throws impasto::Error(InvalidArgument), naming the flag
  // The plan must outlive the recipe.
  virtual std::unique_ptr<Recipe> make(const Runtime& runtime, Log log) = 0;
};

struct RecipeKind {
  const char* name;      // of the subcommand and in checkpoints
  const char* summary;   // one line
  const char* examples;  // for --help
  std::unique_ptr<Plan> (*plan)();
  // The style file of a checkpoint of this kind; null if it makes none.
  Style (*exportStyle)(const Checkpoint& checkpoint, const Provenance& provenance);
  // What --preset offers; null for recipes without that setting.
  const std::vector<Preset>& (*presets)() = nullptr;
};

const std::vector<RecipeKind>& recipeKinds();

// Null if there is none of that name.
const RecipeKind* findRecipe(const std::string& name);

// A plan of `Settings`, for which there are declare(Fields&, Settings&) and checkSettings(const Settings&), and of a
// recipe R(const Settings&, const Runtime&, Log).
template <class Settings, class R>
class PlanOf : public Plan {
 public:
  RunSettings& run() override { return settings_; }
  void addTo(Fields& fields) override { declare(fields, settings_); }
  void check() const override { checkSettings(settings_); }
  std::unique_ptr<Recipe> make(const Runtime& runtime, Log log) override {
    return std::make_unique<R>(settings_, runtime, std::move(log));
  }

 protected:
  Settings settings_;
};

// The whole job: checks, recipe, loop, result; or folds of a cross-validation. Returns the exit status: 0 done, 130
// interrupted (a checkpoint is there). Throws impasto::Error.
int train(Plan& plan, const Log& log);

// One run of a checked plan. `figures`, if not null, becomes what was measured at the end on what was held out.
int trainOnce(Plan& plan, const Log& log, HeldOutFigures* figures = nullptr);

}  // namespace impasto::trainer
