#include "common/command_line.h"

#include <impasto/impasto.h>

#include <new>

#include "common/error.h"
#include "common/interrupt.h"
#include "common/message.h"

namespace impasto::app {

CLI::Validator numberFrom(double low, double high) {
  const std::string range = CLI::detail::to_string(low) + " to " + CLI::detail::to_string(high);
  const auto check = [=](const std::string& text) {
    double value = 0;
    const bool inside = CLI::detail::lexical_cast(text, value) && value >= low && value <= high;  // NaN is not
    return inside ? std::string() : text + " is not a number from " + range;
  };
  return CLI::Validator(check, range);
}

void addControls(CLI::App& parser, ImpastoControls& controls, const std::string& what) {
  controls.size = sizeof controls;
  impastoDefaultControls(&controls);
  const auto add = [&](const char* flag, float& value, const std::string& description) {
    parser.add_option(flag, value, description)->check(numberFrom(0, 1))->capture_default_str();
  };
  add("--strength", controls.strength, "0: the " + what + " as it is; 1: painted");
  add("--color-preservation", controls.color_preservation, "1: keep the " + what + "'s own colours");
  add("--detail", controls.detail, "How much of the " + what + "'s fine detail is put back");
}

void addVersion(CLI::App& parser, const std::string& program) {
  const uint32_t version = impastoGetVersion();
  parser.set_version_flag("--version", program + " " + std::to_string(VK_API_VERSION_MAJOR(version)) + "." +
                                           std::to_string(VK_API_VERSION_MINOR(version)) + "." +
                                           std::to_string(VK_API_VERSION_PATCH(version)));
}

int runProgram(CLI::App& parser, const std::string& program, int argc, char** argv, const std::function<int()>& body) {
  const auto report = [&](const std::string& message) { complain(program, message); };
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
