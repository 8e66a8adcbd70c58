#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/half.h"
#include "expect_error.h"
#include "style/style.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto {
namespace {

void expectEqual(const Graph& a, const Graph& b) {
  ASSERT_EQ(a.ops.size(), b.ops.size());
  EXPECT_EQ(a.output, b.output);
  EXPECT_EQ(a.alignment, b.alignment);
  for (size_t i = 0; i < a.ops.size(); ++i) {
    const Op &left = a.ops[i], &right = b.ops[i];
    EXPECT_EQ(left.type, right.type);
    EXPECT_EQ(left.name, right.name);
    EXPECT_EQ(left.inputs, right.inputs);
    EXPECT_EQ(left.input_kind, right.input_kind);
    EXPECT_EQ(left.block, right.block);
    EXPECT_EQ(left.kernel, right.kernel);
    EXPECT_EQ(left.stride, right.stride);
    EXPECT_EQ(left.seed, right.seed);
    EXPECT_EQ(left.optional, right.optional);
    EXPECT_EQ(left.range, right.range);
    EXPECT_EQ(left.activation, right.activation);
    EXPECT_EQ(left.channels, right.channels);
    EXPECT_EQ(left.downscale, right.downscale);
  }
}

TEST(StyleRoundTrip, RandomStylesComeBackWithKernelsRoundedAndBiasesExact) {
  for (uint32_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Style style = test::makeRandomStyle(seed, {.version_2 = seed >= 200});
    const Style back = readStyle(writeStyle(style));
    expectEqual(style.graph, back.graph);
    ASSERT_EQ(style.paintings.size(), back.paintings.size());
    for (size_t i = 0; i < style.paintings.size(); ++i) {
      EXPECT_EQ(style.paintings[i].title, back.paintings[i].title);
      EXPECT_EQ(style.paintings[i].vector, back.paintings[i].vector);  // exact: not rounded to fp16
    }
    ASSERT_EQ(style.weights.size(), back.weights.size());
    for (const auto& [index, weights] : style.weights) {
      const ConvWeights& read = back.weights.at(index);
      EXPECT_EQ(read.bias, weights.bias);
      ASSERT_EQ(read.kernel.size(), weights.kernel.size());
      for (size_t i = 0; i < read.kernel.size(); ++i)
        ASSERT_EQ(read.kernel[i], floatFromHalf(halfFromFloat(weights.kernel[i])));
    }
  }
}

TEST(StyleRoundTrip, KeepsTheStrings) {
  Style style = test::makeSmallStyle(1);
  style.size = "large";
  style.provenance = {
      "La danse, \"étude\" \\ 画", "François\nPicabia", "1914", "public domain", "ab12", "{\"steps\": 7}", ""};
  const Style back = readStyle(writeStyle(style));
  EXPECT_EQ(back.size, "large");
  EXPECT_EQ(back.color_encoding, "srgb");
  EXPECT_EQ(back.provenance.title, style.provenance.title);
  EXPECT_EQ(back.provenance.painter, style.provenance.painter);
  EXPECT_EQ(back.provenance.year, style.provenance.year);
  EXPECT_EQ(back.provenance.licence, style.provenance.licence);
  EXPECT_EQ(back.provenance.style_image_sha256, style.provenance.style_image_sha256);
  EXPECT_EQ(back.provenance.training, style.provenance.training);
  EXPECT_EQ(back.provenance.metrics, "");
}

TEST(StyleRoundTrip, EqualStylesGiveEqualBytes) {
  const std::vector<std::byte> bytes = writeStyle(test::makeSmallStyle(5));
  EXPECT_EQ(bytes, writeStyle(test::makeSmallStyle(5)));
  EXPECT_EQ(bytes, writeStyle(readStyle(bytes)));
  EXPECT_NE(bytes, writeStyle(test::makeSmallStyle(6)));
}

std::string versionOf(const Style& style) {
  const std::vector<std::byte> bytes = writeStyle(style);
  const std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (const char* version : {"1", "2"})
    if (text.find("\"version\":\"" + std::string(version) + "\"") != std::string::npos) return version;
  return "none";
}

// Readers of version 1 read what they can.
TEST(StyleRoundTrip, IsVersion1UnlessTheStyleNeedsMore) {
  using test::addConv;
  using test::addInput;
  test::Random random(1);
  const auto versionWith = [&](const std::function<void(Graph&)>& add) {
    Graph graph;
    graph.output = addInput(graph, InputKind::Color);
    add(graph);
    return versionOf(test::makeStyle(graph, random));
  };
  EXPECT_EQ(versionOf(test::makeSmallStyle(1)), "1");
  EXPECT_EQ(versionWith([](Graph& g) { addInput(g, InputKind::History); }), "1");
  EXPECT_EQ(versionWith([](Graph& g) { addInput(g, InputKind::Depth); }), "1");
  EXPECT_EQ(versionWith([](Graph& g) { addInput(g, InputKind::Depth, true); }), "2");
  EXPECT_EQ(versionWith([](Graph& g) { addInput(g, InputKind::Normals, true); }), "2");
  EXPECT_EQ(versionWith([](Graph& g) { addInput(g, InputKind::Exposure); }), "2");
  EXPECT_EQ(versionWith([](Graph& g) { test::addStyleInput(g, 1); }), "2");
  EXPECT_EQ(versionWith([](Graph& g) { test::addBlend(g, addConv(g, 0, 4, 1), addConv(g, 0, 4, 1)); }), "2");
}

TEST(StyleRoundTrip, KeepsThePaintings) {
  test::Random random(1);
  Graph graph;
  graph.output = test::addInput(graph, InputKind::Color);
  test::addStyleInput(graph, 3);
  Style style = test::makeStyle(graph, random);
  EXPECT_TRUE(readStyle(writeStyle(style)).paintings.empty());
  style.paintings = {{"Composition, \"été\" \\ 画", "Nobody\nKnown", "1913", "CC0", {0.1f, -0.0f, 65519.0f}},
                     {"", "", "", "", {-1e-30f, 1.0f / 3, -3}}};
  const Style back = readStyle(writeStyle(style));
  ASSERT_EQ(back.paintings.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(back.paintings[i].title, style.paintings[i].title);
    EXPECT_EQ(back.paintings[i].painter, style.paintings[i].painter);
    EXPECT_EQ(back.paintings[i].year, style.paintings[i].year);
    EXPECT_EQ(back.paintings[i].licence, style.paintings[i].licence);
    EXPECT_EQ(back.paintings[i].vector, style.paintings[i].vector);
  }
  EXPECT_EQ(defaultStyleVector(back), style.paintings[0].vector);
  EXPECT_EQ(writeStyle(back), writeStyle(style));
}

TEST(StyleRoundTrip, CountsParameters) {
  test::Random random(1);
  Graph graph;
  graph.output = test::addConv(graph, test::addInput(graph, InputKind::Color), 3, 3);
  EXPECT_EQ(parameterCount(test::makeStyle(graph, random)), 3u * 3 * 9 + 3);
}

TEST(StyleWriter, RefusesWhatTheReaderWould) {
  const Style good = test::makeSmallStyle(1);
  const uint32_t conv = good.weights.begin()->first;
  const std::string name = good.graph.ops[conv].name;
  Style style = good;
  style.weights[conv].kernel[3] = 65520.0f;
  EXPECT_INVALID_STYLE(writeStyle(style), "tensor '" + name + ".weight': element 3");
  style.weights[conv].kernel[3] = 65519.0f;  // rounds to the largest half
  EXPECT_EQ(readStyle(writeStyle(style)).weights[conv].kernel[3], 65504.0f);

  style = good;
  style.weights[conv].bias[0] = NAN;
  EXPECT_INVALID_STYLE(writeStyle(style), "tensor '" + name + ".bias': element 0");
  style = good;
  style.weights[conv].bias.push_back(0);
  EXPECT_INVALID_STYLE(writeStyle(style), "'" + name + "': its weights do not have its shape");
  style = good;
  style.weights.erase(conv);
  EXPECT_INVALID_STYLE(writeStyle(style), "'" + name + "' has no weights");
  style = good;
  style.weights[0] = {};
  EXPECT_INVALID_STYLE(writeStyle(style), "has weights, but is no conv2d");
  style = good;
  style.weights[1000] = {};
  EXPECT_INVALID_STYLE(writeStyle(style), "weights for op 1000");
  style = good;
  style.color_encoding = "pq";
  EXPECT_INVALID_STYLE(writeStyle(style), "unknown color_encoding 'pq'");
  style = good;
  style.size = "huge";
  EXPECT_INVALID_STYLE(writeStyle(style), "unknown size 'huge'");
  style = good;
  style.provenance.training = std::string(kMaxStyleHeaderBytes, 'x');
  EXPECT_INVALID_STYLE(writeStyle(style), "metadata too long");
}

TEST(StyleWriter, RefusesPaintingsTheReaderWould) {
  test::Random random(1);
  Graph graph;
  graph.output = test::addInput(graph, InputKind::Color);
  const Style plain = test::makeStyle(graph, random);
  test::addStyleInput(graph, 2);
  Style good = test::makeStyle(graph, random);
  good.paintings.assign(64, {"T", "P", "Y", "L", {1, 2}});
  EXPECT_EQ(readStyle(writeStyle(good)).paintings.size(), 64u);

  Style style = good;
  style.paintings.push_back(good.paintings[0]);
  EXPECT_INVALID_STYLE(writeStyle(style), "65 paintings, more than 64");
  style = plain;
  style.paintings = good.paintings;
  EXPECT_INVALID_STYLE(writeStyle(style), "paintings, but the graph has no style input");
  for (const size_t length : {0u, 1u, 3u}) {
    style = good;
    style.paintings[5].vector.resize(length);
    EXPECT_INVALID_STYLE(writeStyle(style), "painting 5: a vector of " + std::to_string(length) +
                                                " values, where the graph's style has 2");
  }
  for (const float value : {NAN, INFINITY, -65520.0f}) {
    style = good;
    style.paintings[3].vector[1] = value;
    EXPECT_INVALID_STYLE(writeStyle(style), "painting 3: value 1 of its vector is ");
  }
  style = good;
  style.paintings[2].licence = "\xFF";
  EXPECT_INVALID_STYLE(writeStyle(style), "painting 2: 'licence' is not UTF-8 text without NUL");
}

TEST(StyleWriter, RefusesTextThatIsNotUtf8) {
  const char* const bad[] = {"\x80",         "\xC0\xAF",         "\xC3",     "\xE0\x80\x80",
                             "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\xFF"};
  for (const char* text : bad) {
    Style style = test::makeSmallStyle(1);
    style.provenance.painter = text;
    EXPECT_INVALID_STYLE(writeStyle(style), "'painter' is not UTF-8");
  }
  Style style = test::makeSmallStyle(1);
  style.provenance.title = std::string("a\0b", 3);
  EXPECT_INVALID_STYLE(writeStyle(style), "'title' is not UTF-8 text without NUL");
  style.provenance.title = "\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xA8 \xF4\x8F\xBF\xBF";
  EXPECT_EQ(readStyle(writeStyle(style)).provenance.title, style.provenance.title);
}

TEST(StyleFile, IsWrittenWholeAndReadBack) {
  const test::TempDir dir;
  const Style style = test::makeSmallStyle(3);
  writeStyleFile(style, dir.file("a.safetensors"));
  EXPECT_EQ(writeStyle(readStyleFile(dir.file("a.safetensors"))), writeStyle(style));
}

TEST(StyleFile, ErrorsNameThePath) {
  const test::TempDir dir;
  EXPECT_ERROR(readStyleFile(dir.file("none")), ErrorCode::Io, dir.file("none") + ": no such file");
  EXPECT_ERROR(readStyleFile(dir.path().string()), ErrorCode::Io, "not a regular file");
  EXPECT_ERROR(readStyleFile("/dev/zero"), ErrorCode::Io, "/dev/zero: not a regular file");
  std::ofstream(dir.file("empty")).close();
  EXPECT_INVALID_STYLE(readStyleFile(dir.file("empty")), dir.file("empty") + ": truncated");
  std::ofstream(dir.file("big")).close();
  std::filesystem::resize_file(dir.file("big"), kMaxStyleFileBytes + 1);  // sparse
  EXPECT_INVALID_STYLE(readStyleFile(dir.file("big")), dir.file("big") + ": larger than");
  EXPECT_ERROR(writeStyleFile(test::makeSmallStyle(1), dir.file("no/a")), ErrorCode::Io, dir.file("no/a"));
}

}  // namespace
}  // namespace impasto
