// Styles made from a seed: the same on every machine, with weights scaled so that all values stay of the order of 1.
#pragma once

#include <cstdint>
#include <vector>

#include "reference/reference.h"
#include "style/style.h"

namespace impasto::test {

// PCG steps with fixed mappings: the distributions of <random> differ between standard libraries.
class Random {
 public:
  explicit Random(uint32_t seed) : state_(pcgHash(seed)) {}
  uint32_t bits() { return pcgHash(state_ += 0x9E3779B9u); }
  uint32_t below(uint32_t bound) { return static_cast<uint32_t>((uint64_t{bits()} * bound) >> 32); }
  uint32_t between(uint32_t least, uint32_t most) { return least + below(most - least + 1); }
  float uniform(float low, float high) { return low + (high - low) * static_cast<float>(bits() >> 8) * 0x1p-24f; }

 private:
  uint32_t state_;
};

struct RandomStyleOptions {
  uint32_t min_ops = 4, max_ops = 24;  // before what brings the last tensor to 3 channels at full resolution
  uint32_t max_channels = 24;          // of one op, where the graph leaves a choice
  uint32_t max_downscale = kMaxDownscale;
  bool color_only = false;  // no depth, normals, history
  bool version_2 = false;   // also what only version 2 of the format has: blend, modulate, global tensors, optional
                           // inputs, paintings
};

// A random valid graph of all kinds of ops, also with ops that the output does not need, with the output in the middle,
// with one tensor taken twice.
Style makeRandomStyle(uint32_t seed, const RandomStyleOptions& options = {});

// The project's generator in little: folded by 4, a trunk at 1/4 and 1/8 with a skip, back in two stages, the frame
// read once more at full resolution. Needs colour only.
Style makeSmallStyle(uint32_t seed);

// Wants normals and history. Paints (normal + 1) / 4, the normal in view space, and half of what it painted before where
// the history holds: a still pixel is halved with every frame.
Style makeSurfaceStyle();

// Paints every frame in one colour, which is the style vector. Holds the paintings "Red", (0.8, 0.2, 0.4), "Blue", (0.2, 0.4,
// 0.8), and "Grey, nearly", (0.6, 0.6, 0.5).
Style makePaintingsStyle();

// Random weights for every conv2d of a graph, which is validated first.
Style makeStyle(Graph graph, Random& random);

// Inputs within the ranges of graph.h for all that the graph wants; now and then without an optional one and without a
// style vector.
ReferenceInputs makeRandomInputs(const Graph& graph, uint32_t height, uint32_t width, uint32_t seed);

// To write graphs by hand: each adds an op named "<type><index>" and returns its index.
uint32_t addInput(Graph& graph, InputKind kind, bool optional = false);
uint32_t addStyleInput(Graph& graph, uint32_t channels);
uint32_t addNoise(Graph& graph, uint32_t channels, uint32_t downscale, uint32_t seed);
uint32_t addConv(Graph& graph, uint32_t input, uint32_t channels, uint32_t kernel, uint32_t stride = 1,
                 Activation activation = Activation::None);
uint32_t addBlend(Graph& graph, uint32_t a, uint32_t history, uint32_t range = 1);
uint32_t addOp(Graph& graph, OpType type, std::vector<uint32_t> inputs, uint32_t block = 0,
               Activation activation = Activation::None);

}  // namespace impasto::test
