#include "viewer/painting/style_library.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "common/error.h"
#include "common/message.h"

namespace impasto::app {
namespace {

constexpr double kLookSeconds = 0.5;

void readPaintings(LoadedStyle& loaded, const ImpastoStyleInfo& info, const std::string& path) {
  for (uint32_t i = 0; i < info.painting_count; ++i) {
    ImpastoPainting painting{};
    painting.size = sizeof painting;
    checkImpasto(impastoStyleGetPainting(loaded.style.get(), i, &painting), path);
    StylePainting& added = loaded.paintings.emplace_back();
    added.title = oneLine(*painting.title ? painting.title : "Painting " + std::to_string(i + 1));
    added.painter = oneLine(painting.painter);
    added.vector.assign(painting.vector, painting.vector + info.style_vector_length);
    added.weight = i == 0 ? 1.0f : 0.0f;
  }
}

}  // namespace

LoadedStyle loadLibraryStyle(const std::string& path) {
  LoadedStyle loaded;
  try {
    ImpastoStyle style = nullptr;
    const ImpastoResult result = impastoCreateStyleFromFile(path.c_str(), &style);
    if (result != IMPASTO_SUCCESS) {
      const std::string message = impastoGetLastError();  // "<call>: <path>: <what is wrong>"
      throw Error(message.substr(message.find(": ") + 2));
    }
    loaded.style.reset(style);
    ImpastoStyleInfo info{};
    info.size = sizeof info;
    checkImpasto(impastoStyleGetInfo(style, &info), path);
    loaded.title = oneLine(info.title);
    loaded.painter = oneLine(info.painter);
    loaded.year = oneLine(info.year);
    loaded.licence = oneLine(info.licence);
    loaded.inputs = "colour";
    if (info.wants_depth) loaded.inputs += ", depth";
    if (info.wants_normals) loaded.inputs += ", normals";
    if (info.wants_history) loaded.inputs += ", history";
    loaded.wants_history = info.wants_history;
    loaded.parameters = info.parameter_count;
    loaded.multiply_adds = info.multiply_adds_per_pixel;
    loaded.figures = readStyleFigures(path);
    readPaintings(loaded, info, path);
  } catch (const std::exception& error) {
    loaded.failure = error.what();
  }
  return loaded;
}

StyleLibrary::Stamp StyleLibrary::stampOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size};
}

size_t StyleLibrary::add(const std::string& path) {
  const std::string absolute = std::filesystem::absolute(path).lexically_normal().string();
  const auto there = std::find_if(entries_.begin(), entries_.end(),
                                  [&](const Watched& watched) { return watched.entry.path == absolute; });
  if (there != entries_.end()) return static_cast<size_t>(there - entries_.begin());
  Watched watched;
  watched.read = watched.seen = stampOf(absolute);
  watched.entry.path = absolute;
  watched.entry.name = std::filesystem::path(absolute).stem().string();
  watched.entry.loaded = loadLibraryStyle(absolute);
  if (!watched.entry.loaded.failure.empty()) throw Error(watched.entry.loaded.failure);
  watched.entry.key = next_key_++;
  entries_.push_back(std::move(watched));
  return entries_.size() - 1;
}

void StyleLibrary::remove(size_t index) {
  if (index < entries_.size()) entries_.erase(entries_.begin() + static_cast<long>(index));
}

bool StyleLibrary::poll(double seconds) {
  since_look_ += seconds;
  const bool look = since_look_ >= kLookSeconds;
  if (look) since_look_ = 0.0;
  bool changed = false;
  for (Watched& watched : entries_) {
    if (watched.reading.valid()) {
      changed = pollOne(watched) || changed;
      continue;
    }
    if (!look) continue;
    const Stamp now = stampOf(watched.entry.path);
    // A file that is still being written looks different each time.
    const bool still = now == watched.seen;
    watched.seen = now;
    if (!still || now == watched.read || now.bytes < 0) continue;
    watched.read = now;
    watched.reading = std::async(std::launch::async, loadLibraryStyle, watched.entry.path);
  }
  return changed;
}

bool StyleLibrary::pollOne(Watched& watched) {
  if (watched.reading.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return false;
  LoadedStyle loaded = watched.reading.get();
  if (!loaded.failure.empty()) {
    messages_.post(Level::Warning, loaded.failure + "; the style stays as it was");
    return false;
  }
  for (size_t i = 0; i < std::min(loaded.paintings.size(), watched.entry.loaded.paintings.size()); ++i) {
    loaded.paintings[i].weight = watched.entry.loaded.paintings[i].weight;
  }
  watched.entry.loaded = std::move(loaded);
  watched.entry.key = next_key_++;
  messages_.post(Level::Note, watched.entry.path + " has changed: taken up");
  return true;
}

void StyleLibrary::setWeight(size_t index, size_t painting, float weight) {
  if (index >= entries_.size() || painting >= entries_[index].entry.loaded.paintings.size()) {
    throw Error("mix: the style has no painting " + std::to_string(painting));
  }
  entries_[index].entry.loaded.paintings[painting].weight = std::clamp(weight, 0.0f, 1.0f);
}

std::vector<float> StyleLibrary::mixture(size_t index) const {
  std::vector<float> mixed;
  float sum = 0.0f;
  for (const StylePainting& painting : entries_[index].entry.loaded.paintings) sum += painting.weight;
  if (sum <= 0.0f) return mixed;
  for (const StylePainting& painting : entries_[index].entry.loaded.paintings) {
    mixed.resize(painting.vector.size());
    for (size_t i = 0; i < mixed.size(); ++i) mixed[i] += painting.vector[i] * painting.weight / sum;
  }
  return mixed;
}

}  // namespace impasto::app
