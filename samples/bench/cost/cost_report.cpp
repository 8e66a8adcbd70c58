#include "cost/cost_report.h"

#include <nlohmann/json.hpp>

#include "bench_style.h"
#include "common/error.h"
#include "cost/device_class.h"
#include "cost/prediction.h"
#include "format.h"

namespace impasto::app {
namespace {

constexpr Resolution kResolutions[] = {{1280, 720}, {1920, 1080}, {2560, 1440}, {3840, 2160}};
constexpr const char* kSizes[] = {"small", "medium", "large"};

const char* nameOf(Arithmetic arithmetic) {
  switch (arithmetic) {
    case Arithmetic::Plain: return "plain";
    case Arithmetic::Matrix16: return "matrix units";
    case Arithmetic::Matrix8: return "8 bits, estimate";
  }
  return "";
}

struct NamedStyle {
  std::string name;
  Style style;
};

std::vector<NamedStyle> stylesOf(const BenchOptions& options) {
  std::vector<NamedStyle> styles;
  if (!options.style.empty()) {
    styles.push_back({options.style, readBenchStyle(options)});
  } else {
    for (const char* size : kSizes) styles.push_back({size, makeUntrained(size)});
  }
  return styles;
}

std::vector<Resolution> resolutionsOf(const BenchOptions& options) {
  if (!options.resolutions.empty()) return options.resolutions;
  return {std::begin(kResolutions), std::end(kResolutions)};
}

std::vector<const DeviceClass*> classesOf(const BenchOptions& options) {
  std::vector<const DeviceClass*> classes;
  if (options.predict != "all") {
    const DeviceClass* device = findDeviceClass(options.predict);
    if (!device) throw UsageError("--predict " + options.predict + ": no such device class; --predict list names them");
    return {device};
  }
  for (const DeviceClass& device : deviceClasses()) classes.push_back(&device);
  return classes;
}

const Measured* findMeasured(const DeviceClass& device, const std::string& size, const Resolution& resolution) {
  for (const Measured& measured : measuredPasses()) {
    if (std::string_view(device.id) == measured.device && size == measured.size &&
        resolution.width == measured.width && resolution.height == measured.height) {
      return &measured;
    }
  }
  return nullptr;
}

// One line of a prediction.
struct Row {
  const DeviceClass* device;
  Arithmetic arithmetic;
  std::string size;
  Resolution resolution;
  Prediction prediction;
  const Measured* measured;
};

std::vector<Row> rowsOf(const BenchOptions& options) {
  std::vector<Row> rows;
  const std::vector<NamedStyle> styles = stylesOf(options);
  for (const DeviceClass* device : classesOf(options)) {
    for (const NamedStyle& style : styles) {
      for (const Resolution& resolution : resolutionsOf(options)) {
        for (const Arithmetic arithmetic : kArithmetics) {
          if (!hasArithmetic(*device, arithmetic)) continue;
          const PassCost cost = passCost(*device, arithmetic, style.style, resolution);
          const Measured* measured =
              arithmetic == Arithmetic::Plain ? findMeasured(*device, style.name, resolution) : nullptr;
          rows.push_back({device, arithmetic, style.name, resolution, predict(*device, arithmetic, cost), measured});
        }
      }
    }
  }
  return rows;
}

// The tallest 16:9 frame that fits, in steps of 8 rows; 0: none.
uint32_t heightWithin(const DeviceClass& device, Arithmetic arithmetic, const Style& style, double budget) {
  uint32_t fits = 0, more = 4320 / 8 + 1;
  while (fits + 1 < more) {
    const uint32_t middle = (fits + more) / 2;
    const Resolution resolution{middle * 8 * 16 / 9, middle * 8};
    const PassCost cost = passCost(device, arithmetic, style, resolution);
    (predict(device, arithmetic, cost).milliseconds <= budget ? fits : more) = middle;
  }
  return fits * 8;
}

std::string budgetText(const BenchOptions& options) {
  std::string text = format("\nwhat fits in %g ms, 16:9:\n", *options.budget);
  const std::vector<NamedStyle> styles = stylesOf(options);
  for (const DeviceClass* device : classesOf(options)) {
    for (const NamedStyle& style : styles) {
      for (const Arithmetic arithmetic : kArithmetics) {
        if (!hasArithmetic(*device, arithmetic)) continue;
        const uint32_t height = heightWithin(*device, arithmetic, style.style, *options.budget);
        const std::string largest = height == 0 ? "nothing" : format("%ux%u", height * 16 / 9, height);
        text += format("  %-16s %-8s %-17s %s%s\n", device->id, style.name.c_str(), nameOf(arithmetic), largest.c_str(),
                       height >= 4320 ? " or more" : "");
      }
    }
  }
  return text;
}

}  // namespace

std::string listDeviceClasses() {
  std::string text = format("%-16s %-36s %9s %9s %9s %9s %8s\n", "--predict", "device", "fp32", "matrix16", "fp8", "int8",
                            "GB/s");
  for (const DeviceClass& d : deviceClasses()) {
    text += format("%-16s %-36s %9.1f %9.1f %9.1f %9.1f %8.0f\n", d.id, d.name, d.fp32, d.matrix_fp16, d.matrix_fp8,
                   d.matrix_int8, d.bandwidth);
  }
  return text + "Peaks, dense, in 10^12 operations a second (a multiply-add is two); 0: has none.\n";
}

std::string predictionText(const BenchOptions& options) {
  std::string text = format("%-16s %-8s %-11s %-17s %9s   %s\n", "device", "size", "resolution", "arithmetic", "ms",
                            "of it arithmetic + memory + launches");
  for (const Row& row : rowsOf(options)) {
    const Prediction& p = row.prediction;
    text += format("%-16s %-8s %-11s %-17s %9.3f   %.3f + %.3f + %.3f", row.device->id, row.size.c_str(),
                   toString(row.resolution).c_str(), nameOf(row.arithmetic), p.milliseconds, p.arithmetic, p.memory,
                   p.launches);
    if (row.measured) text += format("   measured: %.3f (%s)", row.measured->milliseconds, row.measured->backend);
    text += "\n";
  }
  text += format("Predicted, not measured: at %.0f %% of the peak of arithmetic, %.0f %% of matrix units, %.0f %% of the "
                 "bandwidth (docs/cost.md).\n",
                 kPlainShare * 100, kMatrixShare * 100, kBandwidthShare * 100);
  if (options.budget) text += budgetText(options);
  return text;
}

nlohmann::json predictionJson(const BenchOptions& options) {
  nlohmann::json json = {{"predictions", nlohmann::json::array()}};
  for (const Row& row : rowsOf(options)) {
    nlohmann::json entry = {{"device", row.device->id},
                            {"size", row.size},
                            {"width", row.resolution.width},
                            {"height", row.resolution.height},
                            {"arithmetic", nameOf(row.arithmetic)},
                            {"ms", row.prediction.milliseconds},
                            {"arithmetic_ms", row.prediction.arithmetic},
                            {"memory_ms", row.prediction.memory},
                            {"launches_ms", row.prediction.launches}};
    if (row.measured) entry["measured_ms"] = row.measured->milliseconds;
    if (options.budget) entry["within_budget"] = row.prediction.milliseconds <= *options.budget;
    json["predictions"].push_back(entry);
  }
  return json;
}

std::string costPage() {
  std::string page =
      "# What a painted frame costs\n"
      "\n"
      "This page is printed by `impasto-bench --cost-page`; a test holds it to that. **Every figure in the first table is a\n"
      "prediction**, made from the makers' figures below; what was measured stands in the table after it. For one device,\n"
      "another resolution, a style of your own or a budget:\n"
      "\n"
      "```sh\n"
      "impasto-bench --predict list\n"
      "impasto-bench --predict rtx-4070 --resolutions 1080p --budget 2\n"
      "impasto-bench --predict steam-deck --resolutions 1280x800 --style styles/udnie.safetensors\n"
      "```\n"
      "\n"
      "## Predicted milliseconds of a whole pass\n"
      "\n"
      "`small` / `medium` / `large`. *Plain*: fp32 arithmetic on fp16 tensors, which every device can. *Matrix units*: fp16\n"
      "with fp32 sums. *8 bits*: fp8 or int8 on matrix units, tensors of one byte; an estimate, there are no such kernels\n"
      "here, and what it would do to pictures is not known.\n"
      "\n"
      "| device | arithmetic | 1280×720 | 1920×1080 | 2560×1440 | 3840×2160 |\n"
      "|---|---|---|---|---|---|\n";
  std::vector<NamedStyle> styles;
  for (const char* size : kSizes) styles.push_back({size, makeUntrained(size)});
  for (const DeviceClass& device : deviceClasses()) {
    if (device.processor) continue;
    for (const Arithmetic arithmetic : kArithmetics) {
      if (!hasArithmetic(device, arithmetic)) continue;
      page += format("| %s | %s |", device.name, nameOf(arithmetic));
      for (const Resolution& resolution : kResolutions) {
        std::string cell;
        for (const NamedStyle& style : styles) {
          const double ms = predict(device, arithmetic, passCost(device, arithmetic, style.style, resolution)).milliseconds;
          cell += format("%s%.*f", cell.empty() ? "" : " / ", ms < 10 ? 2 : 1, ms);
        }
        page += " " + cell + " |";
      }
      page += "\n";
    }
  }
  page +=
      "\n## Measured\n"
      "\n"
      "The least of many frames; how and when: [measurements.md](measurements.md).\n"
      "\n"
      "| device | backend | size | resolution | predicted, plain | measured |\n"
      "|---|---|---|---|---|---|\n";
  for (const Measured& measured : measuredPasses()) {
    const DeviceClass& device = *findDeviceClass(measured.device);
    const Resolution resolution{measured.width, measured.height};
    const PassCost cost = passCost(device, Arithmetic::Plain, makeUntrained(measured.size), resolution);
    page += format("| %s | %s | `%s` | %s | %.1f ms | %.1f ms |\n", device.name, measured.backend, measured.size,
                   toString(resolution).c_str(), predict(device, Arithmetic::Plain, cost).milliseconds,
                   measured.milliseconds);
  }
  page += format(
      "\n## How it is worked out\n"
      "\n"
      "Of each launch of the plan (the CUDA backend's for NVIDIA's matrix units, else the Vulkan backend's) the longer of its arithmetic and its memory traffic counts, plus the\n"
      "launch itself: the roofline model (Williams, Waterman and Patterson 2009). Kernels are taken to reach **%.0f %%** of\n"
      "the peak of plain arithmetic, **%.0f %%** of that of matrix units and **%.0f %%** of the bandwidth. These shares are\n"
      "assumptions until they are measured on devices. Memory traffic is each tensor written once and read once by each\n"
      "reader; what stays in a cache is counted all the same, so devices with large caches should do better.\n"
      "\n",
      kPlainShare * 100, kMatrixShare * 100, kBandwidthShare * 100);
  page += "| per frame at 1920×1080 | `small` | `medium` | `large` |\n|---|---|---|---|\n";
  const DeviceClass& gpu = *findDeviceClass("h200");
  for (const auto& [plan, arithmetic] : {std::pair{"Vulkan", Arithmetic::Plain}, {"CUDA", Arithmetic::Matrix16}}) {
    std::string multiply_adds, bytes, launches;
    for (const NamedStyle& style : styles) {
      const PassCost cost = passCost(gpu, arithmetic, style.style, {1920, 1080});
      multiply_adds += format(" %.1f G |", cost.multiply_adds() * 1e-9);
      bytes += format(" %.0f MB |", cost.bytes() * 1e-6);
      launches += format(" %zu |", cost.launches.size());
    }
    page += format("| multiply-adds, %s |%s\n| memory traffic, %s |%s\n| launches, %s |%s\n", plan, multiply_adds.c_str(), plan,
                   bytes.c_str(), plan, launches.c_str());
  }
  page +=
      "\n## The devices\n"
      "\n"
      "Peaks, dense, in 10¹² operations a second (a multiply-add is two).\n"
      "\n"
      "| `--predict` | device | fp32 | matrix, fp16 | fp8 | int8 | GB/s | a launch | after |\n"
      "|---|---|---|---|---|---|---|---|---|\n";
  const auto orNone = [](double rate) { return rate > 0 ? format("%g", rate) : std::string("–"); };
  for (const DeviceClass& d : deviceClasses()) {
    page += format("| `%s` | %s | %g | %s | %s | %s | %g | %g µs | %s |\n", d.id, d.name, d.fp32,
                   orNone(d.matrix_fp16).c_str(), orNone(d.matrix_fp8).c_str(), orNone(d.matrix_int8).c_str(), d.bandwidth,
                   d.launch_us, d.source);
  }
  return page;
}

}  // namespace impasto::app
