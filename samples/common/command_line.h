// What the programs' command lines have in common.
#pragma once

#include <CLI/CLI.hpp>
#include <impasto/impasto.h>

#include <functional>
#include <string>

namespace impasto::app {

// Accepts a number in a range; "nan", unlike CLI::Range, not.
CLI::Validator numberFrom(double low, double high);

// Adds --strength, --color-preservation and --detail, which begin at the library's defaults. `what` is painted:
// "scene", "picture".
void addControls(CLI::App& parser, ImpastoControls& controls, const std::string& what);

// Adds --version to `parser`.
void addVersion(CLI::App& parser, const std::string& program);

// Parses, runs `body` and turns exceptions into a one-line message "<program>: ..." and an exit status. Catches Ctrl-C.
int runProgram(CLI::App& parser, const std::string& program, int argc, char** argv, const std::function<int()>& body);

}  // namespace impasto::app
