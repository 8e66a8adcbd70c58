// A style: the generator graph, its weights and where they came from; and the style file that holds them
// (docs/style-format.md). A Style is immutable after reading and may be read from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "style/graph.h"

namespace impasto {

struct ConvWeights {
  std::vector<float> kernel;  // OIHW; values already rounded to fp16 when they came from a file
  std::vector<float> bias;    // O; fp32
};

struct Provenance {
  std::string title;  // of the painting
  std::string painter;
  std::string year;
  std::string licence;             // of the painting
  std::string style_image_sha256;  // hex, of the file used in training
  std::string training;            // JSON object: recipe, steps, weights of the losses, ...; free form
  std::string metrics;             // JSON object of figures measured at export; free form
};

// One of the paintings that a generator with a style input has learned.
struct Painting {
  std::string title;
  std::string painter;
  std::string year;
  std::string licence;
  std::vector<float> vector;  // Graph::styleVectorLength() values: the style vector that gives this painting
};

struct Style {
  Graph graph;
  std::map<uint32_t, ConvWeights> weights;  // by op index, one entry for each Conv2d and no other
  std::string color_encoding = "srgb";      // the only one there is
  std::string size = "medium";              // "small", "medium", "large" or "custom"
  Provenance provenance;
  std::vector<Painting> paintings;  // at most kMaxPaintings; none without a style input
};

// Checks and infers the graph (validateGraph), then checks that the weights are those the graph needs, finite and in
// range, and that the strings can be written. Throws Error(InvalidStyle).
void validateStyle(Style& style);

uint64_t parameterCount(const Style& style) noexcept;  // weights and biases

// What a frame that states no style vector is painted with: the first painting's, or zeros. Of
// Graph::styleVectorLength() values.
std::vector<float> defaultStyleVector(const Style& style);

// Reads a style file from memory. The bytes are hostile: all sizes, offsets, counts, strings and the graph are checked
// before anything is allocated or indexed. Throws Error(InvalidStyle).
Style readStyle(std::span<const std::byte> bytes);

// Reads a file of at most kMaxStyleFileBytes. Throws Error(Io) or Error(InvalidStyle), naming the path.
Style readStyleFile(const std::string& path);

// Validates the style, rounds kernels to fp16 and serialises, as version 1 where that can hold the style, else as
// version
// 2. Equal styles give equal bytes. Throws Error(InvalidStyle).
std::vector<std::byte> writeStyle(const Style& style);

// writeStyle() to a temporary name beside `path`, then renames. Throws Error(Io).
void writeStyleFile(const Style& style, const std::string& path);

inline constexpr size_t kMaxStyleFileBytes = 64u << 20;
inline constexpr size_t kMaxStyleHeaderBytes = 1u << 20;
inline constexpr size_t kMaxParameters = 16u << 20;  // weights and biases together
inline constexpr size_t kMaxPaintings = 64;
inline constexpr float kFirstHalfOverflow = 65520.0f;  // weights, biases and style vectors are smaller: fp16 holds them

}  // namespace impasto
