// What the command line of impasto-bench asks for.
#pragma once

#include <impasto/impasto.h>

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace impasto::app {

struct Resolution {
  uint32_t width = 0, height = 0;
};

struct BenchOptions {
  std::string style;  // a file; empty: a generator of `size` with made-up weights
  std::string size = "medium";
  ImpastoBackend backend = IMPASTO_BACKEND_AUTO;
  std::string device;                    // part of its name
  std::vector<Resolution> resolutions;   // empty: what suits the device
  std::optional<uint32_t> warm_up, frames;  // likewise
  bool ops = true;
  bool compare = false;
  bool json = false;
  bool validation = false;
  std::string predict;           // a device class, "list" or "all"; empty: measure
  std::optional<double> budget;  // milliseconds
  bool cost_page = false;        // print docs/cost.md
};

// As text, until finishOptions() has read them.
struct BenchArguments {
  std::string backend = "auto", resolutions;
};

void addOptions(CLI::App& parser, BenchOptions& options, BenchArguments& arguments);

// Throws UsageError, naming the flag.
void finishOptions(const BenchArguments& arguments, BenchOptions& options);

std::string toString(const Resolution& resolution);  // "1920x1080"

}  // namespace impasto::app
