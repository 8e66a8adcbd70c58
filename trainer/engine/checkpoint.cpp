#include "engine/checkpoint.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "io/safetensors.h"

namespace impasto::trainer {
namespace {

constexpr char kFormatKey[] = "impasto_checkpoint";
constexpr char kFormatVersion[] = "2";
constexpr char kTextPrefix[] = "state/";  // of the state's texts among the metadata

}  // namespace

void writeCheckpoint(const Checkpoint& checkpoint, const std::string& path) {
  TensorFile file;
  file.tensors = checkpoint.state.tensors;
  for (const auto& [name, text] : checkpoint.state.texts) file.metadata[kTextPrefix + name] = text;
  file.metadata[kFormatKey] = kFormatVersion;
  file.metadata["step"] = std::to_string(checkpoint.step);
  file.metadata["rate_scale"] = nlohmann::json(checkpoint.rate_scale).dump();
  file.metadata["recipe"] = checkpoint.recipe;
  file.metadata["precision"] = checkpoint.precision;
  file.metadata["settings"] = checkpoint.settings;
  file.metadata["fingerprints"] = nlohmann::json(checkpoint.fingerprints).dump();
  writeTensorFile(file, path);
}

Checkpoint readCheckpoint(const std::string& path) {
  TensorFile file = readTensorFile(path);
  const auto bad = [&](const std::string& what) {
    throw Error(ErrorCode::InvalidArgument, path + ": not a training checkpoint: " + what);
  };
  const auto text = [&](const std::string& key) {
    const auto found = file.metadata.find(key);
    if (found == file.metadata.end()) bad("\"" + key + "\" is missing");
    return found->second;
  };
  if (text(kFormatKey) != kFormatVersion) {
    throw Error(ErrorCode::InvalidArgument, path + ": checkpoint version " + text(kFormatKey) + " is not known here");
  }
  Checkpoint checkpoint;
  const std::string step = text("step");
  const auto parsed = std::from_chars(step.data(), step.data() + step.size(), checkpoint.step);
  if (parsed.ec != std::errc() || checkpoint.step < 0) bad("step \"" + step + "\"");
  const nlohmann::json scale = nlohmann::json::parse(text("rate_scale"), nullptr, /*allow_exceptions=*/false);
  if (!scale.is_number() || !(scale.get<double>() > 0 && scale.get<double>() <= 1)) bad("rate_scale " + text("rate_scale"));
  checkpoint.rate_scale = scale.get<double>();
  checkpoint.recipe = text("recipe");
  checkpoint.precision = text("precision");
  checkpoint.settings = text("settings");
  const nlohmann::json prints = nlohmann::json::parse(text("fingerprints"), nullptr, /*allow_exceptions=*/false);
  if (!prints.is_object()) bad("fingerprints");
  for (const auto& [what, value] : prints.items()) {
    if (!value.is_string()) bad("fingerprints");
    checkpoint.fingerprints[what] = value.get<std::string>();
  }
  for (const auto& [key, value] : file.metadata) {
    if (key.rfind(kTextPrefix, 0) == 0) checkpoint.state.texts[key.substr(sizeof(kTextPrefix) - 1)] = value;
  }
  checkpoint.state.tensors = std::move(file.tensors);
  return checkpoint;
}

bool isCheckpoint(const std::string& path) {
  try {
    return readTensorFile(path).metadata.count(kFormatKey) > 0;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace impasto::trainer
