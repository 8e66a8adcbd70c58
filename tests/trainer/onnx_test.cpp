// Styles as ONNX models: ONNX Runtime paints with them what the reference paints.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "onnx/onnx_model.h"
#include "reference/reference.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

namespace fs = std::filesystem;

// fp32 on both sides, sums in another order: some 100 roundings of 6e-8 of values of the order of 1.
constexpr float kTolerance = 2e-5f;

class OnnxTest : public testing::Test {
 protected:
  void SetUp() override {
    try {
      trainer::onnxModel(makeSmallStyle(1));
    } catch (const Error& error) {
      if (error.code() == ErrorCode::Unsupported) GTEST_SKIP() << error.what();
      throw;
    }
    if (!fs::exists(fs::path(IMPASTO_ONNXRUNTIME) / "onnxruntime")) {
      GTEST_SKIP() << "no ONNX Runtime in deps/onnxruntime (scripts/setup fetches it)";
    }
  }

  // To be painted by paintAll(), with whatever of `inputs` is there.
  void add(const Style& style, const ReferenceInputs& inputs, const std::string& name) {
    const std::string stem = dir_.file(std::to_string(cases_.size()));
    trainer::writeOnnxFile(style, stem + ".onnx");
    nlohmann::json tensors = nlohmann::json::array();
    const auto give = [&](const std::string& input, const std::vector<float>& values, std::vector<uint32_t> shape) {
      const std::string path = stem + "." + input;
      std::ofstream(path, std::ios::binary)
          .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
      tensors.push_back({{"name", input}, {"shape", shape}, {"file", path}});
    };
    const uint32_t height = inputs.color.height, width = inputs.color.width;
    const auto giveFrame = [&](InputKind kind, const Tensor& tensor) {
      if (kind != InputKind::Color && !readsInput(style.graph, kind)) return;
      const uint32_t channels = inputChannels(kind);
      const std::vector<float> zeros(size_t{channels} * height * width);
      give(std::string(toString(kind)), tensor.data.empty() ? zeros : tensor.data, {1, channels, height, width});
    };
    giveFrame(InputKind::Color, inputs.color);
    giveFrame(InputKind::Depth, inputs.depth);
    giveFrame(InputKind::Normals, inputs.normals);
    giveFrame(InputKind::History, inputs.history);
    if (!inputs.style_vector.empty() && readsInput(style.graph, InputKind::Style)) {
      give("style", inputs.style_vector, {1, static_cast<uint32_t>(inputs.style_vector.size()), 1, 1});
    }
    if (inputs.exposure != 1 && readsInput(style.graph, InputKind::Exposure)) give("exposure", {inputs.exposure}, {1, 1, 1, 1});
    cases_.push_back({{"model", stem + ".onnx"}, {"inputs", tensors}, {"output", stem + ".painted"}});
    expected_.push_back(runReference(style, inputs));
    names_.push_back(name);
  }

  // Does the output depend on an input of this kind? Models have no others.
  static bool readsInput(const Graph& graph, InputKind kind) {
    std::vector<bool> needed(graph.ops.size());
    needed[graph.output] = true;
    bool reads = false;
    for (size_t i = graph.ops.size(); i-- > 0;) {
      if (!needed[i]) continue;
      for (const uint32_t input : graph.ops[i].inputs) needed[input] = true;
      reads = reads || (graph.ops[i].type == OpType::Input && graph.ops[i].input_kind == kind);
    }
    return reads;
  }

  void paintAll() {
    const std::string list = dir_.file("cases.json"), log = dir_.file("log");
    std::ofstream(list) << cases_.dump();
    const std::string command = "PYTHONPATH='" IMPASTO_ONNXRUNTIME "' '" IMPASTO_PYTHON "' '" IMPASTO_RUN_ONNX "' '" +
                                list + "' > '" + log + "' 2>&1";
    const int status = std::system(command.c_str());
    std::ifstream said(log);
    ASSERT_EQ(status, 0) << std::string(std::istreambuf_iterator<char>(said), {});
    float largest = 0;
    for (size_t i = 0; i < cases_.size(); ++i) {
      SCOPED_TRACE(names_[i]);
      const Tensor& expected = expected_[i];
      std::ifstream file(cases_[i]["output"].get<std::string>(), std::ios::binary);
      const std::string bytes(std::istreambuf_iterator<char>(file), {});
      ASSERT_EQ(bytes.size(), expected.data.size() * sizeof(float));
      float difference = 0, scale = 1;
      for (size_t k = 0; k < expected.data.size(); ++k) {
        float value;
        std::memcpy(&value, bytes.data() + k * sizeof value, sizeof value);
        difference = std::max(difference, std::abs(value - expected.data[k]));
        scale = std::max(scale, std::abs(expected.data[k]));
      }
      EXPECT_LE(difference, kTolerance * scale);
      largest = std::max(largest, difference);
    }
    RecordProperty("largest_difference", std::to_string(largest));
    std::printf("largest difference %.2g\n", static_cast<double>(largest));
  }

 private:
  TempDir dir_;
  nlohmann::json cases_ = nlohmann::json::array();
  std::vector<Tensor> expected_;
  std::vector<std::string> names_;
};

TEST_F(OnnxTest, OneModelIsOfAnySize) {
  const Style style = makeSmallStyle(7);
  for (const auto& [width, height] : {std::pair{1u, 1u}, {1u, 37u}, {53u, 1u}, {64u, 32u}, {67u, 41u}}) {
    add(style, makeRandomInputs(style.graph, height, width, width), std::to_string(width) + "x" + std::to_string(height));
  }
  paintAll();
}

// All ops, activations and inputs, of both versions of the format.
TEST_F(OnnxTest, RandomGraphs) {
  for (uint32_t seed = 1; seed <= 40; ++seed) {
    const Style style = makeRandomStyle(seed, {.version_2 = seed > 20});
    add(style, makeRandomInputs(style.graph, 19 + seed % 13, 23 + seed % 17, seed), "seed " + std::to_string(seed));
  }
  paintAll();
}

TEST_F(OnnxTest, NoiseIsTheSame) {
  Graph graph;
  const uint32_t color = addInput(graph, InputKind::Color);
  const uint32_t noise = addNoise(graph, 3, 1, 4000000000u);  // sums beyond 32 bits
  graph.output = addOp(graph, OpType::Add, {color, noise});
  Random random(1);
  const Style style = makeStyle(std::move(graph), random);
  ReferenceInputs inputs;
  inputs.color = Tensor(3, 40, 300);
  add(style, inputs, "noise alone");
  paintAll();
}

TEST_F(OnnxTest, ShippedStyles) {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator(IMPASTO_STYLES)) {
    if (entry.path().extension() != ".safetensors") continue;
    const Style style = readStyleFile(entry.path().string());
    for (const auto& [width, height] : {std::pair{131u, 77u}, {96u, 64u}, {5u, 3u}}) {
      add(style, makeRandomInputs(style.graph, height, width, 3), entry.path().stem().string());
    }
    ++count;
  }
  ASSERT_GT(count, 0u);
  paintAll();
}

TEST_F(OnnxTest, DamagedStylesAreRefused) {
  Style style = makeSmallStyle(1);
  style.weights.erase(style.weights.begin());
  EXPECT_THROW(trainer::onnxModel(style), Error);
}

}  // namespace
}  // namespace impasto::test
