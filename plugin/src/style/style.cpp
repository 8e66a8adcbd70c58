#include "style/style.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "style/strict_json.h"
#include "style/style_format.h"

namespace impasto {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(ErrorCode::InvalidStyle, what); }

// Well-formed UTF-8 (Unicode 15, table 3-7) without NUL, which would end the string early for callers in C.
bool isText(std::string_view text) {
  const auto byteAt = [&](size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  for (size_t i = 0; i < text.size();) {
    const unsigned lead = byteAt(i);
    size_t tail = 0;
    unsigned low = 0x80, high = 0xBF;  // of the first byte after the lead
    if (lead == 0) return false;
    if (lead < 0x80) {
      tail = 0;
    } else if (lead >= 0xC2 && lead <= 0xDF) {
      tail = 1;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      tail = 2;
      if (lead == 0xE0) low = 0xA0;   // overlong
      if (lead == 0xED) high = 0x9F;  // surrogates
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      tail = 3;
      if (lead == 0xF0) low = 0x90;   // overlong
      if (lead == 0xF4) high = 0x8F;  // beyond U+10FFFF
    } else {
      return false;
    }
    for (size_t k = 1; k <= tail; ++k) {
      const unsigned byte = byteAt(i + k);
      if (byte < (k == 1 ? low : 0x80) || byte > (k == 1 ? high : 0xBF)) return false;
    }
    i += tail + 1;
  }
  return true;
}

void checkValues(const std::vector<float>& values, const std::string& name) {
  for (size_t i = 0; i < values.size(); ++i)
    if (!(std::abs(values[i]) < kFirstHalfOverflow))
      fail("tensor '" + name + "': element " + std::to_string(i) + " is " + std::to_string(values[i]) +
           ", not finite in fp16");
}

void checkPaintings(const Style& style) {
  if (style.paintings.size() > kMaxPaintings)
    fail(std::to_string(style.paintings.size()) + " paintings, more than " + std::to_string(kMaxPaintings));
  const size_t length = style.graph.styleVectorLength();
  if (!style.paintings.empty() && length == 0) fail("paintings, but the graph has no style input");
  for (size_t i = 0; i < style.paintings.size(); ++i) {
    const Painting& painting = style.paintings[i];
    const std::string where = "painting " + std::to_string(i);
    for (const auto& [key, field] : format::kPaintingTexts)
      if (!isText(painting.*field)) fail(where + ": '" + std::string(key) + "' is not UTF-8 text without NUL");
    if (painting.vector.size() != length)
      fail(where + ": a vector of " + std::to_string(painting.vector.size()) + " values, where the graph's style has " +
           std::to_string(length));
    for (size_t k = 0; k < length; ++k)
      if (!(std::abs(painting.vector[k]) < kFirstHalfOverflow))
        fail(where + ": value " + std::to_string(k) + " of its vector is " + std::to_string(painting.vector[k]) +
             ", not finite in fp16");
  }
}

}  // namespace

void validateStyle(Style& style) {
  validateGraph(style.graph);
  size_t parameters = 0;
  for (uint32_t i = 0; i < style.graph.ops.size(); ++i) {
    const Op& op = style.graph.ops[i];
    const auto found = style.weights.find(i);
    if (op.type != OpType::Conv2d) {
      if (found != style.weights.end()) fail("graph op '" + op.name + "' has weights, but is no conv2d");
      continue;
    }
    if (found == style.weights.end()) fail("graph op '" + op.name + "' has no weights");
    if (found->second.kernel.size() != format::kernelElements(style.graph, op) ||
        found->second.bias.size() != op.channels)
      fail("graph op '" + op.name + "': its weights do not have its shape");
    parameters += found->second.kernel.size() + found->second.bias.size();
    if (parameters > kMaxParameters) fail("more than " + std::to_string(kMaxParameters) + " parameters");
    checkValues(found->second.kernel, op.name + ".weight");
    checkValues(found->second.bias, op.name + ".bias");
  }
  if (!style.weights.empty() && style.weights.rbegin()->first >= style.graph.ops.size())
    fail("weights for op " + std::to_string(style.weights.rbegin()->first) + ", which does not exist");

  if (style.color_encoding != format::kColorEncoding) fail("unknown color_encoding " + inQuotes(style.color_encoding));
  if (std::find(format::kSizes.begin(), format::kSizes.end(), style.size) == format::kSizes.end())
    fail("unknown size " + inQuotes(style.size));
  for (const auto& [key, field] : format::kProvenance)
    if (!isText(style.provenance.*field)) fail("metadata: '" + std::string(key) + "' is not UTF-8 text without NUL");
  checkPaintings(style);
}

uint64_t parameterCount(const Style& style) noexcept {
  uint64_t count = 0;
  for (const auto& [index, weights] : style.weights) count += weights.kernel.size() + weights.bias.size();
  return count;
}

std::vector<float> defaultStyleVector(const Style& style) {
  if (style.paintings.empty()) return std::vector<float>(style.graph.styleVectorLength());
  return style.paintings.front().vector;
}

}  // namespace impasto
