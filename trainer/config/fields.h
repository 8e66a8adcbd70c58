// One table of settings. A recipe declares each of its settings once, and from that come the flag, the key of a
// configuration file, the range check, the documentation and the echo into checkpoint and style.
//
//   fields.add("image-size", settings.image_size, "Side of the training crops, pixels").range(32, 2048).multipleOf(16);
//
// The table points into the settings and must not outlive them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <variant>
#include <vector>

namespace impasto::trainer {

// Values as they stand on the command line or in a file, by key.
using RawSettings = std::map<std::string, std::vector<std::string>>;

class Field {
 public:
  using Target = std::variant<int*, int64_t*, uint64_t*, double*, bool*, std::string*, std::vector<std::string>*,
                              std::vector<double>*>;

  Field(std::string key, Target target, std::string help);

  // Each returns the field, so that they chain. Numbers of any kind are finite; lists of numbers are checked one by one.
  Field& range(double least, double most);
  Field& atLeast(double least);
  Field& multipleOf(int64_t step);
  Field& choices(std::vector<std::string> values);
  Field& required();
  Field& path();          // echoed by its last part only: where files lie says nothing about the result
  Field& local();         // says where and how, not what: not echoed at all
  Field& group(std::string name);  // heading in the documentation and in --help
  Field& optionalValue(); // the flag may stand alone: its value is then "auto"

  const std::string& key() const { return key_; }
  std::string flag() const { return "--" + key_; }
  const std::string& help() const { return help_; }
  const std::string& groupName() const { return group_; }
  bool isFlag() const { return std::holds_alternative<bool*>(target_); }
  bool isList() const;
  bool valueIsOptional() const { return optional_value_; }
  bool isEchoed() const { return !local_; }
  std::string typeName() const;      // "int", "number", "text", ...
  std::string rangeText() const;     // "32 to 2048, a multiple of 16"; empty if anything goes
  std::string valueText() const;     // as one would type it; lists with commas

  // Throws impasto::Error(InvalidArgument) naming the flag if the text is no such value; the range is not checked yet.
  void set(const std::vector<std::string>& values);
  // Throws likewise for what is missing or out of range.
  void check() const;
  nlohmann::ordered_json json() const;

 private:
  void checkNumber(double value) const;
  [[noreturn]] void refuse(const std::string& found) const;

  std::string key_, help_, group_;
  Target target_;
  double least_, most_;
  int64_t step_ = 0;
  std::vector<std::string> choices_;
  bool required_ = false, path_ = false, local_ = false, optional_value_ = false;
};

class Fields {
 public:
  template <class T>
  Field& add(const std::string& key, T& target, const std::string& help) {
    return fields_.emplace_back(key, Field::Target(&target), help).group(group_);
  }
  void group(const std::string& name) { group_ = name; }  // of the fields that follow

  const std::deque<Field>& all() const { return fields_; }
  Field* find(const std::string& key);  // null if there is none; '_' and '-' are the same

  // In this order, so that what the user typed wins. Throws impasto::Error(InvalidArgument).
  void apply(const RawSettings& values, const std::string& from);
  void check() const;

  // {"image_size": 256, ...}, of those that shape the result.
  nlohmann::ordered_json json() const;
  std::string jsonText() const;

  // A Markdown table for each group.
  std::string markdown() const;

 private:
  std::deque<Field> fields_;  // references stay valid
  std::string group_;
};

// Reads a TOML file of `key = value` (keys are flags without dashes). Throws impasto::Error(Io or InvalidArgument),
// naming the path.
RawSettings readConfigFile(const std::string& path);

}  // namespace impasto::trainer
