#include "cli/judged.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/checkpoint.h"
#include "export/style_export.h"
#include "recipes/recipe_kind.h"

namespace impasto::trainer {
namespace {

// The style of a file that holds several paintings; one without paintings for all others.
Style severalPaintings(const std::string& path) {
  if (!isCheckpoint(path)) return readStyleFile(path);
  const Checkpoint checkpoint = readCheckpoint(path);
  return checkpoint.recipe == "multi" ? findRecipe(checkpoint.recipe)->exportStyle(checkpoint, {}) : Style{};
}

size_t indexOf(const std::vector<Painting>& paintings, const std::string& wanted, const std::string& path) {
  std::string titles;
  for (size_t i = 0; i < paintings.size(); ++i) {
    if (paintings[i].title == wanted || std::to_string(i + 1) == wanted) return i;
    titles += (i > 0 ? ", " : "") + paintings[i].title;
  }
  throw Error(ErrorCode::InvalidArgument, "--painting " + wanted + ": " + path + " holds " + titles);
}

std::shared_ptr<PaintingNetwork> networkOf(Style style, size_t painting) {
  style.paintings = {style.paintings[painting]};  // by whose vector it paints when none is given
  const auto network = std::make_shared<GeneratorImpl>(style);
  network->freezeNorms(true);
  return network;
}

}  // namespace

std::vector<Judged> readJudged(const std::vector<std::string>& paths, const std::string& painting, size_t style_images) {
  std::vector<Judged> all;
  bool chosen = painting.empty();
  for (const std::string& path : paths) {
    const Style style = severalPaintings(path);
    const size_t count = style.paintings.size();
    const bool one_each = count > 1 && count == style_images && painting.empty();
    if (style_images > 1 && !one_each) {
      const std::string held = count < 2 ? "one painting" : std::to_string(count) + " paintings";
      throw Error(ErrorCode::InvalidArgument, "--style-image: " + std::to_string(style_images) + " given, but " + path +
                                                  " holds " + held + ": give one" +
                                                  (count > 1 && painting.empty() ? ", or one for each" : ""));
    }
    if (count < 2) {
      all.push_back({.path = path, .painting = "", .network = readPaintingNetwork(path)});
      continue;
    }
    const size_t first = painting.empty() ? 0 : indexOf(style.paintings, painting, path);
    const size_t last = painting.empty() ? count - 1 : first;
    for (size_t i = first; i <= last; ++i) {
      all.push_back({.path = path,
                     .painting = style.paintings[i].title,
                     .judge = one_each ? i : 0,
                     .network = networkOf(style, i)});
    }
    chosen = true;
  }
  if (!chosen) throw Error(ErrorCode::InvalidArgument, "--painting " + painting + ": no --style holds several paintings");
  return all;
}

void checkRecordable(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (isCheckpoint(path)) {
      throw Error(ErrorCode::InvalidArgument, "--record: " + path + " is a checkpoint: figures are kept in style files");
    }
  }
}

void recordFigures(const nlohmann::ordered_json& measured, const std::string& key, const nlohmann::ordered_json& about) {
  std::map<std::string, std::vector<nlohmann::ordered_json>> of_file;
  for (nlohmann::ordered_json entry : measured) {
    const std::string path = entry["file"];
    entry.erase("file");
    entry.erase("style_image");  // a path of this machine
    of_file[path].push_back(std::move(entry));
  }
  for (const auto& [path, entries] : of_file) {
    Style style = readStyleFile(path);
    nlohmann::ordered_json metrics = nlohmann::ordered_json::parse(style.provenance.metrics, nullptr, /*allow_exceptions=*/false);
    if (!metrics.is_object()) metrics = nlohmann::ordered_json::object();
    metrics[key] = about;
    if (entries.size() == 1) {
      metrics[key].update(entries[0]);
    } else {
      metrics[key]["paintings"] = entries;
    }
    style.provenance.metrics = metrics.dump();
    writeStyleFile(style, path);
  }
}

}  // namespace impasto::trainer
