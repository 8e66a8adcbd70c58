// A subcommand for each recipe, made from its table of settings.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "base/error.h"
#include "cli/commands.h"
#include "recipes/cross_validation.h"
#include "recipes/recipe_kind.h"

namespace impasto::trainer {
namespace {

struct Arguments {
  const RecipeKind* kind = nullptr;
  std::unique_ptr<Plan> plan;
  Fields fields;
  RawSettings typed;
  std::string config;
};

void addOption(CLI::App& command, const Field& field, RawSettings& typed) {
  const std::string key = field.key();
  if (field.isFlag()) {
    command.add_flag_callback(field.flag(), [&typed, key] { typed[key] = {"true"}; }, field.help())
        ->group(field.groupName());
    command.add_flag_callback("--no-" + key, [&typed, key] { typed[key] = {"false"}; })->group("");
    return;
  }
  CLI::Option* option = command.add_option_function<std::vector<std::string>>(
      field.flag(), [&typed, key](const std::vector<std::string>& values) { typed[key] = values; }, field.help());
  option->group(field.groupName())->type_name(field.typeName());
  if (field.isList()) {
    option->take_all()->delimiter(',');
  } else {
    option->expected(field.valueIsOptional() ? 0 : 1, 1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  }
  const std::string value = field.valueText(), range = field.rangeText();
  option->default_str(value);
  if (!range.empty()) option->description(field.help() + " (" + range + ")");
}

// Throws impasto::Error(InvalidArgument) if the run would write over a file that a setting names as its input: not even
// --overwrite asks for that.
void keepInputs(const RunSettings& run, const RawSettings& given) {
  for (const auto& [key, values] : given) {
    if (key == "out" || key == "checkpoint" || key == "resume") continue;
    for (const std::string& value : values) {
      for (const std::string& output : {run.out, checkpointPath(run)}) {
        std::error_code none;
        if (!std::filesystem::equivalent(value, output, none)) continue;
        throw Error(ErrorCode::InvalidArgument, output + ": is what --" + key + " names: give another --out");
      }
    }
  }
}

void refusePrivacy(CLI::App& command, const std::string& recipe) {
  command.add_option_function<std::string>("--privacy", [recipe](const std::string&) {
    throw CLI::ValidationError("--privacy", "the recipe " + recipe + " is to learn what it is given by heart, which no noise "
                                            "hides: only unpaired keeps a collection private");
  })->group("");
}

int runRecipe(Arguments& a) {
  const RawSettings file = a.config.empty() ? RawSettings{} : readConfigFile(a.config);
  if (a.kind->presets) a.fields.apply(presetValues(a.kind->presets(), a.typed, file), "--preset");
  a.fields.apply(file, a.config);
  for (auto& [key, values] : a.typed) {
    const Field* field = a.fields.find(key);
    // CLI11 hands over an empty text or an option's name for a flag that stands alone.
    if (field->valueIsOptional() && (values.empty() || values[0].empty())) values = {"auto"};
  }
  a.fields.apply(a.typed, "");
  keepInputs(a.plan->run(), file);
  keepInputs(a.plan->run(), a.typed);
  installStopHandler();
  const int status = train(*a.plan, [](const std::string& message) { std::fprintf(stderr, "%s\n", message.c_str()); });
  if (status == 0 && a.plan->run().json) {
    std::ifstream report(foldsReportPath(a.plan->run()));
    std::cout << report.rdbuf() << std::flush;
  }
  return status;
}

}  // namespace

void addRecipeCommands(CLI::App& app, Job& job) {
  for (const RecipeKind& kind : recipeKinds()) {
    const auto arguments = std::make_shared<Arguments>();
    arguments->kind = &kind;
    arguments->plan = kind.plan();
    arguments->plan->addTo(arguments->fields);
    CLI::App* command = app.add_subcommand(kind.name, kind.summary);
    command->footer(std::string("Examples:\n") + kind.examples);
    command->add_option("--config", arguments->config, "TOML file of settings: keys are flags without dashes");
    for (const Field& field : arguments->fields.all()) addOption(*command, field, arguments->typed);
    if (!arguments->fields.find("privacy")) refusePrivacy(*command, kind.name);
    command->callback([arguments, &job] { job = [arguments] { return runRecipe(*arguments); }; });
  }
}

void addSettingsCommand(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("settings", "Prints all settings of all recipes as Markdown");
  command->footer("Example:\n  impasto-train settings > docs/training-settings.md\n");
  command->callback([&job] {
    job = [] {
      std::printf("# Settings of the trainer\n\nWritten by `impasto-train settings`. Each flag is also a key of a "
                  "`--config` file (TOML), without its dashes.\n");
      for (const RecipeKind& kind : recipeKinds()) {
        const std::unique_ptr<Plan> plan = kind.plan();
        Fields fields;
        plan->addTo(fields);
        const std::string presets = kind.presets ? markdownOf(kind.presets()) : "";
        std::printf("\n## `%s`\n\n%s.\n%s%s", kind.name, kind.summary, presets.c_str(), fields.markdown().c_str());
      }
      return 0;
    };
  });
}

}  // namespace impasto::trainer
