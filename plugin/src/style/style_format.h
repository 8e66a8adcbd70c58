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
inline constexpr std::string_view kPaintings = "paintings";
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

// Paintings: key of the JSON object and field; beside them `vector`.
inline constexpr std::array<std::pair<std::string_view, std::string Painting::*>, 4> kPaintingTexts = {{
    {"title", &Painting::title},
    {"painter", &Painting::painter},
    {"year", &Painting::year},
    {"licence", &Painting::licence},
}};
inline constexpr std::string_view kVector = "vector";

// What of `op` a reader of version 1 does not know, as a message names it; empty: nothing.
inline std::string newInVersion2(const Op& op) {
  if (op.type == OpType::Blend || op.type == OpType::Modulate) return "op '" + std::string(toString(op.type)) + "'";
  if (op.type == OpType::Input && isGlobal(op.input_kind))
    return "input kind '" + std::string(toString(op.input_kind)) + "'";
  return op.optional ? "attribute 'optional'" : "";
}

// The metadata `inputs`: the kinds a graph wants, in the order of InputKind, separated by commas.
inline std::string inputsOf(const Graph& graph) {
  std::string result;
  for (const InputKind kind : kInputKinds) {
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
