// What `evaluate` measures: each painting of each file, and the painting by which it is judged.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nn/painting_network.h"

namespace impasto::trainer {

struct Judged {
  std::string path;      // a style file, or a checkpoint
  std::string painting;  // its title where the file holds several; empty: it holds one
  size_t judge = 0;      // index into the --style-image
  std::shared_ptr<PaintingNetwork> network;  // paints like it; frozen, on the CPU

  std::string name() const { return painting.empty() ? path : path + " (" + painting + ")"; }
};

// All paintings of all files, or of files with several only `painting`: its title, or its number counted from 1; empty: all.
// One --style-image judges everything; several, one each of a file's paintings, in order. Throws impasto::Error, naming the
// path or the flag.
std::vector<Judged> readJudged(const std::vector<std::string>& paths, const std::string& painting, size_t style_images);

// For `--record`: throws impasto::Error(InvalidArgument) where one of `paths` is a checkpoint.
void checkRecordable(const std::vector<std::string>& paths);
// Puts `measured` ({"file": path, figures...} each) into the metrics of those style files, as `key`: `about` and the figures,
// or `about` and "paintings", an array, where a file has several. What else the metrics say stays. Throws impasto::Error,
// naming the path.
void recordFigures(const nlohmann::ordered_json& measured, const std::string& key, const nlohmann::ordered_json& about);

}  // namespace impasto::trainer
