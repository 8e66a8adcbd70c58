// The names that the reader and the writer of style files share (docs/style-format.md).
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "style/style.h"

namespace impasto::format {

inline constexpr std::string_view kMetadata = "__metadata__";  // the header's key
inline constexpr std::string_view kName = "impasto-style";
inline constexpr std::string_view kVersion = "1";
inline constexpr std::string_view kColorEncoding = "srgb";
inline constexpr std::array<std::string_view, 4> kSizes = {"small", "medium", "large", "custom"};

// Provenance: metadata key and field.
inline constexpr std::array<std::pair<std::string_view, std::string Provenance::*>, 7> kProvenance = {{
    {"title", &Provenance::title},
    {"painter", &Provenance::painter},
    {"year", &Provenance::year},
    {"licence", &Provenance::licence},
    {"style_image_sha256", &Provenance::style_image_sha256},
    {"training", &Provenance::training},
    {"metrics", &Provenance::metrics},
}};

// The metadata `inputs`: the kinds a graph wants, in the order of InputKind, separated by commas.
inline std::string inputsOf(const Graph& graph) {
  std::string result;
  for (const InputKind kind : {InputKind::Color, InputKind::Depth, InputKind::Normals, InputKind::History}) {
    if (!graph.wants(kind)) continue;
    if (!result.empty()) result += ',';
    result += toString(kind);
  }
  return result;
}

// Of one conv2d.
inline size_t kernelElements(const Graph& graph, const Op& op) {
  return size_t{op.channels} * graph.ops[op.inputs[0]].channels * op.kernel * op.kernel;
}

}  // namespace impasto::format
