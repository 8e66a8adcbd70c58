#include "style/strict_json.h"

#include <algorithm>
#include <set>
#include <vector>

#include "style/error.h"

namespace impasto {

using nlohmann::json;

json parseStrictJson(std::string_view text, const std::string& what) {
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  int depth = 0;
  const auto check = [&](int, json::parse_event_t event, json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        keys.emplace_back();
        [[fallthrough]];
      case json::parse_event_t::array_start:
        if (++depth > kMaxJsonDepth) throw Error(ErrorCode::InvalidStyle, what + ": JSON nested too deeply");
        break;
      case json::parse_event_t::object_end:
        keys.pop_back();
        [[fallthrough]];
      case json::parse_event_t::array_end:
        --depth;
        break;
      case json::parse_event_t::key: {
        const auto& key = parsed.get_ref<const std::string&>();
        if (!keys.back().insert(key).second)
          throw Error(ErrorCode::InvalidStyle, what + ": key " + inQuotes(key) + " given twice");
        break;
      }
      case json::parse_event_t::value:
        break;
    }
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), check);
  } catch (const json::parse_error& error) {
    throw Error(ErrorCode::InvalidStyle, what + ": not valid JSON at byte " + std::to_string(error.byte));
  } catch (const json::exception&) {  // numbers beyond a double
    throw Error(ErrorCode::InvalidStyle, what + ": not valid JSON");
  }
}

std::string inQuotes(std::string_view text) {
  constexpr size_t kMost = 64;
  std::string result = "'";
  result.append(text.substr(0, kMost)).append(text.size() > kMost ? "...'" : "'");
  std::replace_if(
      result.begin(), result.end(), [](char c) { return c < 0x20 || c > 0x7E; }, '?');
  return result;
}

}  // namespace impasto
