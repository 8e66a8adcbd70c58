// impasto-train: trains, exports and inspects style generators.
#include <c10/util/Exception.h>

#include <cstdio>
#include <exception>
#include <string>

#include "base/error.h"
#include "cli/commands.h"

namespace {

constexpr const char* kExitStatus =
    "Exit status: 0 done; 1 failed: a file, the machine, the data; 2 misused: a flag, a setting, or a file that is not what "
    "it should be, nothing was begun; 130 interrupted by Ctrl-C, with a checkpoint if a run had begun.";

// LibTorch's messages carry a stack trace below their first line.
std::string firstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

int fail(const std::string& message, int status) {
  std::fprintf(stderr, "impasto-train: %s\n", firstLine(message).c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace impasto;
  CLI::App app{"Trains style generators for Impasto."};
  app.name("impasto-train");
  app.set_version_flag("--version", "impasto-train " IMPASTO_VERSION);
  app.require_subcommand(1);
  trainer::Job job;
  trainer::addRecipeCommands(app, job);
  trainer::addEvaluateCommand(app, job);
  trainer::addExportCommand(app, job);
  trainer::addEncodeCommand(app, job);
  trainer::addInspectCommand(app, job);
  trainer::addSampleCommand(app, job);
  trainer::addSettingsCommand(app, job);
  app.footer(kExitStatus);
  for (CLI::App* command : app.get_subcommands({})) command->footer(command->get_footer() + kExitStatus);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return fail(std::string(error.what()) + " (see --help)", 2);
  }
  try {
    return job();
  } catch (const Error& error) {
    return fail(error.what(), error.code() == ErrorCode::InvalidArgument ? 2 : 1);
  } catch (const c10::Error& error) {
    return fail(std::string("LibTorch: ") + error.what_without_backtrace(), 1);
  } catch (const std::exception& error) {
    return fail(error.what(), 1);
  }
}
