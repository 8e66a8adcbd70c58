#include "recipes/cross_validation.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>

#include "base/atomic_file.h"
#include "base/error.h"
#include "engine/processes.h"

namespace impasto::trainer {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// "a/b.safetensors", 2 -> "a/b.fold2.safetensors"
std::string ofFold(const std::string& path, int fold) {
  const fs::path whole(path);
  const std::string name = whole.stem().string() + ".fold" + std::to_string(fold) + whole.extension().string();
  return (whole.parent_path() / name).string();
}

// What one fold's run is told.
RunSettings settingsOfFold(const RunSettings& whole, int fold) {
  RunSettings run = whole;
  run.fold = fold;
  run.out = ofFold(whole.out, fold);
  if (!whole.checkpoint.empty()) run.checkpoint = ofFold(whole.checkpoint, fold);
  for (std::string* folder : {&run.samples, &run.logs}) {
    if (!folder->empty()) *folder = (fs::path(*folder) / ("fold" + std::to_string(fold))).string();
  }
  if (run.resume == "auto" && !fs::exists(checkpointPath(run))) run.resume.clear();  // not begun yet
  return run;
}

// Those that shape the results, of all folds.
ordered_json settingsOf(Plan& plan) {
  Fields fields;
  plan.addTo(fields);
  ordered_json settings = fields.json();
  settings.erase("fold");
  return settings;
}

ordered_json toObject(const HeldOutFigures& figures) {
  ordered_json object = ordered_json::object();
  for (const auto& [name, value] : figures) object[name] = value;
  return object;
}

bool isResult(const ordered_json& result) {
  return result.is_object() && result.contains("fold") && result["fold"].is_number_integer() &&
         result.contains("figures") && result["figures"].is_object();
}

bool isReport(const ordered_json& report) {
  return report.is_object() && report.contains("settings") && report.contains("results") && report["results"].is_array() &&
         std::all_of(report["results"].begin(), report["results"].end(), isResult);
}

ordered_json newReport(const RunSettings& run, const ordered_json& settings) {
  return {{"folds", run.folds}, {"settings", settings}, {"results", ordered_json::array()}};
}

// What is there of this cross-validation already, or a new report.
ordered_json readReport(const RunSettings& run, const ordered_json& settings) {
  const std::string path = foldsReportPath(run);
  if (!fs::exists(path)) return newReport(run, settings);
  std::ifstream in(path);
  ordered_json report = ordered_json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!isReport(report)) {
    throw Error(ErrorCode::InvalidArgument, path + ": is no report of folds, and will not be replaced: remove it yourself");
  }
  if (report["settings"] == settings) return report;
  if (run.overwrite && run.fold == 0) return newReport(run, settings);
  throw Error(ErrorCode::InvalidArgument, path + ": was made with other settings: give the same, or another --out" +
                                              std::string(run.fold == 0 ? ", or --overwrite" : ""));
}

bool isDone(const ordered_json& report, int fold) {
  return std::any_of(report["results"].begin(), report["results"].end(),
                     [&](const ordered_json& result) { return result["fold"] == fold; });
}

FigureSpread spreadOf(const ordered_json& report) {
  std::vector<HeldOutFigures> results;
  for (const ordered_json& result : report["results"]) {
    HeldOutFigures& figures = results.emplace_back();
    for (const auto& [name, value] : result["figures"].items()) {
      if (value.is_number()) figures.emplace_back(name, value.get<double>());
    }
  }
  return trainer::spreadOf(results);
}

// Adds a fold's result in the place of an earlier one, and writes the report.
void addResult(ordered_json& report, const RunSettings& fold, const HeldOutFigures& figures, const std::string& path) {
  std::vector<ordered_json> results;
  for (const ordered_json& result : report["results"]) {
    if (result["fold"] != fold.fold) results.push_back(result);
  }
  results.push_back(
      {{"fold", fold.fold}, {"out", fs::path(fold.out).filename().string()}, {"figures", toObject(figures)}});
  std::sort(results.begin(), results.end(),
            [](const ordered_json& a, const ordered_json& b) { return a["fold"] < b["fold"]; });
  report["results"] = results;
  const FigureSpread spread = spreadOf(report);
  report["mean"] = toObject(spread.mean);
  report["deviation"] = toObject(spread.deviation);
  const std::string text = report.dump(2) + "\n";
  writeFileAtomically(path, std::as_bytes(std::span(text)));
}

void sumUp(const ordered_json& report, const Log& log) {
  const FigureSpread spread = spreadOf(report);
  log("held out in " + std::to_string(report["results"].size()) + " of " + report["folds"].dump() + " folds:");
  for (size_t i = 0; i < spread.mean.size(); ++i) {
    char text[64];
    std::snprintf(text, sizeof(text), "  %.4f", spread.mean[i].second);
    std::string line = "  " + spread.mean[i].first + text;
    if (i < spread.deviation.size()) {
      std::snprintf(text, sizeof(text), " +- %.4f", spread.deviation[i].second);
      line += text;
    }
    log(line);
  }
}

}  // namespace

std::string foldsReportPath(const RunSettings& run) {
  const fs::path out(run.out);
  return (out.parent_path() / (out.stem().string() + ".folds.json")).string();
}

FigureSpread spreadOf(const std::vector<HeldOutFigures>& results) {
  FigureSpread spread;
  if (results.empty()) return spread;
  const auto count = static_cast<double>(results.size());
  for (const auto& [name, first] : results[0]) {
    std::vector<double> values;
    for (const HeldOutFigures& figures : results) {
      const auto found =
          std::find_if(figures.begin(), figures.end(), [&, &wanted = name](const auto& f) { return f.first == wanted; });
      if (found != figures.end()) values.push_back(found->second);
    }
    if (values.size() != results.size()) continue;
    double mean = 0, squares = 0;
    for (const double value : values) mean += value / count;
    for (const double value : values) squares += (value - mean) * (value - mean);
    spread.mean.emplace_back(name, mean);
    if (count > 1) spread.deviation.emplace_back(name, std::sqrt(squares / (count - 1)));
  }
  return spread;
}

int crossValidate(Plan& plan, const Log& log) {
  RunSettings& run = plan.run();
  const RunSettings whole = run;
  if (processPlace()) {
    throw Error(ErrorCode::InvalidArgument, "--folds: in one process; --fold 1, --fold 2, ... for several machines");
  }
  const std::string path = foldsReportPath(whole);
  const ordered_json settings = settingsOf(plan);
  ordered_json report = readReport(whole, settings);
  if (whole.fold == 0 && fs::exists(path) && whole.resume.empty()) {
    if (!whole.overwrite) {
      throw Error(ErrorCode::InvalidArgument,
                  path + ": is there already: go on with --resume, or replace it with --overwrite");
    }
    report = newReport(whole, settings);  // the old one stays until the first fold is done
  }
  const int first = whole.fold > 0 ? whole.fold : 1, last = whole.fold > 0 ? whole.fold : whole.folds;
  for (int fold = first; fold <= last; ++fold) {
    const std::string name = "fold " + std::to_string(fold) + " of " + std::to_string(whole.folds);
    if (isDone(report, fold) && !whole.resume.empty()) {
      log(name + " is done");
      continue;
    }
    log(name);
    run = settingsOfFold(whole, fold);
    if (!whole.resume.empty() && fs::exists(run.out)) {
      throw Error(ErrorCode::InvalidArgument, run.out + ": is there, but its figures are not in " + path +
                                                  ": remove it, and --resume makes it again from its checkpoint");
    }
    HeldOutFigures figures;
    const int status = trainOnce(plan, log, &figures);
    if (status != 0) {
      log("stopped in " + name + "; the same flags with --resume go on with it");
      run = whole;
      return status;
    }
    if (whole.fold > 0) report = readReport(whole, settings);  // others may have added theirs
    addResult(report, run, figures, path);
  }
  run = whole;
  sumUp(report, log);
  log("wrote " + path);
  return 0;
}

}  // namespace impasto::trainer
