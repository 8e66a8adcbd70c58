#include "style/strict_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace impasto {
namespace {

bool hasLesserKey(const JsonMember& a, const JsonMember& b) { return a.key < b.key; }

// Makes the values of the parser's events. Each function returns whether to parse on.
class TreeBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TreeBuilder(const std::string& what, JsonValue& root) : what_(what), root_(root) {}

  bool null() override { return add(std::monostate()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(static_cast<double>(value)); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // has no form in JSON

  bool start_array(size_t) override { return open(JsonArray()); }
  bool start_object(size_t) override { return open(JsonObject()); }

  bool key(string_t& key) override {
    std::get<JsonObject>(open_.back()->content).push_back({std::move(key), {}});
    return true;
  }

  bool end_array() override {
    open_.pop_back();
    return true;
  }

  bool end_object() override {
    auto& members = std::get<JsonObject>(open_.back()->content);
    std::sort(members.begin(), members.end(), hasLesserKey);
    const auto twice = std::adjacent_find(members.begin(), members.end(),
                                          [](const JsonMember& a, const JsonMember& b) { return a.key == b.key; });
    if (twice != members.end()) fail("key " + inQuotes(twice->key) + " given twice");
    open_.pop_back();
    return true;
  }

  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    fail("not valid JSON at byte " + std::to_string(position));
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorCode::InvalidStyle, what_ + ": " + problem);
  }

  // Where the next value goes.
  JsonValue& slot() {
    if (open_.empty()) return root_;
    if (auto* array = std::get_if<JsonArray>(&open_.back()->content)) return array->emplace_back();
    return std::get<JsonObject>(open_.back()->content).back().value;  // of the last key
  }

  template <typename Content>
  bool add(Content content) {
    slot().content = std::move(content);
    return true;
  }

  template <typename Container>
  bool open(Container container) {
    if (open_.size() == kMaxJsonDepth) fail("JSON nested too deeply");
    open_.push_back(&slot());
    open_.back()->content = std::move(container);
    return true;
  }

  const std::string& what_;
  JsonValue& root_;
  std::vector<JsonValue*> open_;  // each the last value of the one before it, which does not grow meanwhile
};

}  // namespace

JsonValue parseStrictJson(std::string_view text, const std::string& what) {
  JsonValue root;
  TreeBuilder builder(what, root);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return root;
}

const JsonValue* find(const JsonObject& object, std::string_view key) {
  const auto found = std::lower_bound(object.begin(), object.end(), key,
                                      [](const JsonMember& member, std::string_view k) { return member.key < k; });
  return found != object.end() && found->key == key ? &found->value : nullptr;
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
