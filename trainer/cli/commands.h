// The subcommands of impasto-train: each adds itself to the command line and fills in what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

namespace impasto::trainer {

// Returns the exit status: 0 done, 1 failed, 130 interrupted.
using Job = std::function<int()>;

void addRecipeCommands(CLI::App& app, Job& job);
void addSettingsCommand(CLI::App& app, Job& job);
void addEvaluateCommand(CLI::App& app, Job& job);
void addExportCommand(CLI::App& app, Job& job);
void addEncodeCommand(CLI::App& app, Job& job);
void addInspectCommand(CLI::App& app, Job& job);
void addSampleCommand(CLI::App& app, Job& job);

}  // namespace impasto::trainer
