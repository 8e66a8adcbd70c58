// What a style file says of itself beyond what the library tells: how it was trained, and the figures measured then.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace impasto::app {

using Figures = std::vector<std::pair<std::string, std::string>>;  // what, how much

// Empty where the file says nothing; never throws for what it says, only for memory.
Figures readStyleFigures(const std::string& path);

}  // namespace impasto::app
