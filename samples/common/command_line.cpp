#include "common/command_line.h"

#include <impasto/impasto.h>

#include <cstdio>
#include <new>

#include "common/error.h"
#include "common/interrupt.h"

namespace impasto::app {

CLI::Validator fraction() {
  const auto check = [](const std::string& text) {
    double value = 0;
    return CLI::detail::lexical_cast(text, value) && value >= 0 && value <= 1 ? std::string()
                                                                              : text + " is not in 0 to 1";
  };
  return CLI::Validator(check, "0 to 1");
}

void addVersion(CLI::App& parser, const std::string& program) {
  const uint32_t version = impastoGetVersion();
  parser.set_version_flag("--version", program + " " + std::to_string(VK_API_VERSION_MAJOR(version)) + "." +
                                           std::to_string(VK_API_VERSION_MINOR(version)) + "." +
                                           std::to_string(VK_API_VERSION_PATCH(version)));
}

int runProgram(CLI::App& parser, const std::string& program, int argc, char** argv, const std::function<int()>& body) {
  const auto report = [&](const std::string& message) {
    std::fprintf(stderr, "%s: %s\n", program.c_str(), message.c_str());
  };
  try {
    parser.parse(argc, argv);
    catchInterrupts();
    return body();
  } catch (const CLI::Success& success) {  // --help, --version
    return parser.exit(success);
  } catch (const CLI::ParseError& error) {
    report(std::string(error.what()) + " (see --help)");
    return kExitMisused;
  } catch (const UsageError& error) {
    report(std::string(error.what()) + " (see --help)");
    return kExitMisused;
  } catch (const Interrupted&) {
    report("interrupted");
    return kExitInterrupted;
  } catch (const std::bad_alloc&) {
    report("not enough memory");
    return kExitFailed;
  } catch (const std::exception& error) {
    report(error.what());
    return kExitFailed;
  }
}

}  // namespace impasto::app
