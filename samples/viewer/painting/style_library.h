// The list of styles: files read, what they say of themselves, and a watch over them, so that a file that changes on
// disk is taken up while frames go on.
#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "common/impasto_device.h"
#include "viewer/model/messages.h"
#include "viewer/painting/style_figures.h"

namespace impasto::app {

// A painting of a style that holds several.
struct StylePainting {
  std::string title, painter;
  std::vector<float> vector;
  float weight = 0.0f;  // in the mixture
};

// A file read; made on any thread.
struct LoadedStyle {
  UniqueStyle style;
  std::string title, painter, year, licence;
  std::string inputs;  // "colour, history"
  bool wants_history = false;
  uint64_t parameters = 0;
  double multiply_adds = 0.0;  // a pixel
  Figures figures;
  std::vector<StylePainting> paintings;
  std::string failure;
};
LoadedStyle loadLibraryStyle(const std::string& path);  // failures are in `failure`

struct StyleEntry {
  std::string path, name;  // absolute; the file's name without its extension
  LoadedStyle loaded;
  uint64_t key = 0;  // another one whenever the file was read
  const std::string& title() const { return loaded.title.empty() ? name : loaded.title; }
};

class StyleLibrary {
 public:
  explicit StyleLibrary(Messages& messages) : messages_(messages) {}

  // Reads the file now; returns its place, also if it is there already. Throws Error.
  size_t add(const std::string& path);
  void remove(size_t index);

  // Looks after the files, every half second; true when an entry was read anew. Frames do not wait for the reading.
  bool poll(double seconds);

  size_t size() const { return entries_.size(); }
  const StyleEntry& operator[](size_t index) const { return entries_[index].entry; }

  // Of a style with several paintings: how much one of them counts, and the vector that comes of it (empty: no say).
  void setWeight(size_t index, size_t painting, float weight);
  std::vector<float> mixture(size_t index) const;

 private:
  struct Stamp {
    int64_t seconds = 0, nanoseconds = 0, bytes = -1;  // -1: not there
    bool operator==(const Stamp&) const = default;
  };
  struct Watched {
    StyleEntry entry;
    Stamp read, seen;  // when it was read; at the last look
    std::future<LoadedStyle> reading;
  };
  static Stamp stampOf(const std::string& path);
  bool pollOne(Watched& watched);

  Messages& messages_;
  std::vector<Watched> entries_;
  uint64_t next_key_ = 1;
  double since_look_ = 0.0;
};

}  // namespace impasto::app
