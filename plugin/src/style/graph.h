// The generator graph: what a style generator computes, as a list of ops in topological order.
//
// Owned by a Style; shared, unchanged, by the reference, by every backend and by the trainer's exporter, so that a
// generator cannot mean two things. A graph is immutable once validated and may be read from any thread.
//
// Every tensor has a channel count and a `downscale` d: it holds (W/d) x (H/d) texels, because the frame is
// first extended to the right and to the bottom, by repeating its last column and row, to multiples of
// `Graph::alignment` (the largest downscale in the graph), and the output is cropped back. A tensor whose downscale is
// kGlobal holds one texel, whatever the frame's extent: what a frame states once (the style vector, the exposure) and
// what is made from that. Ops between pixels (kernel 3, stride 2, shuffles, upsampling) do not take global tensors.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "style/noise_value.h"

namespace impasto {

enum class OpType : uint8_t {
  Input,         // a frame input: at full resolution (downscale 1), or global for the kinds that are
  Noise,         // fixed pseudo-random texture, see noiseValue()
  Conv2d,        // cross-correlation, kernel 1 or 3, stride 1 or 2, borders clamped to the edge texel, bias, activation
  SpaceToDepth,  // block b: out[c*b*b + dy*b + dx](y, x) = in[c](y*b + dy, x*b + dx)       (torch pixel_unshuffle)
  DepthToSpace,  // block b: out[c](y*b + dy, x*b + dx) = in[c*b*b + dy*b + dx](y, x)       (torch pixel_shuffle)
  Upsample,      // nearest, factor 2: out(y, x) = in(y/2, x/2)
  Add,           // elementwise sum of two tensors of one shape, then activation
  Concat,        // channels of all inputs (2 to 8, one downscale), in order
  Blend,         // a, history (4 channels each, one downscale, not global) -> 3 channels, a learned mix of new and old:
                 //   w = sigmoid(a[3]) * history[3];  out[c] = a[c] + w * (clamp(history[c], lo, hi) - a[c])
                 // lo, hi: least and greatest a[c] of the (2*range + 1)^2 texels around, clamped to the edge texel;
                 // range 0: history is not clamped
  Modulate       // x (C channels, not global), g (2 C channels, global): act(x[c] * (1 + g[c]) + g[C + c])
};

enum class Activation : uint8_t { None, Relu, LeakyRelu, Sigmoid };  // LeakyRelu: negative slope kLeakyReluSlope

inline constexpr float kLeakyReluSlope = 0.2f;

// What a frame can offer. Values as the generator sees them:
//   Color    3 channels, RGB in the style's colour encoding (sRGB-encoded, [0, 1])
//   Depth    1 channel, 1 / (1 + linear view depth in metres), [0, 1]
//   Normals  3 channels, view-space unit vector, [-1, 1]
//   History  4 channels, the previous painted frame reprojected (as Color, clamped to [0, 1]) and its validity, [0, 1]
//            (0 where disoccluded); all 0 where there is none
//   Style    as many channels as the op states, global: the style vector, which says which painting, or which mix
//   Exposure 1 channel, global: log2 of the frame's exposure
// All but Color, and Depth and Normals of ops that are not `optional`, may be left out by the host: Depth, Normals and
// History are then 0, Style is the style's default vector (defaultStyleVector) and Exposure 0.
enum class InputKind : uint8_t { Color, Depth, Normals, History, Style, Exposure };

inline constexpr std::array kInputKinds = {InputKind::Color,   InputKind::Depth, InputKind::Normals,
                                           InputKind::History, InputKind::Style, InputKind::Exposure};

inline constexpr uint32_t kGlobal = 0;  // a downscale: one texel for the whole frame

struct Op {
  OpType type = OpType::Input;
  std::string name;              // unique, 1..64 characters of [A-Za-z0-9_.]
  std::vector<uint32_t> inputs;  // indices of earlier ops: a graph cannot hold a cycle

  InputKind input_kind = InputKind::Color;   // Input
  bool optional = false;                     // Input of kind Depth or Normals: 0 where the host has none
  uint32_t block = 0;                        // SpaceToDepth, DepthToSpace: 2 or 4
  uint32_t kernel = 0;                       // Conv2d: 1 or 3
  uint32_t stride = 1;                       // Conv2d: 1 or 2. Tap (i, j) of output (y, x) reads input
                                             // (y*stride + i - kernel/2, x*stride + j - kernel/2), clamped
  uint32_t seed = 0;                         // Noise
  uint32_t range = 1;                        // Blend: 0, 1 or 2
  Activation activation = Activation::None;  // Conv2d, Add, Modulate

  uint32_t channels = 0;   // of the output; given for Conv2d, Noise and Input of kind Style, inferred for the others
  uint32_t downscale = 1;  // of the output; given for Noise, inferred for the others: 1, 2, 4, 8, 16 or kGlobal
};

struct Graph {
  std::vector<Op> ops;
  uint32_t output = 0;     // index of the op whose tensor is the stylised frame: 3 channels, downscale 1
  uint32_t alignment = 1;  // the largest downscale; frames are extended to multiples of it

  bool wants(InputKind kind) const noexcept;     // some op reads it
  bool needs(InputKind kind) const noexcept;     // some op reads it that cannot do without: the host has to give it
  uint32_t styleVectorLength() const noexcept;   // channels of the style inputs, which all state the same; 0: none
  double multiplyAddsPerPixel() const noexcept;  // of all convolutions but global ones, per full-resolution pixel
  double valuesPerPixel() const noexcept;        // of all ops' tensors but global ones, likewise
};

inline constexpr uint32_t kMaxOps = 256;
inline constexpr uint32_t kMaxChannels = 512;
inline constexpr uint32_t kMaxDownscale = 16;
inline constexpr uint32_t kMaxConcatInputs = 8;
inline constexpr uint32_t kMaxStyleVectorLength = 64;
inline constexpr uint32_t kMaxBlendRange = 2;
inline constexpr size_t kMaxNameLength = 64;
// Bounds on what one pixel of a frame may cost, so that a small file cannot ask for an hour or a terabyte. The largest
// generator of the project takes 60k multiply-adds and some 100 values; the yardstick of the field, the network of
// Johnson et al. 2016, takes 154k. What is global costs once a frame, and no more than the file has parameters.
inline constexpr double kMaxMultiplyAddsPerPixel = 200e3;
inline constexpr double kMaxValuesPerPixel = 4096;  // channels / downscale^2, summed over all ops

// Checks every rule above and fills in the inferred channels, downscales and the alignment.
// Throws Error(InvalidStyle) with a message that names the op.
void validateGraph(Graph& graph);

// The names used in style files and messages ("conv2d", "leaky_relu", "color", ...); the parsers return false for
// names they do not know.
std::string_view toString(OpType type) noexcept;
std::string_view toString(Activation activation) noexcept;
std::string_view toString(InputKind kind) noexcept;
bool parse(std::string_view text, OpType& type) noexcept;
bool parse(std::string_view text, Activation& activation) noexcept;
bool parse(std::string_view text, InputKind& kind) noexcept;
uint32_t inputChannels(InputKind kind) noexcept;  // 0 for Style: the op states it
bool isGlobal(InputKind kind) noexcept;

}  // namespace impasto
