// JSON of hostile origin: nlohmann's parser with what it lets through closed off. Private to the style file.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace impasto {

inline constexpr int kMaxJsonDepth = 16;

// Parses `text`, which is called `what` in messages. Throws Error(InvalidStyle), and nothing else, for anything that is
// not JSON, for strings that are not UTF-8, for a key given twice in one object and for nesting beyond kMaxJsonDepth.
nlohmann::json parseStrictJson(std::string_view text, const std::string& what);

// Text of a file in single quotes, made fit for a one-line message: cut to 64 bytes, and everything but printable ASCII
// replaced by '?'.
std::string inQuotes(std::string_view text);

}  // namespace impasto
