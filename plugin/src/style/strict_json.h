// JSON of hostile origin: nlohmann's parser with what it lets through closed off. Private to the style file.
//
// The values are our own, because nlohmann's allocate when they are destroyed: with no memory left, that would end the
// process. Destroying these does not allocate, and recurses kMaxJsonDepth deep at most.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace impasto {

struct JsonMember;
struct JsonValue;
using JsonArray = std::vector<JsonValue>;
using JsonObject = std::vector<JsonMember>;  // in the order of the keys, each once

struct JsonValue {
  // monostate: null. uint64_t: numbers without sign, fraction and exponent; double: all other numbers, which are
  // finite.
  std::variant<std::monostate, bool, uint64_t, double, std::string, JsonArray, JsonObject> content;

  template <typename Type>
  const Type* as() const {  // nullptr: of another type
    return std::get_if<Type>(&content);
  }
};

struct JsonMember {
  std::string key;
  JsonValue value;
};

inline constexpr size_t kMaxJsonDepth = 16;

// Parses `text`, which is called `what` in messages. Throws Error(InvalidStyle) for anything that is not JSON, for
// strings that are not UTF-8, for a key given twice in one object and for nesting beyond kMaxJsonDepth; else only
// bad_alloc.
JsonValue parseStrictJson(std::string_view text, const std::string& what);

// nullptr: the object has no such key.
const JsonValue* find(const JsonObject& object, std::string_view key);

// Text of a file in single quotes, made fit for a one-line message: cut to 64 bytes, and everything but printable ASCII
// replaced by '?'.
std::string inQuotes(std::string_view text);

}  // namespace impasto
