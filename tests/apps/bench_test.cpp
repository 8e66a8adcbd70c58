// impasto-bench: what it computes, and the program from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "bench_style.h"
#include "cost/cost_report.h"
#include "cost/prediction.h"
#include "peak.h"
#include "process.h"
#include "spread.h"
#include "support/random_style.h"
#include "support/temp_dir.h"

namespace impasto::test {
namespace {

using app::Arithmetic;
using testing::HasSubstr;

ProcessResult bench(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), IMPASTO_BENCH);
  return runProcess(arguments);
}

// A style that takes milliseconds. With validation where the Vulkan backend is meant: not every version of the layers can
// follow timelines that the host signals.
std::vector<std::string> quick(const TempDir& dir, std::vector<std::string> arguments) {
  const std::string style = dir.file("style.safetensors");
  writeStyleFile(makeSmallStyle(1), style);
  const std::vector<std::string> all = {"--style", style, "--warmup", "1", "--frames", "5"};
  if (std::find(arguments.begin(), arguments.end(), "vulkan") != arguments.end()) arguments.push_back("--validation");
  arguments.insert(arguments.begin(), all.begin(), all.end());
  return arguments;
}

TEST(Spread, PercentilesAreValuesThatWereMeasured) {
  std::vector<double> values;
  for (int i = 200; i >= 1; --i) values.push_back(i);
  const app::Spread spread = app::spreadOf(values);
  EXPECT_EQ(spread.count, 200u);
  EXPECT_EQ(spread.least, 1);
  EXPECT_EQ(spread.p50, 100);
  EXPECT_EQ(spread.p95, 190);
  EXPECT_EQ(spread.p99, 198);
  EXPECT_EQ(app::spreadOf({7}).p99, 7);
  EXPECT_EQ(app::spreadOf({}).count, 0u);
}

TEST(HostPeak, IsWhatAProcessorCanDo) {
  const app::Peak peak = app::measureHostPeak();
  EXPECT_GT(peak.multiply_adds_per_second, 1e8);
  EXPECT_LT(peak.multiply_adds_per_second, 1e14);
  EXPECT_GT(peak.bytes_per_second, 1e8);
  EXPECT_LT(peak.bytes_per_second, 1e13);
}

TEST(Prediction, CountsWhatTheGraphSays) {
  const app::DeviceClass& gpu = *app::findDeviceClass("h200");
  for (const char* size : {"small", "medium", "large"}) {
    const Style style = app::makeUntrained(size);
    for (const Arithmetic arithmetic : {Arithmetic::Plain, Arithmetic::Matrix16}) {  // plans of Vulkan and of CUDA
      SCOPED_TRACE(testing::Message() << size << ", " << static_cast<int>(arithmetic));
      const app::PassCost cost = app::passCost(gpu, arithmetic, style, {1280, 720});
      const double of_graph = style.graph.multiplyAddsPerPixel() * 1280 * 720;
      EXPECT_LE(cost.multiply_adds(), of_graph * 1.001);
      EXPECT_GE(cost.multiply_adds(), of_graph * 0.9) << "more than noise's share is missing";
      EXPECT_EQ(cost.launches.front().name, "pack");
      EXPECT_EQ(cost.launches.back().name, "composite");
      // Four times the pixels, four times the work.
      const app::PassCost large = app::passCost(gpu, arithmetic, style, {2560, 1440});
      EXPECT_NEAR(large.multiply_adds() / cost.multiply_adds(), 4, 0.01);
      // CUDA keeps on the chip what fits there: of a larger frame, less.
      EXPECT_GE(large.bytes() / cost.bytes(), 3.6);
      EXPECT_LE(large.bytes() / cost.bytes(), arithmetic == Arithmetic::Plain ? 4.4 : 8.0);
    }
  }
}

TEST(Prediction, IsTheRoofline) {
  const app::DeviceClass device = {"x", "X", 10, 0, 0, 0, 100, 2, false, 0, 0, ""};
  app::PassCost cost;
  cost.launches = {{"arithmetic", 1e9, 1e3}, {"memory", 1e3, 75e6}};
  const app::Prediction p = app::predict(device, Arithmetic::Plain, cost);
  EXPECT_NEAR(p.arithmetic, 2e9 / (10e12 * app::kPlainShare) * 1e3, 1e-9);
  EXPECT_NEAR(p.memory, 75e6 / (100e9 * app::kBandwidthShare) * 1e3, 1e-9);
  EXPECT_NEAR(p.launches, 2 * 2e-3, 1e-9);
  EXPECT_NEAR(p.milliseconds, p.arithmetic + p.memory + p.launches, 1e-9);
  EXPECT_FALSE(app::hasArithmetic(device, Arithmetic::Matrix16));
}

TEST(Prediction, EveryClassIsPlausible) {
  std::set<std::string> ids;
  for (const app::DeviceClass& device : app::deviceClasses()) {
    SCOPED_TRACE(device.id);
    EXPECT_TRUE(ids.insert(device.id).second);
    EXPECT_GT(device.fp32, 0);
    EXPECT_GT(device.bandwidth, 0);
    EXPECT_GT(std::string(device.source).size(), 5u);
    if (device.matrix_fp8 > 0) {
      EXPECT_NEAR(device.matrix_fp8 / device.matrix_fp16, 2, 0.05);
    }
  }
  for (const app::Measured& measured : app::measuredPasses()) EXPECT_TRUE(app::findDeviceClass(measured.device));
}

TEST(CostPage, IsUpToDate) {
  std::ifstream file(IMPASTO_DOCS "/cost.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(page, app::costPage()) << "write it anew: impasto-bench --cost-page > docs/cost.md";
}

TEST(Bench, HelpsAndTellsItsVersion) {
  const auto help = bench({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_THAT(help.out, HasSubstr("Examples:"));
  EXPECT_THAT(bench({"--version"}).out, HasSubstr("impasto-bench 0."));
}

TEST(Bench, MisuseIsOneLine) {
  const std::vector<std::vector<std::string>> cases = {
      {"--resolutions", "12"},          {"--resolutions", "0x9"},      {"--resolutions", "1080p,"},
      {"--resolutions", "1x99999999"},  {"--backend", "metal"},        {"--size", "huge"},
      {"--frames", "0"},                {"--budget", "2"},             {"--predict", "toaster"},
      {"--predict", "all", "--compare"}, {"--predict", "h200", "--budget", "nan"}, {"something"}};
  for (const auto& arguments : cases) {
    const auto result = bench(arguments);
    EXPECT_EQ(result.status, 2) << arguments.back();
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
    EXPECT_EQ(result.out, "");
  }
  const auto missing = bench({"--style", "nowhere.safetensors"});
  EXPECT_EQ(missing.status, 1);
  EXPECT_THAT(missing.err, HasSubstr("nowhere.safetensors"));
  EXPECT_EQ(std::count(missing.err.begin(), missing.err.end(), '\n'), 1) << missing.err;
}

TEST(Bench, MeasuresWithVulkan) {
  const TempDir dir;
  const auto result =
      bench(quick(dir, {"--backend", "vulkan", "--resolutions", "64x48,33x21", "--json"}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["backend"], "vulkan");
  EXPECT_FALSE(json["interrupted"]);
  EXPECT_GT(json["peak"]["multiply_adds_per_second"], 1e6);
  ASSERT_EQ(json["resolutions"].size(), 2u);
  for (const auto& at : json["resolutions"]) {
    EXPECT_EQ(at["gpu_ms"]["count"], 5);
    const double whole = at["gpu_ms"]["p50"], host = at["host_ms"]["p50"], generator = at["stages_ms"]["generator"]["p50"];
    EXPECT_GT(generator, 0);
    EXPECT_LT(generator, whole * 1.5);
    EXPECT_GT(host, 0);
    EXPECT_LE(at["gpu_ms"]["p50"], at["gpu_ms"]["p99"]);
    ASSERT_GT(at["ops"].size(), 5u);
    double multiply_adds = 0;
    for (const auto& op : at["ops"]) {
      EXPECT_GT(op["ms"]["p50"], 0.0) << op["name"];
      multiply_adds += op["multiply_adds"].get<double>();
    }
    EXPECT_NEAR(multiply_adds, at["multiply_adds"].get<double>(), 1);
  }
}

// What every backend outside the command buffer goes through.
TEST(Bench, MeasuresOutsideTheCommandBuffer) {
  const TempDir dir;
  const auto result = bench(quick(dir, {"--backend", "reference", "--resolutions", "64x48", "--json"}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json["backend"], "reference");
  const auto& at = json["resolutions"][0];
  const double whole = at["gpu_ms"]["p50"], generator = at["stages_ms"]["generator"]["p50"];
  EXPECT_GT(generator, whole * 0.2) << "the reference takes most of it";
}

TEST(Bench, PrintsATable) {
  const TempDir dir;
  const auto result = bench(quick(dir, {"--backend", "vulkan", "--resolutions", "64x48"}));
  ASSERT_EQ(result.status, 0) << result.err;
  for (const char* word : {"whole pass, device", "whole pass, host", "generator", "p99", "of the peak", "op (one at a time)"}) {
    EXPECT_THAT(result.out, HasSubstr(word));
  }
  const auto without = bench(quick(dir, {"--backend", "vulkan", "--resolutions", "64x48", "--no-ops"}));
  EXPECT_THAT(without.out, testing::Not(HasSubstr("op (one at a time)")));
}

TEST(Bench, CtrlCPrintsWhatThereIs) {
  const TempDir dir;
  std::vector<std::string> arguments =
      quick(dir, {"--backend", "vulkan", "--resolutions", "64x48,1024x1024", "--no-ops", "--json"});
  arguments.insert(arguments.begin(), IMPASTO_BENCH);
  for (std::string& argument : arguments) argument = argument == "5" ? "100000" : argument;
  Process process(arguments);
  std::this_thread::sleep_for(std::chrono::seconds(3));  // past the peaks and into the frames, on any machine
  process.signal(SIGINT);
  const auto result = process.wait();
  EXPECT_EQ(result.status, 130) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_TRUE(json["interrupted"]);
  for (const auto& at : json["resolutions"]) EXPECT_LT(at["gpu_ms"]["count"], 100000);
}

TEST(Bench, PredictsForABudget) {
  EXPECT_THAT(bench({"--predict", "list"}).out, HasSubstr("h200"));
  const auto result = bench({"--predict", "rtx-4070", "--resolutions", "1080p", "--budget", "2"});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("what fits in 2 ms"));
  const auto json = nlohmann::json::parse(bench({"--predict", "all", "--budget", "2", "--json"}).out);
  double small = 0, large = 0;
  for (const auto& row : json["predictions"]) {
    if (row["device"] != "rtx-4070" || row["width"] != 1920 || row["arithmetic"] != "plain") continue;
    if (row["size"] == "small") small = row["ms"];
    if (row["size"] == "large") large = row["ms"];
    EXPECT_EQ(row["within_budget"], row["ms"].get<double>() <= 2);
  }
  EXPECT_GT(large, small);
  EXPECT_GT(small, 0);
}

TEST(Bench, ComparesOrSaysWhyNot) {
  const TempDir dir;
  const auto result = bench(quick(dir, {"--backend", "vulkan", "--resolutions", "64x48", "--no-ops", "--compare", "--json"}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  const auto& others = json["resolutions"][0]["others"];
  ASSERT_GE(others.size(), 2u);
  for (const auto& other : others) {
    if (other.contains("skipped")) {
      EXPECT_NE(other["skipped"], "") << other["name"];
    } else {
      EXPECT_EQ(other["ms"]["count"], 5) << other["name"];
      EXPECT_GT(other["ms"]["p50"], 0.0) << other["name"];
    }
  }
}

}  // namespace
}  // namespace impasto::test
