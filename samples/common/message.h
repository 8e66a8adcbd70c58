// What the programs tell people on stderr.
#pragma once

#include <string>

namespace impasto::app {

// `text` on one line: names of files, and what files hold, may contain control characters; each becomes '?'.
std::string oneLine(std::string text);

// Prints "<program>: <message>" to stderr, on one line.
void complain(const std::string& program, const std::string& message);

}  // namespace impasto::app
