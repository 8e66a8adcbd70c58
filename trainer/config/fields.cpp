#include "config/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace impasto::trainer {
namespace {

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

std::string shortNumber(double value) {
  const bool whole = value == std::floor(value) && std::abs(value) < 1e15;
  return whole ? std::to_string(static_cast<int64_t>(value)) : nlohmann::json(value).dump();
}

// The whole text as a number, or false.
template <class T>
bool parse(const std::string& text, T& value) {
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() && result.ptr == text.data() + text.size();
}

std::string dashed(std::string key) {
  std::replace(key.begin(), key.end(), '_', '-');
  return key;
}

std::string lastPart(const std::string& path) {
  const std::filesystem::path p(path);
  return (p.has_filename() ? p.filename() : p.parent_path().filename()).string();
}

}  // namespace

Field::Field(std::string key, Target target, std::string help)
    : key_(std::move(key)), help_(std::move(help)), target_(target),
      least_(-std::numeric_limits<double>::infinity()), most_(std::numeric_limits<double>::infinity()) {}

Field& Field::range(double least, double most) { return least_ = least, most_ = most, *this; }
Field& Field::atLeast(double least) { return least_ = least, *this; }
Field& Field::multipleOf(int64_t step) { return step_ = step, *this; }
Field& Field::choices(std::vector<std::string> values) { return choices_ = std::move(values), *this; }
Field& Field::required() { return required_ = true, *this; }
Field& Field::path() { return path_ = true, *this; }
Field& Field::local() { return local_ = true, *this; }
Field& Field::group(std::string name) { return group_ = std::move(name), *this; }
Field& Field::optionalValue() { return optional_value_ = true, *this; }

bool Field::isList() const {
  return std::holds_alternative<std::vector<std::string>*>(target_) || std::holds_alternative<std::vector<double>*>(target_);
}

std::string Field::typeName() const {
  return std::visit(Overloaded{[](const int*) { return "whole number"; }, [](const int64_t*) { return "whole number"; },
                               [](const uint64_t*) { return "whole number"; }, [](const double*) { return "number"; },
                               [](const bool*) { return "yes or no"; }, [](const std::string*) { return "text"; },
                               [](const std::vector<std::string>*) { return "list"; },
                               [](const std::vector<double>*) { return "list of numbers"; }},
                    target_);
}

std::string Field::rangeText() const {
  std::string text;
  if (!choices_.empty()) {
    for (size_t i = 0; i < choices_.size(); ++i) {
      if (i > 0) text += i + 1 == choices_.size() ? " or " : ", ";
      text += choices_[i];
    }
  } else if (std::isfinite(most_)) {
    text = shortNumber(least_) + " to " + shortNumber(most_);
  } else if (std::isfinite(least_)) {
    text = "at least " + shortNumber(least_);
  }
  if (step_ > 0) text += (text.empty() ? "" : ", ") + std::string("a multiple of ") + std::to_string(step_);
  return text;
}

std::string Field::valueText() const {
  const nlohmann::ordered_json value = json();
  const auto one = [](const nlohmann::ordered_json& v) { return v.is_string() ? v.get<std::string>() : v.dump(); };
  if (!value.is_array()) return one(value);
  std::string text;
  for (const nlohmann::ordered_json& v : value) {
    if (!text.empty()) text += ',';
    text += one(v);
  }
  return text;
}

void Field::refuse(const std::string& found) const {
  std::string expected = rangeText();
  const bool number = std::visit(Overloaded{[](const std::string*) { return false; },
                                            [](const std::vector<std::string>*) { return false; },
                                            [](const bool*) { return false; }, [](const auto*) { return true; }},
                                 target_);
  if (expected.empty()) {
    expected = "a " + typeName();
  } else if (number) {
    expected = "a " + typeName() + ", " + expected;
  }
  throw Error(ErrorCode::InvalidArgument, flag() + " " + found + ": expected " + expected);
}

void Field::set(const std::vector<std::string>& values) {
  std::string joined;
  for (const std::string& value : values) {
    if (!joined.empty()) joined += ',';
    joined += value;
  }
  const auto single = [&]() -> const std::string& {
    if (values.size() != 1) refuse(joined);
    return values[0];
  };
  const auto number = [&](auto* to) {
    if (!parse(single(), *to)) refuse(joined);
  };
  std::visit(Overloaded{[&](bool* to) {
                          const std::string& text = single();
                          if (text != "true" && text != "false") refuse(text);
                          *to = text == "true";
                        },
                        [&](std::string* to) { *to = single(); },
                        [&](std::vector<std::string>* to) { *to = values; },
                        [&](std::vector<double>* to) {
                          std::vector<double> parsed;
                          for (const std::string& value : values) {
                            if (!parse(value, parsed.emplace_back())) refuse(joined);
                          }
                          *to = std::move(parsed);
                        },
                        [&](auto* to) { number(to); }},
             target_);
}

void Field::checkNumber(double value) const {
  const bool fits = std::isfinite(value) && value >= least_ && value <= most_ &&
                    (step_ == 0 || static_cast<int64_t>(value) % step_ == 0);
  if (!fits) refuse(std::isfinite(value) ? shortNumber(value) : "nan or inf");
}

void Field::check() const {
  const auto checkText = [&](const std::string& value) {
    if (!choices_.empty() && std::find(choices_.begin(), choices_.end(), value) == choices_.end()) refuse(value);
  };
  const auto checkRequired = [&](bool empty) {
    if (required_ && empty) throw Error(ErrorCode::InvalidArgument, flag() + " is required: " + help_);
  };
  std::visit(Overloaded{[](const bool*) {},
                        [&](const std::string* value) {
                          checkRequired(value->empty());
                          checkText(*value);
                        },
                        [&](const std::vector<std::string>* values) {
                          checkRequired(values->empty());
                          for (const std::string& value : *values) checkText(value);
                        },
                        [&](const std::vector<double>* values) {
                          for (const double value : *values) checkNumber(value);
                        },
                        [&](const auto* value) { checkNumber(static_cast<double>(*value)); }},
             target_);
}

nlohmann::ordered_json Field::json() const {
  return std::visit(Overloaded{[&](const std::string* value) { return nlohmann::ordered_json(path_ ? lastPart(*value) : *value); },
                               [&](const std::vector<std::string>* values) {
                                 nlohmann::ordered_json list = nlohmann::ordered_json::array();
                                 for (const std::string& value : *values) list.push_back(path_ ? lastPart(value) : value);
                                 return list;
                               },
                               [](const auto* value) { return nlohmann::ordered_json(*value); }},
                    target_);
}

Field* Fields::find(const std::string& key) {
  const std::string wanted = dashed(key);
  for (Field& field : fields_) {
    if (field.key() == wanted) return &field;
  }
  return nullptr;
}

void Fields::apply(const RawSettings& values, const std::string& from) {
  for (const auto& [key, texts] : values) {
    Field* field = find(key);
    if (!field) throw Error(ErrorCode::InvalidArgument, from + ": there is no setting " + key);
    try {
      field->set(texts);
    } catch (const Error& error) {
      throw Error(error.code(), from.empty() ? error.what() : from + ": " + error.what());
    }
  }
}

void Fields::check() const {
  for (const Field& field : fields_) field.check();
}

nlohmann::ordered_json Fields::json() const {
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  for (const Field& field : fields_) {
    if (!field.isEchoed()) continue;
    std::string key = field.key();
    std::replace(key.begin(), key.end(), '-', '_');
    result[key] = field.json();
  }
  return result;
}

std::string Fields::jsonText() const { return json().dump(); }

std::string Fields::markdown() const {
  std::string text, group = "\n";
  for (const Field& field : fields_) {
    if (field.groupName() != group) {
      group = field.groupName();
      text += "\n**" + group + "**\n\n| flag | default | meaning |\n|---|---|---|\n";
    }
    const std::string range = field.rangeText(), value = field.valueText();
    text.append("| `").append(field.flag()).append("` | ");
    if (!value.empty()) text.append("`").append(value).append("`");
    text.append(" | ").append(field.help());
    if (!range.empty()) text.append(" (").append(range).append(")");
    text += " |\n";
  }
  return text;
}

}  // namespace impasto::trainer
