// Style files as an attacker, a bad disk or a newer version of the format would give them.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/half.h"
#include "expect_error.h"
#include "style/style.h"
#include "support/random_style.h"

namespace impasto {
namespace {

using Json = nlohmann::ordered_json;

// A style file taken apart, to be put together again wrongly.
struct Parts {
  Json header;
  std::vector<std::byte> data;

  Json graph() const { return Json::parse(header["__metadata__"]["graph"].get<std::string>()); }
  void setGraph(const Json& graph) { header["__metadata__"]["graph"] = graph.dump(); }
  std::vector<std::byte> join() const { return join(header.dump()); }
  std::vector<std::byte> join(const std::string& text) const { return join(text, text.size()); }
  std::vector<std::byte> join(const std::string& text, uint64_t length) const {
    std::vector<std::byte> bytes(8 + text.size());
    for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>(length >> (8 * i));
    std::memcpy(bytes.data() + 8, text.data(), text.size());
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
  }
};

Parts takeApart(const std::vector<std::byte>& bytes) {
  size_t length = 0;
  for (size_t i = 0; i < 8; ++i) length |= std::to_integer<size_t>(bytes[i]) << (8 * i);
  const char* text = reinterpret_cast<const char*>(bytes.data()) + 8;
  return {Json::parse(text, text + length), {bytes.begin() + 8 + static_cast<ptrdiff_t>(length), bytes.end()}};
}

// color -> 'first' (conv2d, 2 channels) -> 'last' (conv2d, the output)
Style makeStyleOfTwo() {
  test::Random random(1);
  Graph graph;
  test::addInput(graph, InputKind::Color);
  test::addConv(graph, 0, 2, 3, 1, Activation::Relu);
  graph.output = test::addConv(graph, 1, 3, 1);
  graph.ops[0].name = "color";
  graph.ops[1].name = "first";
  graph.ops[2].name = "last";
  return test::makeStyle(graph, random);
}

Parts goodParts() { return takeApart(writeStyle(makeStyleOfTwo())); }

void expectRejected(const std::function<void(Parts&)>& breakIt, const std::string& message) {
  Parts parts = goodParts();
  breakIt(parts);
  EXPECT_INVALID_STYLE(readStyle(parts.join()), message);
}

void expectGraphRejected(const std::function<void(Json&)>& breakIt, const std::string& message) {
  Parts parts = goodParts();
  Json graph = parts.graph();
  breakIt(graph);
  parts.setGraph(graph);
  EXPECT_INVALID_STYLE(readStyle(parts.join()), message);
}

TEST(HostileStyle, PartsPutTogetherRightAreRead) { EXPECT_NO_THROW(readStyle(goodParts().join())); }

TEST(HostileStyle, EveryTruncatedPrefixIsRejected) {
  const std::vector<std::byte> bytes = writeStyle(makeStyleOfTwo());
  for (size_t size = 0; size < bytes.size(); ++size) {
    // A copy of exactly this size, so that the address sanitizer sees a read beyond it.
    const std::vector<std::byte> prefix(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    try {
      readStyle(prefix);
      FAIL() << "a prefix of " << size << " of " << bytes.size() << " bytes was read";
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::InvalidStyle) << size;
    }
  }
  std::vector<std::byte> longer = bytes;
  longer.push_back(std::byte{0});
  EXPECT_INVALID_STYLE(readStyle(longer), "1 bytes after the last tensor");
}

TEST(HostileStyle, BadHeadersAreRejected) {
  const Parts good = goodParts();
  const std::string text = good.header.dump();
  EXPECT_INVALID_STYLE(readStyle(good.join(text, UINT64_MAX)), "a header of 18446744073709551615 bytes");
  EXPECT_INVALID_STYLE(readStyle(good.join(text, text.size() + good.data.size() + 1)), "truncated");
  EXPECT_INVALID_STYLE(readStyle(good.join(text, 0)), "does not begin with '{'");
  EXPECT_INVALID_STYLE(readStyle(good.join(text, text.size() - 1)), "not valid JSON");
  EXPECT_INVALID_STYLE(readStyle(good.join(" " + text)), "does not begin with '{'");
  EXPECT_INVALID_STYLE(readStyle(good.join("\xEF\xBB\xBF" + text)), "does not begin with '{'");
  EXPECT_INVALID_STYLE(readStyle(good.join(text + "{}")), "not valid JSON");
  EXPECT_INVALID_STYLE(readStyle(good.join("{}")), "no __metadata__");
  EXPECT_INVALID_STYLE(readStyle(good.join("{\"a\": 1e999}")), "not valid JSON");
  EXPECT_INVALID_STYLE(readStyle(good.join("{\"a\": \"\xFF\"}")), "not valid JSON");
  EXPECT_INVALID_STYLE(readStyle(good.join("{\"a\":" + std::string(100000, '['))), "nested too deeply");
  EXPECT_INVALID_STYLE(readStyle(good.join("{\"a\": 1, \"a\": 2}")), "key 'a' given twice");
  EXPECT_INVALID_STYLE(readStyle(good.join("{" + text.substr(1, text.size() - 2) + "," + text.substr(1))),
                       "given twice");
  EXPECT_INVALID_STYLE(readStyle(good.join("{\"\n\x01" + std::string(1000, 'k') + "\": 1}")), "not valid JSON");
  EXPECT_NO_THROW(readStyle(good.join(text + "    ")));
}

TEST(HostileStyle, MetadataIsChecked) {
  const auto set = [](const char* key, const Json& value) {
    return [=](Parts& parts) { parts.header["__metadata__"][key] = value; };
  };
  const auto erase = [](const char* key) { return [=](Parts& parts) { parts.header["__metadata__"].erase(key); }; };
  expectRejected([](Parts& parts) { parts.header["__metadata__"] = 1; }, "no __metadata__");
  expectRejected(erase("format"), "no 'format'");
  expectRejected(set("format", "pt"), "format 'pt'");
  expectRejected(erase("version"), "no 'version'");
  expectRejected(set("version", "3"), "unknown version '3'; this reader knows versions 1 and 2");
  expectRejected(set("version", 1), "'version' is not a string");
  expectRejected(erase("graph"), "no 'graph'");
  expectRejected(set("graph", "{"), "graph: not valid JSON");
  expectRejected(set("graph", std::string(1000, '[')), "graph: JSON nested too deeply");
  expectRejected(erase("color_encoding"), "no 'color_encoding'");
  expectRejected(set("color_encoding", "pq\n"), "unknown color_encoding 'pq?'");
  expectRejected(set("size", "huge"), "unknown size 'huge'");
  expectRejected(set("inputs", "color,depth"), "inputs 'color,depth', but the graph wants 'color'");
  expectRejected(set("title", std::string("a\0", 2)), "'title' is not UTF-8 text without NUL");
  expectRejected(set("anything", Json::array()), "'anything' is not a string");

  Parts parts = goodParts();
  for (const char* key : {"size", "inputs"}) parts.header["__metadata__"].erase(key);
  parts.header["__metadata__"]["of_the_future"] = "ignored";
  EXPECT_EQ(readStyle(parts.join()).size, "custom");
}

TEST(HostileStyle, GraphReferencesAreChecked) {
  expectGraphRejected([](Json& g) { g["ops"][2]["inputs"][0] = "nobody"; }, "'last': its input 'nobody' is dangling");
  expectGraphRejected([](Json& g) { g["ops"][1]["inputs"][0] = "first"; }, "'first': cyclic, it is its own input");
  expectGraphRejected([](Json& g) { g["ops"][1]["inputs"][0] = "last"; }, "'first': cyclic or out of order");
  expectGraphRejected([](Json& g) { g["output"] = "nobody"; }, "the output 'nobody' is dangling");
  expectGraphRejected([](Json& g) { g["output"] = "first"; }, "the output 'first' has 2 channels");
  expectGraphRejected([](Json& g) { g["ops"][1]["name"] = "color"; }, "two ops are named 'color'");
  expectGraphRejected([](Json& g) { g["ops"][1]["inputs"] = "color"; }, "'inputs' is not a list");
  expectGraphRejected([](Json& g) { g["ops"][1]["inputs"] = Json::array(); }, "conv2d takes 1 inputs, not 0");
  expectGraphRejected([](Json& g) { g["ops"][1]["inputs"][0] = 0; }, "an element of 'inputs' is not a string");
  expectGraphRejected([](Json& g) { g["ops"][1]["inputs"] = std::vector<std::string>(1000, "color"); }, "1000 inputs");
}

TEST(HostileStyle, OpsAreChecked) {
  expectGraphRejected([](Json& g) { g["ops"][1]["op"] = "conv3d"; }, "'first': unknown op 'conv3d'");
  expectGraphRejected([](Json& g) { g["ops"][0]["kind"] = "sound"; }, "'color': unknown input kind 'sound'");
  expectGraphRejected([](Json& g) { g["ops"][1]["activation"] = "gelu"; }, "'first': unknown activation 'gelu'");
  expectGraphRejected([](Json& g) { g["ops"][1]["dilation"] = 2; }, "'first': unknown attribute 'dilation'");
  expectGraphRejected([](Json& g) { g["ops"][0]["inputs"] = Json::array(); }, "'color': unknown attribute 'inputs'");
  expectGraphRejected([](Json& g) { g["ops"][1].erase("kernel"); }, "'first': no 'kernel'");
  expectGraphRejected([](Json& g) { g["ops"][1].erase("name"); }, "graph op 1: no 'name'");
  expectGraphRejected([](Json& g) { g["output"] = g["ops"][2]["name"] = "a\xC3\xA9"; }, "the name of op 2");
  expectGraphRejected([](Json& g) { g["ops"][1]["channels"] = -2; }, "'channels' is not an unsigned 32-bit integer");
  expectGraphRejected([](Json& g) { g["ops"][1]["channels"] = 2.0; }, "'channels' is not an unsigned 32-bit integer");
  expectGraphRejected([](Json& g) { g["ops"][1]["channels"] = uint64_t{1} << 32; }, "'channels' is not an unsigned");
  expectGraphRejected([](Json& g) { g["ops"][1]["channels"] = 0xFFFFFFFFu; }, "4294967295 channels");
  expectGraphRejected([](Json& g) { g["ops"][1]["stride"] = 0x80000000u; }, "stride 2147483648");
  expectGraphRejected([](Json& g) { g["ops"][1] = 1; }, "graph op 1 is not a JSON object");
  expectGraphRejected([](Json& g) { g["ops"] = Json::array(); }, "no op has that name");
  expectGraphRejected([](Json& g) { g["ops"] = Json::object(); }, "no list 'ops'");
  expectGraphRejected([](Json& g) { g.erase("output"); }, "no 'output'");
  expectGraphRejected([](Json& g) { g["more"] = 1; }, "graph: unknown key 'more'");
  expectGraphRejected([](Json& g) { g = Json::array(); }, "graph: not a JSON object");
  expectGraphRejected(
      [](Json& g) {
        for (int i = 0; i < 300; ++i) g["ops"].push_back(g["ops"][0]);
      },
      "303 ops, more than 256");
}

// color, depth (optional) and a style vector of 2 (with two paintings), which shifts a convolution; blended with
// history.
Style makeStyleOfVersion2() {
  test::Random random(1);
  Graph graph;
  const uint32_t color = test::addInput(graph, InputKind::Color);
  const uint32_t depth = test::addInput(graph, InputKind::Depth, true);
  const uint32_t style = test::addStyleInput(graph, 2);
  const uint32_t features = test::addConv(graph, test::addOp(graph, OpType::Concat, {color, depth}), 4, 3);
  const uint32_t gains = test::addConv(graph, style, 8, 1);
  const uint32_t steered = test::addOp(graph, OpType::Modulate, {features, gains});
  graph.output = test::addBlend(graph, steered, test::addInput(graph, InputKind::History));
  const char* const names[] = {"color", "depth",    "style",   "concat", "features",
                               "gains", "modulate", "history", "blend"};
  for (size_t i = 0; i < graph.ops.size(); ++i) graph.ops[i].name = names[i];
  Style result = test::makeStyle(graph, random);
  result.paintings = {{"A", "P", "1", "L", {1, 2.5f}}, {"B", "P", "2", "L", {-1, 0}}};
  return result;
}

void expectVersion2Rejected(const std::function<void(Json& ops)>& breakIt, const std::string& message) {
  Parts parts = takeApart(writeStyle(makeStyleOfVersion2()));
  Json graph = parts.graph();
  breakIt(graph["ops"]);
  parts.setGraph(graph);
  EXPECT_INVALID_STYLE(readStyle(parts.join()), message);
}

TEST(HostileStyle, OpsOfVersion2AreChecked) {
  const std::vector<std::byte> good = writeStyle(makeStyleOfVersion2());
  EXPECT_EQ(writeStyle(readStyle(good)), good);
  constexpr size_t kDepth = 1, kStyle = 2, kModulate = 6, kBlend = 8;
  const auto set = [](size_t op, const char* key, const Json& value) {
    return [=](Json& ops) { ops[op][key] = value; };
  };
  expectVersion2Rejected([](Json& ops) { ops[kStyle].erase("channels"); }, "'style': no 'channels'");
  expectVersion2Rejected(set(kStyle, "channels", "2"), "'style': 'channels' is not an unsigned 32-bit integer");
  expectVersion2Rejected(set(kStyle, "channels", 2.5), "'style': 'channels' is not an unsigned 32-bit integer");
  expectVersion2Rejected(set(kStyle, "channels", true), "'style': 'channels' is not an unsigned 32-bit integer");
  expectVersion2Rejected(set(kStyle, "channels", 0), "'style': a style vector of 0 channels");
  expectVersion2Rejected(set(kStyle, "channels", 65), "'style': a style vector of 65 channels");
  expectVersion2Rejected(set(kStyle, "optional", true), "'style': only depth and normals can be optional");
  expectVersion2Rejected(set(kDepth, "channels", 1), "'depth': unknown attribute 'channels'");
  expectVersion2Rejected(set(kDepth, "optional", 1), "'depth': 'optional' is not true or false");
  expectVersion2Rejected(set(kDepth, "optional", "true"), "'depth': 'optional' is not true or false");
  expectVersion2Rejected(set(kDepth, "optional", nullptr), "'depth': 'optional' is not true or false");
  expectVersion2Rejected(set(kBlend, "optional", true), "'blend': unknown attribute 'optional'");
  expectVersion2Rejected(set(kBlend, "range", 3), "'blend': range 3, outside 0 to 2");
  expectVersion2Rejected(set(kBlend, "range", -1), "'blend': 'range' is not an unsigned 32-bit integer");
  expectVersion2Rejected(set(kBlend, "range", false), "'blend': 'range' is not an unsigned 32-bit integer");
  expectVersion2Rejected(set(kBlend, "activation", "relu"), "'blend': unknown attribute 'activation'");
  expectVersion2Rejected([](Json& ops) { ops[kBlend].erase("inputs"); }, "'blend': no 'inputs'");
  expectVersion2Rejected(set(kBlend, "inputs", {"modulate"}), "'blend': blend takes 2 inputs, not 1");
  expectVersion2Rejected(set(kBlend, "inputs", {"modulate", "color"}), "'blend': its inputs have 4 channels, not 3");
  expectVersion2Rejected(set(kModulate, "activation", "tanh"), "'modulate': unknown activation 'tanh'");
  expectVersion2Rejected(set(kModulate, "range", 1), "'modulate': unknown attribute 'range'");
  expectVersion2Rejected([](Json& ops) { ops[kModulate].erase("inputs"); }, "'modulate': no 'inputs'");
  expectVersion2Rejected(set(kModulate, "inputs", {"gains", "features"}), "'modulate': its input 'gains' is global");

  // What has a default may be left out.
  Parts parts = takeApart(good);
  Json graph = parts.graph();
  graph["ops"][kModulate].erase("activation");
  graph["ops"][kBlend].erase("range");
  graph["ops"][kDepth]["optional"] = false;
  parts.setGraph(graph);
  const Style read = readStyle(parts.join());
  EXPECT_EQ(read.graph.ops[kModulate].activation, Activation::None);
  EXPECT_EQ(read.graph.ops[kBlend].range, 1u);
  EXPECT_TRUE(read.graph.needs(InputKind::Depth));
}

TEST(HostileStyle, EveryTruncatedPrefixOfVersion2IsRejected) {
  const std::vector<std::byte> bytes = writeStyle(makeStyleOfVersion2());
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::vector<std::byte> prefix(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    try {
      readStyle(prefix);
      FAIL() << "a prefix of " << size << " of " << bytes.size() << " bytes was read";
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::InvalidStyle) << size;
    }
  }
}

TEST(HostileStyle, PaintingsAreChecked) {
  const Json good =
      Json::parse(R"([{"title": "A", "painter": "P", "year": "1", "licence": "L", "vector": [1, -2.5e-1]}])");
  const auto withPaintings = [](const std::string& text) {
    Parts parts = takeApart(writeStyle(makeStyleOfVersion2()));
    parts.header["__metadata__"]["paintings"] = text;
    return parts.join();
  };
  const auto expectPaintings = [&](const std::string& text, const std::string& message) {
    EXPECT_INVALID_STYLE(readStyle(withPaintings(text)), message);
  };
  const auto expectPainting = [&](const std::function<void(Json & painting)>& breakIt, const std::string& message) {
    Json list = good;
    breakIt(list[0]);
    expectPaintings(list.dump(), message);
  };
  EXPECT_EQ(readStyle(withPaintings(good.dump())).paintings[0].vector, (std::vector<float>{1, -0.25f}));
  EXPECT_TRUE(readStyle(withPaintings("[]")).paintings.empty());
  Json with_more = good;
  with_more[0]["of_the_future"] = {1, 2};
  EXPECT_NO_THROW(readStyle(withPaintings(with_more.dump())));

  expectPaintings("", "paintings: not valid JSON");
  expectPaintings(good.dump().substr(0, 40), "paintings: not valid JSON");
  expectPaintings(std::string(1000, '['), "paintings: JSON nested too deeply");
  expectPaintings("{}", "paintings: not a list");
  expectPaintings("[1]", "painting 0 is not a JSON object");
  Json many = Json::array();
  for (int i = 0; i < 65; ++i) many.push_back(good[0]);
  expectPaintings(many.dump(), "65 paintings, more than 64");
  for (const char* key : {"title", "painter", "year", "licence", "vector"})
    expectPainting([&](Json& p) { p.erase(key); }, "painting 0: no '" + std::string(key) + "'");
  for (const char* key : {"title", "painter", "year", "licence"}) {
    expectPainting([&](Json& p) { p[key] = 1; }, "painting 0: '" + std::string(key) + "' is not a string");
    expectPainting([&](Json& p) { p[key] = std::string("a\0", 2); }, "'" + std::string(key) + "' is not UTF-8 text");
  }
  expectPainting([](Json& p) { p["vector"] = 1; }, "painting 0: 'vector' is not a list");
  expectPainting([](Json& p) { p["vector"] = {1}; }, "painting 0: a vector of 1 values, where the graph's style has 2");
  expectPainting([](Json& p) { p["vector"] = {1, 2, 3}; }, "painting 0: a vector of 3 values");
  expectPainting([](Json& p) { p["vector"] = std::vector<int>(100000, 1); }, "painting 0: a vector of 100000 values");
  expectPainting([](Json& p) { p["vector"] = {1, "2"}; }, "an element of 'vector' is not a number");
  expectPainting([](Json& p) { p["vector"] = {1, nullptr}; }, "an element of 'vector' is not a number");
  expectPainting([](Json& p) { p["vector"] = {1, true}; }, "an element of 'vector' is not a number");
  expectPainting([](Json& p) { p["vector"] = {1, 65520}; }, "not finite in fp16");
  expectPainting([](Json& p) { p["vector"] = {1, -1e300}; }, "not finite in fp16");
  expectPainting([](Json& p) { p["vector"] = {1, 65519.9999}; }, "not finite in fp16");  // 65520 as fp32
  expectPainting([](Json& p) { p["vector"] = {1, UINT64_MAX}; }, "not finite in fp16");
  expectPaintings(R"([{"title":"","title":""}])", "paintings: key 'title' given twice");

  Parts plain = goodParts();
  plain.header["__metadata__"]["version"] = "2";
  plain.header["__metadata__"]["paintings"] = good.dump();
  EXPECT_INVALID_STYLE(readStyle(plain.join()), "paintings, but the graph has no style input");
  plain.header["__metadata__"].erase("paintings");
  EXPECT_NO_THROW(readStyle(plain.join())) << "version 2 need not use anything new";
}

TEST(HostileStyle, Version1HasNothingOfVersion2) {
  const auto expectTooNew = [](const std::function<void(Json & ops)>& add, const std::string& message) {
    expectGraphRejected([&](Json& graph) { add(graph["ops"]); }, message + " in a file of version 1");
  };
  expectTooNew(
      [](Json& ops) {
        ops.push_back({{"name", "b"}, {"op", "blend"}, {"inputs", {"last", "last"}}});
      },
      "graph op 'b': op 'blend'");
  expectTooNew(
      [](Json& ops) {
        ops.push_back({{"name", "m"}, {"op", "modulate"}, {"inputs", {"last", "last"}}});
      },
      "graph op 'm': op 'modulate'");
  expectTooNew(
      [](Json& ops) {
        ops.push_back({{"name", "s"}, {"op", "input"}, {"kind", "style"}, {"channels", 2}});
      },
      "graph op 's': input kind 'style'");
  expectTooNew(
      [](Json& ops) {
        ops.push_back({{"name", "e"}, {"op", "input"}, {"kind", "exposure"}});
      },
      "graph op 'e': input kind 'exposure'");
  for (const bool value : {true, false})
    expectTooNew(
        [value](Json& ops) {
          ops.push_back({{"name", "d"}, {"op", "input"}, {"kind", "depth"}, {"optional", value}});
        },
        "graph op 'd': attribute 'optional'");
  expectRejected([](Parts& parts) { parts.header["__metadata__"]["paintings"] = "[]"; },
                 "'paintings' in a file of version 1");
}

TEST(HostileStyle, TensorsAreChecked) {
  const auto set = [](const char* tensor, const char* key, const Json& value) {
    return [=](Parts& parts) { parts.header[tensor][key] = value; };
  };
  expectRejected(set("first.weight", "dtype", "BF16"), "'first.weight': dtype 'BF16'");
  expectRejected(set("first.weight", "dtype", "F32"), "data_offsets do not fit");
  expectRejected(set("first.weight", "dtype", 16), "dtype is not a string");
  expectRejected(set("first.weight", "shape", {2, 3, 9}), "shape [2, 3, 9], where the graph needs [2, 3, 3, 3]");
  expectRejected(set("first.weight", "shape", {3, 2, 3, 3}), "shape [3, 2, 3, 3]");
  expectRejected(set("first.weight", "shape", {2, 3, 3, 0}), "no elements or too many");
  expectRejected(set("first.weight", "shape", {1u << 31, 1u << 31, 4, 1}), "no elements or too many");
  expectRejected(set("first.weight", "shape", {4096, 4096, 2}), "no elements or too many");
  expectRejected(set("first.weight", "shape", {UINT64_MAX, 2}), "no elements or too many");
  expectRejected(set("first.weight", "shape", {1, 1, 1, 1, 54}), "shape is not a list of 1 to 4");
  expectRejected(set("first.weight", "shape", {-2, 3, 3, 3}), "not an unsigned integer");
  expectRejected(set("first.weight", "data_offsets", {0}), "data_offsets is not a list of two");
  expectRejected(set("first.weight", "data_offsets", {8, 4}), "do not fit its shape");
  expectRejected(set("first.weight", "data_offsets", {UINT64_MAX - 107, 0}), "do not fit its shape");
  expectRejected(set("first.weight", "data_offsets", {UINT64_MAX - 108, UINT64_MAX}),
                 "overlaps another's or leaves a hole");
  expectRejected(set("first.weight", "data_offsets", {0, 108}), "overlaps another's or leaves a hole");
  expectRejected(set("first.weight", "data_offsets", {22, 130}), "overlaps another's or leaves a hole");
  expectRejected(set("first.weight", "extra", 1), "not an object of dtype, shape and data_offsets");
  expectRejected([](Parts& parts) { parts.header["first.weight"] = 1; }, "not an object of dtype");
  expectRejected([](Parts& parts) { parts.data.pop_back(); }, "its data is outside the file");

  expectRejected(
      [](Parts& parts) {
        parts.header["stray"] = parts.header["first.weight"];
        parts.header.erase("first.weight");
      },
      "no tensor 'first.weight'");
  expectRejected(
      [](Parts& parts) {
        const size_t size = parts.data.size();
        parts.header["stray\n"] = {{"dtype", "F16"}, {"shape", {1}}, {"data_offsets", {size, size + 2}}};
        for (int i = 0; i < 2; ++i) parts.data.push_back(std::byte{0});
      },
      "tensor 'stray?' belongs to no conv2d");
}

TEST(HostileStyle, WeightsThatAreNotFiniteAreRejected) {
  for (const uint16_t half : {uint16_t{0x7E00}, uint16_t{0x7C00}, uint16_t{0xFC00}, uint16_t{0x7C01}}) {
    expectRejected(
        [half](Parts& parts) {
          const size_t offset = parts.header["first.weight"]["data_offsets"][0].get<size_t>();
          std::memcpy(parts.data.data() + offset + 2, &half, 2);
        },
        "tensor 'first.weight': element 1 is");
  }
  for (const float value : {NAN, INFINITY, -1e5f}) {
    expectRejected(
        [value](Parts& parts) {
          const size_t offset = parts.header["last.bias"]["data_offsets"][0].get<size_t>();
          std::memcpy(parts.data.data() + offset, &value, 4);
        },
        "tensor 'last.bias': element 0 is");
  }
}

// Other writers may store either type for either tensor.
TEST(HostileStyle, ReadsF32KernelsRoundedAndF16Biases) {
  const Style style = makeStyleOfTwo();
  Parts parts = goodParts();
  parts.data.clear();
  const auto append = [&](const std::string& name, const std::vector<float>& values, bool half) {
    const size_t begin = parts.data.size();
    for (const float value : values) {
      const uint32_t bits = half ? halfFromFloat(value) : std::bit_cast<uint32_t>(value);
      for (int i = 0; i < (half ? 2 : 4); ++i) parts.data.push_back(static_cast<std::byte>(bits >> (8 * i)));
    }
    parts.header[name]["dtype"] = half ? "F16" : "F32";
    parts.header[name]["data_offsets"] = {begin, parts.data.size()};
  };
  for (const auto& [index, weights] : style.weights) {
    append(style.graph.ops[index].name + ".weight", weights.kernel, false);
    append(style.graph.ops[index].name + ".bias", weights.bias, true);
  }
  const Style back = readStyle(parts.join());
  for (const auto& [index, weights] : style.weights) {
    for (size_t i = 0; i < weights.kernel.size(); ++i)
      EXPECT_EQ(back.weights.at(index).kernel[i], floatFromHalf(halfFromFloat(weights.kernel[i])));
    for (size_t i = 0; i < weights.bias.size(); ++i)
      EXPECT_EQ(back.weights.at(index).bias[i], floatFromHalf(halfFromFloat(weights.bias[i])));
  }
}

// Flipped bits give either another style, which can be written, or an error; anything else fails the test.
TEST(HostileStyle, RandomBitFlipsAreReadOrRejected) {
  const std::vector<std::byte> good = writeStyle(makeStyleOfTwo());
  int read = 0, rejected = 0;
  for (uint32_t seed = 0; seed < 20000; ++seed) {
    test::Random random(seed);
    std::vector<std::byte> bytes = good;
    const uint32_t flips = random.between(1, 4);
    for (uint32_t i = 0; i < flips; ++i)
      bytes[random.below(static_cast<uint32_t>(bytes.size()))] ^= std::byte{1} << random.below(8);
    try {
      writeStyle(readStyle(bytes));
      ++read;
    } catch (const Error& error) {
      ASSERT_EQ(error.code(), ErrorCode::InvalidStyle) << "seed " << seed << ": " << error.what();
      ++rejected;
    }
  }
  EXPECT_GT(read, 0);
  EXPECT_GT(rejected, 0);
}

}  // namespace
}  // namespace impasto
