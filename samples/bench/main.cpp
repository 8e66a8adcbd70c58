// impasto-bench: what a painted frame takes, whole, by stage and by op; beside other runtimes; and what it should take on
// devices that are not here.
#include <cstdio>
#include <nlohmann/json.hpp>

#include "bench_options.h"
#include "common/command_line.h"
#include "common/error.h"
#include "cost/cost_report.h"
#include "measure.h"

namespace impasto::app {
namespace {

constexpr const char* kProgram = "impasto-bench";

void print(const nlohmann::json& json) {
  std::printf("%s\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
}

int run(const BenchOptions& options) {
  if (options.cost_page) {
    std::fputs(costPage().c_str(), stdout);
  } else if (options.predict == "list") {
    std::fputs(listDeviceClasses().c_str(), stdout);
  } else if (!options.predict.empty()) {
    if (options.json) {
      print(predictionJson(options));
    } else {
      std::fputs(predictionText(options).c_str(), stdout);
    }
  } else {
    const BenchResult result = measure(options);
    if (options.json) {
      print(asJson(result));
    } else {
      std::fputs(asTable(result).c_str(), stdout);
    }
    if (result.interrupted) return kExitInterrupted;
  }
  return kExitOk;
}

int main(int argc, char** argv) {
  BenchOptions options;
  BenchArguments arguments;
  CLI::App parser("Measures what painting a frame takes.", kProgram);
  addOptions(parser, options, arguments);
  addVersion(parser, kProgram);
  parser.footer(
      "Examples:\n"
      "  impasto-bench --size medium\n"
      "  impasto-bench --style styles/udnie.safetensors --resolutions 1080p,4k --json\n"
      "  impasto-bench --backend vulkan --resolutions 640x360 --compare\n"
      "  impasto-bench --predict rtx-4070 --resolutions 1080p --budget 2\n\n"
      "What is measured, and how: docs/bench.md. Ctrl-C prints what was measured until then.\n\n"
      "Exit status: 0 measured, 1 failed, 2 misused, 130 interrupted.");
  return runProgram(parser, kProgram, argc, argv, [&] {
    finishOptions(arguments, options);
    return run(options);
  });
}

}  // namespace
}  // namespace impasto::app

int main(int argc, char** argv) { return impasto::app::main(argc, argv); }
