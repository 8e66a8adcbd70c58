// What the programs' command lines have in common.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace impasto::app {

// Accepts a number from 0 to 1; "nan", unlike CLI::Range, not.
CLI::Validator fraction();

// Adds --version to `parser`.
void addVersion(CLI::App& parser, const std::string& program);

// Parses, runs `body` and turns exceptions into a one-line message "<program>: ..." and an exit status. Catches Ctrl-C.
int runProgram(CLI::App& parser, const std::string& program, int argc, char** argv, const std::function<int()>& body);

}  // namespace impasto::app
