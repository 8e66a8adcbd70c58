// The subcommands of impasto-train: each adds itself to the command line and fills in what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

namespace impasto::trainer {

// Returns the exit status: 0 done, 1 failed, 130 interrupted.
using Job = std::function<int()>;

// For what is written as a PNG: a name that ends otherwise may be that of a style or of a checkpoint.
CLI::Validator pngName();

// Throws impasto::Error(InvalidArgument) if `path` is there and may not be replaced, or is `source`, which never may.
void checkReplaced(const std::string& path, const std::string& source, bool overwrite);

void addRecipeCommands(CLI::App& app, Job& job);
void addSettingsCommand(CLI::App& app, Job& job);
void addEvaluateCommand(CLI::App& app, Job& job);
void addExportCommand(CLI::App& app, Job& job);
void addEncodeCommand(CLI::App& app, Job& job);
void addInspectCommand(CLI::App& app, Job& job);
void addSampleCommand(CLI::App& app, Job& job);

}  // namespace impasto::trainer
