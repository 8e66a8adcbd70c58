#include "results.h"

#include <nlohmann/json.hpp>

#include "format.h"

namespace impasto::app {
namespace {

std::string spreadRow(const std::string& name, const Spread& spread) {
  return format("  %-22s %10.3f %10.3f %10.3f %10.3f\n", name.c_str(), spread.p50, spread.p95, spread.p99, spread.least);
}

// Of the peak of arithmetic and of memory, in percent; "" where nothing is known.
std::string shares(double multiply_adds, double bytes, double milliseconds, const Peak& peak) {
  if (milliseconds <= 0 || multiply_adds + bytes <= 0) return {};
  return format("%8.1f %% %8.1f %%", multiply_adds / (milliseconds * 1e-3) / peak.multiply_adds_per_second * 100,
                bytes / (milliseconds * 1e-3) / peak.bytes_per_second * 100);
}

std::string opRows(const ResolutionResult& at, const Peak& peak) {
  if (at.ops.empty()) return {};
  std::string text = format("  %-22s %10s %10s %10s %10s %10s\n", "op (one at a time)", "ms", "M mul-add", "MB",
                            "of peak", "of copy");
  for (const OpResult& op : at.ops) {
    text += format("    %-20s %10.3f %10.1f %10.2f %s\n", op.name.c_str(), op.milliseconds.p50, op.multiply_adds * 1e-6,
                   op.bytes * 1e-6, shares(op.multiply_adds, op.bytes, op.milliseconds.p50, peak).c_str());
  }
  return text;
}

const Spread* findStage(const ResolutionResult& at, const std::string& name) {
  for (const auto& [stage, spread] : at.stages) {
    if (stage == name) return &spread;
  }
  return nullptr;
}

nlohmann::json asJson(const Peak& peak) {
  return {{"multiply_adds_per_second", peak.multiply_adds_per_second},
          {"bytes_per_second", peak.bytes_per_second},
          {"how", peak.how}};
}

}  // namespace

std::string asTable(const BenchResult& result) {
  std::string text = format("%s on %s, %s, %s, %.0f k parameters, %.1f k multiply-adds a pixel\n", result.backend.c_str(),
                            result.device.c_str(), result.style.c_str(), result.half_precision ? "fp16 tensors" : "fp32 tensors",
                            result.parameters * 1e-3, result.multiply_adds_per_pixel * 1e-3);
  text += format("peak, measured: %.1f G multiply-adds/s, %.1f GB/s (%s)\n", result.peak.multiply_adds_per_second * 1e-9,
                 result.peak.bytes_per_second * 1e-9, result.peak.how.c_str());
  if (result.library_peak) {
    text += format("peak of a library: %.1f G multiply-adds/s, %.1f GB/s (%s)\n",
                   result.library_peak->multiply_adds_per_second * 1e-9, result.library_peak->bytes_per_second * 1e-9,
                   result.library_peak->how.c_str());
  }
  const bool library_is_faster =
      result.library_peak && result.library_peak->multiply_adds_per_second > result.peak.multiply_adds_per_second;
  const Peak& peak = library_is_faster ? *result.library_peak : result.peak;
  for (const ResolutionResult& at : result.resolutions) {
    text += format("\n%s, %zu frames after %u; %.1f MB of device memory\n", toString(at.resolution).c_str(), at.gpu.count,
                   result.warm_up, at.memory_bytes * 1e-6);
    text += format("  %-22s %10s %10s %10s %10s\n", "milliseconds", "p50", "p95", "p99", "least");
    text += spreadRow("whole pass, device", at.gpu) + spreadRow("whole pass, host", at.host);
    for (const auto& [name, spread] : at.stages) text += spreadRow("  " + name, spread);
    text += spreadRow("recording, host", at.record);
    const Spread* generator = findStage(at, "generator");
    if (at.multiply_adds > 0 && generator) {
      text += format("  generator: %.2f G multiply-adds, %.1f MB; of the peak: %s (arithmetic, copy)\n",
                     at.multiply_adds * 1e-9, at.bytes * 1e-6,
                     shares(at.multiply_adds, at.bytes, generator->p50, peak).c_str());
    }
    text += opRows(at, peak);
    for (const OtherRuntime& other : at.others) {
      if (!other.missing.empty()) {
        text += "  " + other.name + ": skipped, " + other.missing + "\n";
        continue;
      }
      text += spreadRow(other.name, other.milliseconds);
      if (generator && generator->p50 > 0) {
        text += format("    the generator alone: %.2f times ours\n", other.milliseconds.p50 / generator->p50);
      }
    }
  }
  if (result.interrupted) text += "\ninterrupted: what was measured until then\n";
  return text;
}

nlohmann::json asJson(const Spread& spread) {
  return {{"count", spread.count}, {"p50", spread.p50}, {"p95", spread.p95}, {"p99", spread.p99}, {"least", spread.least}};
}

nlohmann::json asJson(const BenchResult& result) {
  nlohmann::json json = {{"device", result.device},
                         {"backend", result.backend},
                         {"style", result.style},
                         {"version", result.version},
                         {"parameters", result.parameters},
                         {"multiply_adds_per_pixel", result.multiply_adds_per_pixel},
                         {"half_precision", result.half_precision},
                         {"warm_up", result.warm_up},
                         {"frames", result.frames},
                         {"peak", asJson(result.peak)},
                         {"interrupted", result.interrupted},
                         {"resolutions", nlohmann::json::array()}};
  if (result.library_peak) json["library_peak"] = asJson(*result.library_peak);
  for (const ResolutionResult& at : result.resolutions) {
    nlohmann::json entry = {{"width", at.resolution.width},
                            {"height", at.resolution.height},
                            {"gpu_ms", asJson(at.gpu)},
                            {"host_ms", asJson(at.host)},
                            {"record_ms", asJson(at.record)},
                            {"multiply_adds", at.multiply_adds},
                            {"bytes", at.bytes},
                            {"memory_bytes", at.memory_bytes},
                            {"stages_ms", nlohmann::json::object()},
                            {"ops", nlohmann::json::array()},
                            {"others", nlohmann::json::array()}};
    for (const auto& [name, spread] : at.stages) entry["stages_ms"][name] = asJson(spread);
    for (const OpResult& op : at.ops) {
      entry["ops"].push_back({{"name", op.name},
                              {"multiply_adds", op.multiply_adds},
                              {"bytes", op.bytes},
                              {"ms", asJson(op.milliseconds)}});
    }
    for (const OtherRuntime& other : at.others) {
      nlohmann::json row = {{"name", other.name}};
      if (other.missing.empty()) {
        row["ms"] = asJson(other.milliseconds);
      } else {
        row["skipped"] = other.missing;
      }
      entry["others"].push_back(row);
    }
    json["resolutions"].push_back(entry);
  }
  return json;
}

}  // namespace impasto::app
